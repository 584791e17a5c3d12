"""The images of DATA as files that `keras-gan augment` writes."""

import dataclasses
import pathlib
import re
from collections.abc import Callable

import numpy as np

from keras_gan import datasets
from keras_gan import images as image_tools

_LEAST_DIGITS = 6


@dataclasses.dataclass(frozen=True)
class Originals:
    """Files to write, and the folders that their classes have.

    Attributes:
        paths: Where each file goes, `/` between folders.
        read: Function from the number of a file to its bytes.
        labels: int32 array, the class of each.
        folders: The folder of each class.
        class_names: Their names in DATA.
        image_shapes: Shapes that occur, smallest first.
    """

    paths: list[str]
    read: Callable[[int], bytes]
    labels: np.ndarray
    folders: tuple[str, ...]
    class_names: tuple[str, ...]
    image_shapes: list[tuple[int, int, int]]

    def __len__(self) -> int:
        return len(self.paths)

    @property
    def counts(self) -> np.ndarray:
        """Number of images of each class."""
        return np.bincount(self.labels, minlength=len(self.class_names))


def originals_of(source: datasets.Source) -> Originals:
    """The originals of an opened data set with classes.

    Files stay as they are, and keep their name below the folder of their class.
    Arrays become PNG of 8 bits, which loses nothing of images of bytes.

    Args:
        source: What `open_source` returned.

    Raises:
        ValueError: If there are no classes, or a name leads out of the folder.
    """
    info = source.info
    if source.labels is None or info.class_names is None:
        raise ValueError(
            f"`{info.name}` has no classes, and there is nothing to balance. "
            "Put the images of each class in a sub-folder of its own, or add "
            "`labels` to the .npz."
        )
    make = _of_arrays if source.files is None else _of_files
    return make(source, source.labels, info.class_names)


def numbered(kind: str, number: int) -> str:
    """The name of a file that has no name of its own.

    Args:
        kind: First word of the name.
        number: From 0.

    Example:

    >>> numbered("generated", 12)
    'generated-000012.png'
    """
    return f"{kind}-{number:0{_LEAST_DIGITS}d}.png"


def _of_files(source, labels, class_names) -> Originals:
    files = source.files
    parts = [pathlib.PurePosixPath(name).parts for name in files.names]
    # Folders around all images are no classes; the next one is.
    while len({one[0] for one in parts}) == 1:
        parts = [one[1:] for one in parts]
    for name, one in zip(files.names, parts, strict=True):
        if any(part == ".." or part[:1] == "/" or "\\" in part for part in one):
            raise ValueError(
                f"`{source.info.name}` holds a file that lies outside of it, "
                f"by its name: {name!r}. Rename it."
            )
    return Originals(
        ["/".join(one) for one in parts],
        lambda number: files.read_bytes(files.names[number]),
        labels,
        class_names,
        class_names,
        sorted(set(files.image_shapes)),
    )


def _of_arrays(source, labels, class_names) -> Originals:
    folders = _folders(class_names)

    def read(number: int) -> bytes:
        image = source.read(np.array([number]))[0]
        pixels = image_tools.to_uint8(image, source.stored_range)
        return image_tools.encode_png(pixels)

    return Originals(
        [
            f"{folders[label]}/{numbered('original', number)}"
            for number, label in enumerate(labels)
        ],
        read,
        labels,
        folders,
        class_names,
        [source.info.image_shape],
    )


def _folders(class_names: tuple[str, ...]) -> tuple[str, ...]:
    """Folders that sort as the labels do, so that these stay as they are.

    Example:

    >>> _folders(("T-shirt/top", "Bag"))
    ('0-T-shirt-top', '1-Bag')
    """
    safe = tuple(re.sub(r"[^\w.+-]+", "-", name) for name in class_names)
    if safe == class_names and list(safe) == sorted(set(safe)):
        return safe
    width = len(str(len(safe) - 1))
    return tuple(
        f"{number:0{width}d}" + f"-{name}" * (name != str(number))
        for number, name in enumerate(safe)
    )
