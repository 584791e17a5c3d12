"""Generated images, with labels, as a dataset."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import keras
import numpy as np

from keras_gan import images as image_tools
from keras_gan.sampling import Drawer, Drawn, open_generator
from keras_gan.utils.arguments import integer, is_integer

if TYPE_CHECKING:
    import tensorflow as tf


class SyntheticImages(keras.utils.PyDataset):
    """Batches of generated images, the same in every pass.

    The images of a batch depend only on its index and `seed`, so batches may be
    requested in any order and by any number of workers. They are generated
    again each time, and stay the same as long as the weights of the generator
    do.

    Args:
        gan: A `GAN`, a generator, a file or run folder, or a dict of these by
            class, as for `keras_gan.sampling.open_generator`.
        num_images: Number of images; the classes alternate.
        counts: `{class: number of images}`, instead of `num_images`; the order
            is random and depends on `seed`.
        batch_size: Images in a batch. The last one may be smaller.
        filter: Filter for bad images, as for `keras_gan.sampling.get`.
        truncation: Largest absolute value of a latent; of a generator with
            styles the share in [0, 1] of each style's distance from the mean
            style that is kept; or `None`.
        value_range: `(black, white)` of the returned images.
        seed: Integer of 0 or more.
        num_classes: Number of classes of a bare generator of
            `[latents, labels]`.
        safe_mode: Whether to refuse a file that contains Python code.
        **kwargs: `workers` and the like, as for `keras.utils.PyDataset`.

    Attributes:
        labels: int32 array `(num_images,)` of all labels in their order, or
            `None`.
        num_images: Number of images.

    Raises:
        ValueError: If an argument is invalid, or the filter rejects almost all
            images of a wanted class.

    Example:

    >>> gan = keras_gan.GAN(*keras_gan.networks.mlp((8, 8, 1), num_classes=2),
    ...     num_classes=2)
    >>> images = SyntheticImages(gan, counts={0: 3, 1: 7}, batch_size=4)
    >>> len(images), np.bincount(images.labels).tolist()
    (3, [3, 7])
    """

    def __init__(
        self,
        gan: Any,
        *,
        num_images: int | None = None,
        counts: Mapping[int, int] | None = None,
        batch_size: int = 64,
        filter: Any = None,
        truncation: float | None = None,
        value_range: image_tools.Range = (-1, 1),
        seed: int = 0,
        num_classes: int | None = None,
        safe_mode: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.batch_size = integer("batch_size", batch_size, at_least=1)
        self.value_range = image_tools.check_value_range(value_range)
        seed = integer("seed", seed, at_least=0)
        source = open_generator(
            gan, num_classes=num_classes, safe_mode=safe_mode
        )
        self.num_images, self.labels = _labels_in_order(
            num_images, counts, source.num_classes, seed
        )
        self._drawer = Drawer(
            source, filter=filter, truncation=truncation, seed=seed
        )
        wanted = None if self.labels is None else np.unique(self.labels)
        self._drawer.check_filter(wanted)

    def __len__(self) -> int:
        return math.ceil(self.num_images / self.batch_size)

    def __getitem__(self, index: int) -> Any:
        drawn = self.draw(index)
        images = _rescale(drawn.images, self.value_range)
        return images if drawn.labels is None else (images, drawn.labels)

    @property
    def image_shape(self) -> tuple[int, ...]:
        """Shape of one image."""
        return self._drawer.source.image_shape

    def draw(self, index: int) -> Drawn:
        """Draws a batch in the generator's own range, with scores.

        Args:
            index: Index of the batch, from 0.

        Returns:
            Images in [-1, 1], labels and scores, as from `Drawer`.

        Raises:
            IndexError: If there is no such batch.
            ValueError: If the filter rejects almost all images.
        """
        if not 0 <= index < len(self):
            raise IndexError(
                f"There are {len(self)} batches. Received: index={index}"
            )
        start = int(index) * self.batch_size
        size = min(self.batch_size, self.num_images - start)
        labels = None
        if self.labels is not None:
            labels = np.resize(
                self.labels[start : start + size], self.batch_size
            )
        # Full batches, so that no image depends on how many follow it.
        images, labels, scores = self._drawer.batch(
            self.batch_size, int(index), labels
        )
        labels = None if labels is None else labels[:size]
        return Drawn(images[:size], labels, scores[:size])


def synthetic(
    gan: Any,
    *,
    num_images: int | None = None,
    counts: Mapping[int, int] | None = None,
    batch_size: int = 64,
    filter: Any = None,
    truncation: float | None = None,
    value_range: image_tools.Range = (-1, 1),
    seed: int = 0,
    num_classes: int | None = None,
    safe_mode: bool = True,
) -> "tf.data.Dataset":
    """Makes a dataset of generated images, with labels if there are classes.

    The dataset is finite. Each pass generates the same images in the same
    order again; use `shuffle` and `cache` of tf.data as needed.
    `SyntheticImages` makes the same batches without TensorFlow.

    Args:
        gan: As for `SyntheticImages`.
        num_images: As for `SyntheticImages`.
        counts: As for `SyntheticImages`.
        batch_size: As for `SyntheticImages`.
        filter: As for `SyntheticImages`.
        truncation: As for `SyntheticImages`.
        value_range: As for `SyntheticImages`.
        seed: As for `SyntheticImages`.
        num_classes: As for `SyntheticImages`.
        safe_mode: As for `SyntheticImages`.

    Returns:
        A `tf.data.Dataset` of known length, of float32 images `(batch, ...)`
        and int32 labels `(batch,)`, or of images if there are no classes.

    Raises:
        ValueError: If an argument is invalid, or the filter rejects almost all
            images of a wanted class.

    Example:

    >>> gan = keras_gan.GAN(*keras_gan.networks.mlp((8, 8, 1), num_classes=2),
    ...     num_classes=2)
    >>> dataset = synthetic(gan, num_images=10, batch_size=4)
    >>> [labels.numpy().tolist() for _, labels in dataset]
    [[0, 1, 0, 1], [0, 1, 0, 1], [0, 1]]
    """
    from keras_gan.datasets import pipeline

    batches = SyntheticImages(
        gan,
        num_images=num_images,
        counts=counts,
        batch_size=batch_size,
        filter=filter,
        truncation=truncation,
        value_range=value_range,
        seed=seed,
        num_classes=num_classes,
        safe_mode=safe_mode,
    )
    return pipeline.computed(
        batches.__getitem__,
        len(batches),
        image_shape=batches.image_shape,
        labeled=batches.labels is not None,
    )


def _labels_in_order(
    num_images: int | None,
    counts: Mapping[int, int] | None,
    num_classes: int | None,
    seed: int,
) -> tuple[int, np.ndarray | None]:
    """The number of images, and the label of each."""
    if (num_images is None) == (counts is None):
        raise ValueError(
            "Exactly one of `num_images` and `counts` must be given. "
            f"Received: num_images={num_images}, counts={counts}"
        )
    if num_images is not None:
        number = integer("num_images", num_images, at_least=1)
        if num_classes is None:
            return number, None
        return number, np.resize(np.arange(num_classes, dtype="int32"), number)
    labels = np.repeat(*_checked_counts(counts, num_classes)).astype("int32")
    # A spawned stream, independent of those that `Drawer` draws latents from.
    stream = np.random.SeedSequence(seed, spawn_key=(0,))
    np.random.default_rng(stream).shuffle(labels)
    return len(labels), labels


def _checked_counts(
    counts: Any, num_classes: int | None
) -> tuple[list[int], list[int]]:
    if num_classes is None:
        raise ValueError(
            f"`counts` needs a GAN with classes. Received: counts={counts!r} "
            "and a GAN without. Pass `num_images`, or train a conditional GAN "
            "(`num_classes=`, on the command line --conditional)."
        )
    if not isinstance(counts, Mapping):
        raise ValueError(
            "`counts` must be a dict {class: number of images}. Received: "
            f"counts={counts!r}"
        )
    for label in counts:
        if not is_integer(label, at_least=0) or label >= num_classes:
            raise ValueError(
                "`counts` must name classes that the GAN has learned, integers "
                f"from 0 to {num_classes - 1}. Received: {label!r}"
            )
    sizes = [
        integer(f"counts[{label!r}]", size, at_least=0)
        for label, size in counts.items()
    ]
    if not sum(sizes):
        raise ValueError(
            "`counts` must ask for at least one image. Received: "
            f"counts={counts!r}"
        )
    return [int(label) for label in counts], sizes


def _rescale(images: np.ndarray, value_range: image_tools.Range) -> np.ndarray:
    """Maps images in [-1, 1] to a range and clips to it."""
    low, high = value_range
    if (low, high) != (-1.0, 1.0):
        images = low + (images + 1.0) * ((high - low) / 2)
    return np.clip(images, low, high).astype("float32")
