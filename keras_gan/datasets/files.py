"""Folders and zip archives of image files as sources of images."""

import contextlib
import io
import os
import threading
import warnings
from collections.abc import Iterator
from typing import Any, BinaryIO

import numpy as np

from keras_gan import images as image_tools
from keras_gan.datasets import archives, checking, sources
from keras_gan.datasets.caching import KeptImages
from keras_gan.datasets.layout import alike, in_class_order, layout
from keras_gan.datasets.listing import Listing
from keras_gan.images.reading import read_for_size
from keras_gan.utils.archives import open_archive

# How many images in a row may have vanished.
_MOST_LOST = 100


class FileSource(sources.Source):
    """Image files, decoded each time they are read, or kept.

    A file that has vanished or was cut off since it was opened is replaced by
    another one of its class, with a warning that counts and names them.

    Args:
        info: The `DatasetInfo`.
        files: The files, in the order of the labels.
        labels: int32 array `(num_images,)`, or `None`.
        kept: The images that stay in memory once they are decoded; `None` to
            keep none.
    """

    def __init__(
        self,
        info: sources.DatasetInfo,
        files: sources.StoredFiles,
        labels: np.ndarray | None = None,
        kept: KeptImages | None = None,
    ) -> None:
        super().__init__(info, (0.0, 255.0), labels)
        self.files: sources.StoredFiles = files
        self._kept = kept
        self._lost: dict[str, str] = {}
        self._lock = threading.Lock()

    def read(self, indices: np.ndarray) -> np.ndarray:
        kept = self._kept
        if kept is None:
            return np.stack([self._read_one(i) for i in indices.tolist()])
        for index in indices[~kept.has[indices]].tolist():
            kept.put(index, self._read_one(index))
        return kept.images[indices]

    def resident(self) -> np.ndarray | None:
        kept = self._kept
        return kept.images if kept is not None and kept.has.all() else None

    def _read_one(self, index: int) -> np.ndarray:
        for other in self._in_its_place(index):
            name = self.files.names[other]
            try:
                return decode(self.files.open, name, self.info)
            except (ValueError, OSError, MemoryError) as error:
                self._count(name, checking.reason(error))
        self.failure = ValueError(
            f"`{self.info.name}`: {len(self._lost)} of its images cannot be "
            f"read any more, such as {name} ({self._lost[name]}). Restore them."
        )
        raise self.failure

    def _in_its_place(self, index: int) -> Iterator[int]:
        """The image itself, and then the next ones of its class."""
        yield index
        same = np.arange(len(self))
        if self.labels is not None:
            same = np.flatnonzero(self.labels == self.labels[index])
        place = np.searchsorted(same, index)
        yield from np.roll(same, -place)[1:_MOST_LOST].tolist()

    def _count(self, name: str, reason: str) -> None:
        with self._lock:
            is_known = name in self._lost
            self._lost[name] = reason
            number = len(self._lost)
        # At the first, the second, the fourth, ...
        if not is_known and number & (number - 1) == 0:
            warnings.warn(
                f"`{self.info.name}`: {number} of its images cannot be read "
                f"any more; others are used instead: {name} ({reason}).",
                stacklevel=2,
            )


def decode(
    open_file: sources.OpenFile, name: str, info: sources.DatasetInfo
) -> np.ndarray:
    """Reads one file and fits it to the shape of the dataset."""
    with open_file(name) as file:
        image, _ = read_for_size(file, info.image_shape[:2])
    return sources.fit_image(image, info.image_shape)


def open_folder(path: str | os.PathLike, **options: Any) -> sources.Source:
    """Opens a folder of images; subfolders are classes.

    Folders are searched recursively, and links are followed. Files and folders
    whose names start with a dot are ignored.

    Args:
        path: The folder.
        **options: `split`, and as for `check_files`.
    """
    return _open_files(str(path), *in_folder(path), **options)


def open_zip(path: str | os.PathLike, **options: Any) -> sources.Source:
    """Opens a zip of a folder of images, without unpacking it to disk.

    Args:
        path: The archive.
        **options: `split`, and as for `check_files`.

    Raises:
        ValueError: If the file is not a zip archive.
    """
    return _open_files(str(path), *in_zip(path), **options)


def in_folder(
    path: str | os.PathLike,
) -> tuple[Listing, sources.OpenFile]:
    """Lists the files of a folder; returns what opens them, too.

    Args:
        path: The folder.
    """
    root = os.path.abspath(path)

    def open_file(name: str) -> BinaryIO:
        file = open(f"{root}/{name}", "rb", buffering=0)
        with contextlib.ExitStack() as stack:
            stack.enter_context(file)
            num_bytes = os.fstat(file.fileno()).st_size
            archives.check_size(num_bytes)
            if num_bytes <= archives.STREAMED_BYTES:
                return io.BytesIO(file.read())
            stack.pop_all()  # The caller closes it.
        return io.BufferedReader(file)

    return Listing(root), open_file


def in_zip(
    path: str | os.PathLike,
) -> tuple[archives.Members, sources.OpenFile]:
    """Lists the files of a zip archive; returns what opens them, too.

    Args:
        path: The archive.

    Raises:
        ValueError: If the file is not a zip archive.
    """
    members = archives.Members(
        open_archive(
            path,
            "a zip archive",
            "Copy it again, or unpack it and use the folder.",
        )
    )
    return members, members.open


def _open_files(
    path: str,
    found: Listing | archives.Members,
    open_file: sources.OpenFile,
    split: str | None = None,
    **options: Any,
) -> sources.Source:
    images = [name for name in found.names if _is_image(name, open_file)]
    if not images:
        raise ValueError(
            f"`{path}` holds no images. Expected files of a format that Pillow "
            "reads, such as .png or .jpg, in it or in its subfolders."
        )
    found_in = layout(path, images, split)
    checked = checking.check_files(
        path, list(found_in.classes), open_file, **options
    )
    broken = found.left_out | checked.broken
    beside = dict.fromkeys(found_in.beside, "")
    outside = dict.fromkeys(found_in.outside, "")
    checking.warn_left_out(path, broken, "cannot be read")
    checking.warn_left_out(
        path, found.repeated, "are there under another name", "folders"
    )
    checking.warn_left_out(path, beside, "lie beside the folders of classes")
    checking.warn_left_out(path, outside, "lie beside the folders of splits")
    classes = [found_in.classes[name] for name in checked.shapes]
    labels, class_names = labels_of(classes)
    warn_alike(path, class_names or ())
    info = sources.DatasetInfo(
        name=path,
        num_images=len(checked.shapes),
        image_shape=checked.image_shape,
        num_classes=None if class_names is None else len(class_names),
        class_names=class_names,
        skipped=tuple(sorted(broken | found.repeated | beside | outside)),
        split=found_in.split,
    )
    names, shapes = tuple(checked.shapes), tuple(checked.shapes.values())
    files = sources.StoredFiles(names, shapes, open_file, found.marks)
    return FileSource(info, files, labels, checked.kept)


def _is_image(name: str, open_file: sources.OpenFile) -> bool:
    """Whether a file is an image by its name, or else by its content."""
    if image_tools.has_image_suffix(name):
        return True
    try:
        with open_file(name) as file:
            return image_tools.is_image(file)
    except (ValueError, OSError, MemoryError):
        return False


def warn_alike(path: str, class_names: tuple[str, ...]) -> None:
    """Warns of classes that most likely are one.

    Args:
        path: Name of the data set.
        class_names: The names of its classes.
    """
    names = alike(class_names)
    if names:
        warnings.warn(
            f"`{path}`: {len(names)} of its classes differ from another one "
            "only in capital letters, spaces or accents, and stay apart: "
            f"{', '.join(names)}. Put their files together if they are one.",
            stacklevel=2,
        )


def labels_of(
    classes: list[str | None],
) -> tuple[np.ndarray | None, tuple[str, ...] | None]:
    """Numbers for classes, and their names; None without two of them.

    Args:
        classes: The class of each file, or None.
    """
    names = in_class_order({name for name in classes if name is not None})
    if len(names) < 2:
        return None, None
    numbers = {name: index for index, name in enumerate(names)}
    labels = [numbers[str(name)] for name in classes]
    return np.array(labels, "int32"), names
