"""The images of a data set as files in folders of their classes."""

import dataclasses
import hashlib
import io
import pathlib
import re
from collections.abc import Callable
from typing import Any

import numpy as np

from keras_gan import images
from keras_gan.datasets.checking import reason
from keras_gan.datasets.layout import in_class_order
from keras_gan.datasets.listing import HIDDEN
from keras_gan.datasets.sources import Source, StoredFiles
from keras_gan.images.reading import read_for_size


@dataclasses.dataclass(frozen=True)
class ImageFiles:
    """Where the images of a data set go when it is written as a folder.

    Files keep their bytes, and their path below the folder of their class.
    Arrays become 8-bit PNG, which is lossless for bytes.

    Attributes:
        paths: Path of each file, with `/` between folders.
        read: Function from the index of an image to the bytes of its file.
        labels: int32 array, the class of each image.
        folders: The folder of each class.
        class_names: The name of each class.
        image_shapes: Shapes of the images as stored, smallest first.
    """

    paths: list[str]
    read: Callable[[int], bytes]
    labels: np.ndarray
    folders: tuple[str, ...]
    class_names: tuple[str, ...]
    image_shapes: list[tuple[int, ...]]

    @property
    def class_counts(self) -> dict[str, int]:
        """Number of images of each class."""
        counts = np.bincount(self.labels, minlength=len(self.class_names))
        return dict(zip(self.class_names, counts.tolist(), strict=True))

    def missing_counts(self) -> dict[int, int]:
        """How many images each class lacks to be as large as the largest."""
        counts = self.class_counts.values()
        most = max(counts)
        # A class without images has taught a GAN nothing.
        return {c: most - n for c, n in enumerate(counts) if 0 < n < most}

    def fingerprint(self) -> dict[str, Any]:
        """Their numbers and a hash of their names, as JSON can hold it."""
        paths = "\n".join(self.paths).encode(errors="surrogateescape")
        found = hashlib.sha256(paths + self.labels.tobytes())
        return {
            "number": len(self.paths),
            "of_classes": self.class_counts,
            "sha256_of_names": found.hexdigest(),
        }


def image_files(source: Source) -> ImageFiles:
    """Returns the images of a data set with classes, as files.

    Args:
        source: What `open_source` returned.

    Raises:
        ValueError: If there are no classes, or a path leads out of the folder.
    """
    names, labels, files = source.info.class_names, source.labels, source.files
    if labels is None or names is None:
        raise ValueError(
            f"`{source.info.name}` has no classes, so there is nothing to "
            "balance. Put the images of each class in a sub-folder of its own, "
            "or add `labels` to the .npz."
        )
    if files is not None:
        return ImageFiles(
            _paths_from_classes(source.info.name, files.names),
            lambda index: _read_whole(source, files, index),
            labels,
            names,
            names,
            sorted(set(files.image_shapes)),
        )

    def read(index: int) -> bytes:
        image = source.read(np.array([index]))[0]
        return images.encode_png(images.to_uint8(image, source.stored_range))

    folders = class_folders(names)
    paths = [
        f"{folders[label]}/original-{index:06d}.png"
        for index, label in enumerate(labels)
    ]
    shape = source.info.image_shape
    return ImageFiles(paths, read, labels, folders, names, [shape])


def _read_whole(source: Source, files: StoredFiles, index: int) -> bytes:
    """The bytes of an image, unless it has changed since it was opened."""
    name = files.names[index]
    try:
        content = files.read_bytes(name)
        read_for_size(io.BytesIO(content), source.info.image_shape[:2])
    except (ValueError, OSError, MemoryError) as error:
        raise ValueError(
            f"`{source.info.name}`: its image {name} cannot be read any more "
            f"({reason(error)}). Restore it, or start anew without it."
        ) from error
    return content


def _paths_from_classes(data: str, names: tuple[str, ...]) -> list[str]:
    """Paths without the folders that all images have in common."""
    paths = [pathlib.PurePosixPath(name).parts for name in names]
    while len({parts[0] for parts in paths}) == 1:
        paths = [parts[1:] for parts in paths]
    for name, parts in zip(names, paths, strict=True):
        if any(p == ".." or p.startswith("/") or "\\" in p for p in parts):
            raise ValueError(
                f"`{data}` holds a file whose name leads out of its folder: "
                f"{name!r}. Rename it."
            )
    return ["/".join(parts) for parts in paths]


def class_folders(class_names: tuple[str, ...]) -> tuple[str, ...]:
    """Folders for classes: their names, if these keep the order of the labels.

    Args:
        class_names: The name of each class, which may be any text.

    Example:

    >>> class_folders(("T-shirt/top", "Bag")), class_folders(("cat", "my dog"))
    (('0-T-shirt-top', '1-Bag'), ('cat', 'my dog'))
    """
    are_folders = all(map(_is_folder_name, class_names))
    if are_folders and class_names == in_class_order(set(class_names)):
        return class_names
    safe = [re.sub(r"[^\w.+-]+", "-", name) for name in class_names]
    width = len(str(len(safe) - 1))
    return tuple(
        f"{number:0{width}d}" + f"-{name}" * (name != str(number))
        for number, name in enumerate(safe)
    )


def _is_folder_name(name: str) -> bool:
    """Whether every system can have such a folder, and `train` reads it."""
    is_hidden = name.startswith(HIDDEN)
    odd = re.search(r'[/\\:*?"<>|\x00-\x1f]', name)
    return bool(name) and name == name.strip() and not (is_hidden or odd)
