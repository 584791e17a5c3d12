"""Images with attributes, such as faces that smile or wear glasses."""

import dataclasses
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from keras_gan.datasets import attribute_table
from keras_gan.datasets.loading import load
from keras_gan.datasets.opening import open_source
from keras_gan.datasets.pairing import partners
from keras_gan.datasets.sources import ImageSize, Source

if TYPE_CHECKING:
    import tensorflow as tf


class AttributeImages(Source):
    """Images with attributes, for `load`, opened and checked.

    Args:
        images: As for `attributes`.
        table: As for `attributes`.
        columns: As for `attributes`.
        image_size: As for `attributes`.
        channels: As for `attributes`.
        strict: As for `attributes`.
        **opening: `split`, `num_workers`, `cache` and `progress`, as for
            `open_source`.

    Attributes:
        attribute_names: Names of the attributes, such as `"smiling"`, or
            `"hair=blond"` of a column of categories.
        labels: float32 array `(num_images, num_attributes)` of 0 and 1.
        exclusive: Whether exactly one attribute of each image is 1, because
            all are the categories of one column.

    Raises:
        FileNotFoundError: If there is no such file or folder.
        ValueError: As for `attributes`.

    Example:

    >>> images = np.zeros((3, 8, 8, 3), "uint8")
    >>> faces = AttributeImages(images, np.eye(3), columns=["a", "b", "c"])
    >>> faces.attribute_names, faces.labels.shape
    (('a', 'b', 'c'), (3, 3))
    """

    def __init__(
        self,
        images: Any,
        table: Any,
        *,
        columns: Sequence[str] | None = None,
        image_size: ImageSize = None,
        channels: int | None = None,
        strict: bool = False,
        **opening: Any,
    ) -> None:
        if isinstance(table, (str, os.PathLike)):
            found = attribute_table.read_table(table, columns, strict=strict)
        else:
            found = attribute_table.array_table(table, columns)
        opened = open_source(
            images, image_size=image_size, channels=channels, **opening
        )
        self._numbers, rows = _matched(opened, found, strict)
        found = dataclasses.replace(found, values=found.values[rows])
        attribute_table.warn_constant(found)
        info = dataclasses.replace(
            opened.info,
            num_images=len(rows),
            num_classes=None,
            class_names=None,
        )
        super().__init__(info, opened.stored_range, found.values)
        self._opened = opened
        self._has_all = len(self._numbers) == len(opened)
        self._has_all &= bool((np.diff(self._numbers) == 1).all())
        self.sources = (opened,)
        self.attribute_names = found.names
        self.exclusive = found.exclusive
        self.num_workers = opened.num_workers

    @property
    def dtype(self) -> np.dtype:
        return self._opened.dtype

    def read(self, indices: np.ndarray) -> np.ndarray:
        try:
            return self._opened.read(self._numbers[indices])
        finally:
            self.failure = self._opened.failure

    def resident(self) -> np.ndarray | None:
        return self._opened.resident() if self._has_all else None


def attributes(
    images: Any,
    table: Any,
    *,
    columns: Sequence[str] | None = None,
    image_size: ImageSize = None,
    channels: int | None = None,
    strict: bool = False,
    split: str | None = None,
    num_workers: int | None = None,
    cache: bool = True,
    **batches: Any,
) -> "tf.data.Dataset":
    """Loads images with their attributes from a table.

    Columns of 0 and 1, of -1 and 1 (as CelebA's) or of false and true are one
    attribute; columns of other values are one for each value. Images without a
    row and rows without an image are left out with warnings that count and
    name them. `AttributeImages` takes the same arguments and has the names of
    the attributes; it can be given to `load`.

    Args:
        images: The images, as for `load`; their folders do not matter.
        table: Path of a CSV file whose first column has the names of files and
            whose first row those of the columns, or of CelebA's list; or an
            array `(num_images, num_attributes)` of 0 and 1 in the order of the
            images.
        columns: Names of the columns to use. Default: all that can be
            attributes.
        image_size: Pixels or `(height, width)` to resize images to.
        channels: 1, 3 or 4 to convert images to. Default: the number that most
            of them have.
        strict: Whether images without a row, rows without an image and empty
            cells are errors.
        split: As for `open_source`.
        num_workers: As for `load`.
        cache: As for `open_source`.
        **batches: `batch_size`, `value_range`, `shuffle`, `seed`, `repeat`,
            `skip_batches`, `drop_remainder` and `shard`, as for `load`.

    Returns:
        A `tf.data.Dataset` of float32 images `(batch, height, width,
        channels)` and float32 attributes `(batch, num_attributes)` of 0 and 1,
        for `StarGAN.fit`.

    Raises:
        FileNotFoundError: If there is no such file or folder.
        ValueError: If the table is invalid, or no row of it belongs to an
            image.

    Example:

    >>> images = np.zeros((20, 8, 8, 3), "uint8")
    >>> data = attributes(images, np.eye(20)[:, :2], batch_size=5)
    >>> [part.shape for part in next(iter(data))]
    [TensorShape([5, 8, 8, 3]), TensorShape([5, 2])]
    """
    opened = AttributeImages(
        images,
        table,
        columns=columns,
        image_size=image_size,
        channels=channels,
        strict=strict,
        split=split,
        num_workers=num_workers,
        cache=cache,
    )
    return load(opened, **batches)


def _matched(
    opened: Source, table: attribute_table.AttributeTable, strict: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Indices of the images that have a row, and of their rows."""
    if table.files and opened.files is not None:
        pairs = partners(
            (opened.info.name, table.name),
            (opened.files.names, table.files),
            strict=strict,
        )
        numbers, rows = np.array(pairs).T
        return numbers, rows
    if table.files:
        raise ValueError(
            f"`images` must be files, which rows of `{table.name}` belong to "
            f"by their names. Received: `{opened.info.name}`, which has no "
            "files. Pass its attributes as an array."
        )
    if len(table.values) != len(opened):
        raise ValueError(
            f"`table` must have a row for each of the {len(opened)} images of "
            f"`{opened.info.name}`. Received: {len(table.values)} rows. Use "
            "the path of a table to match rows and images by name."
        )
    return np.arange(len(opened)), np.arange(len(opened))
