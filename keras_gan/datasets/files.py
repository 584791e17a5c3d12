"""Folders and zip archives of image files as sources of images."""

import collections
import concurrent.futures
import io
import os
import pathlib
import warnings
import zipfile
from collections.abc import Callable
from typing import Any

import numpy as np

from keras_gan import images as image_tools
from keras_gan.datasets import sources

ReadBytes = Callable[[str], bytes]
Progress = Callable[[int, int], Any]

NUM_THREADS = min(16, os.cpu_count() or 1)


class FileSource(sources.Source):
    """Image files, decoded each time they are read.

    Args:
        info: The `DatasetInfo`.
        files: The files, in the order of the labels.
        labels: int32 array `(num_images,)`, or `None`.
    """

    def __init__(
        self,
        info: sources.DatasetInfo,
        files: sources.StoredFiles,
        labels: np.ndarray | None = None,
    ) -> None:
        super().__init__(info, (0.0, 255.0), labels)
        self.files: sources.StoredFiles = files

    def read(self, indices: np.ndarray) -> np.ndarray:
        names, read_bytes = self.files.names, self.files.read_bytes
        return np.stack(
            [decode(read_bytes, names[index], self.info) for index in indices]
        )


def decode(
    read_bytes: ReadBytes, name: str, info: sources.DatasetInfo
) -> np.ndarray:
    """Reads one file and fits it to the shape of the dataset."""
    image = image_tools.read_image(io.BytesIO(read_bytes(name)))
    return sources.fit_image(image, info.image_shape)


def open_folder(path: str | os.PathLike, **options: Any) -> sources.Source:
    """Opens a folder of images; subfolders are classes.

    Folders are searched recursively. Files and folders whose names start with a
    dot are ignored.

    Args:
        path: The folder.
        **options: `image_size`, `channels` and `progress`, as for
            `open_source`.
    """
    root = pathlib.Path(path)
    names = [
        (pathlib.Path(folder) / file).relative_to(root).as_posix()
        for folder, _, files in os.walk(root)
        for file in files
    ]
    return _open_files(
        str(path), names, lambda name: (root / name).read_bytes(), **options
    )


def open_zip(path: str | os.PathLike, **options: Any) -> sources.Source:
    """Opens a zip of a folder of images, without unpacking it to disk.

    Args:
        path: The archive.
        **options: `image_size`, `channels` and `progress`, as for
            `open_source`.

    Raises:
        ValueError: If the file is not a zip archive.
    """
    try:
        archive = zipfile.ZipFile(path)
    except zipfile.BadZipFile as error:
        raise ValueError(
            f"`{path}` is not a zip archive, or it is damaged: {error}. "
            "Copy it again, or unpack it and use the folder."
        ) from error
    return _open_files(str(path), archive.namelist(), archive.read, **options)


def _open_files(
    path: str,
    names: list[str],
    read_bytes: ReadBytes,
    image_size: sources.ImageSize = None,
    channels: int | None = None,
    progress: Progress | None = None,
) -> sources.Source:
    """Checks every file once, so that no broken file stops training later."""
    shapes, broken = _try_each(
        lambda name: image_tools.image_shape(io.BytesIO(read_bytes(name))),
        _image_names(path, names),
    )
    _check_any(path, shapes, broken)
    stored_shape = _common_shape(path, shapes, sized=image_size is not None)
    info = sources.DatasetInfo(
        name=path,
        num_images=len(shapes),
        image_shape=sources.target_shape(stored_shape, image_size, channels),
    )
    is_small = len(shapes) * np.prod(info.image_shape) <= sources.CACHE_BYTES

    def attempt(name: str) -> np.ndarray | None:
        image = decode(read_bytes, name, info)
        return image if is_small else None

    decoded, undecoded = _try_each(attempt, list(shapes), progress)
    broken |= undecoded
    _check_any(path, decoded, broken)
    _warn_skipped(path, broken)
    labels, class_names = _labels_from_folders(list(decoded))
    info = sources.DatasetInfo(
        name=path,
        num_images=len(decoded),
        image_shape=info.image_shape,
        num_classes=None if class_names is None else len(class_names),
        class_names=class_names,
        skipped=tuple(sorted(broken)),
    )
    files = sources.StoredFiles(
        tuple(decoded), tuple(shapes[name] for name in decoded), read_bytes
    )
    if not is_small:
        return FileSource(info, files, labels)
    images = np.stack(list(decoded.values()))
    source = sources.ArraySource(info, (0.0, 255.0), images, labels)
    source.files = files
    return source


def _image_names(path: str, names: list[str]) -> list[str]:
    images = sorted(filter(_is_image_name, names))
    if not images:
        raise ValueError(
            f"`{path}` holds no images. Expected files that end in "
            f"{', '.join(image_tools.IMAGE_SUFFIXES)}, in it or in its "
            "subfolders."
        )
    return images


def _is_image_name(name: str) -> bool:
    path = pathlib.PurePosixPath(name)
    hidden = any(part.startswith((".", "__MACOSX")) for part in path.parts)
    return path.suffix.lower() in image_tools.IMAGE_SUFFIXES and not hidden


def _try_each(
    function: Callable[[str], Any],
    names: list[str],
    progress: Progress | None = None,
) -> tuple[dict[str, Any], dict[str, str]]:
    """Returns `{name: result}` and, for failures, `{name: reason}`."""

    def attempt(name):
        try:
            return function(name), None
        # `zipfile` raises RuntimeError for members with a password.
        except (
            ValueError, OSError, RuntimeError, zipfile.BadZipFile
        ) as error:  # fmt: skip
            return None, str(error)

    with concurrent.futures.ThreadPoolExecutor(NUM_THREADS) as pool:
        outcomes = {}
        for name, outcome in zip(names, pool.map(attempt, names), strict=True):
            outcomes[name] = outcome
            if progress is not None:
                progress(len(outcomes), len(names))
    results = {n: result for n, (result, why) in outcomes.items() if not why}
    failures = {n: why for n, (_, why) in outcomes.items() if why}
    return results, failures


def _check_any(path: str, good: dict, broken: dict[str, str]) -> None:
    if not good:
        raise ValueError(
            f"None of the {len(broken)} images of `{path}` can be read. "
            f"The first: {_first(broken, 1)}. Replace these files."
        )


def _warn_skipped(path: str, broken: dict[str, str]) -> None:
    if broken:
        warnings.warn(
            f"`{path}`: {len(broken)} of its images cannot be read and are "
            f"left out: {_first(broken, 3)}"
            + (" and others." if len(broken) > 3 else "."),
            stacklevel=2,
        )


def _first(broken: dict[str, str], count: int) -> str:
    return ", ".join(
        f"{name} ({broken[name].rpartition(': ')[-1]})"
        for name in sorted(broken)[:count]
    )


def _common_shape(
    path: str, shapes: dict[str, tuple[int, int, int]], sized: bool
) -> tuple[int, int, int]:
    """The size of all images and the most frequent number of channels."""
    channels = collections.Counter(shape[-1] for shape in shapes.values())
    # The larger number if two are equally frequent: it loses nothing.
    most_frequent = max(channels, key=lambda key: (channels[key], key))
    first_name, first = next(iter(shapes.items()))
    for name, shape in shapes.items():
        if shape[:2] != first[:2] and not sized:
            raise ValueError(
                f"The images of `{path}` have different sizes: {first_name} "
                f"has {first[0]} x {first[1]} pixels, {name} has {shape[0]} x "
                f"{shape[1]} (height x width). Pass `image_size` (on the "
                "command line `--image-size`) to resize them."
            )
    return (*first[:2], most_frequent)


def _labels_from_folders(
    names: list[str],
) -> tuple[np.ndarray | None, tuple[str, ...] | None]:
    """Labels from the first folder level at which the images differ."""
    paths = [pathlib.PurePosixPath(name).parts for name in names]
    while all(len(parts) > 1 for parts in paths):
        class_names = tuple(sorted({parts[0] for parts in paths}))
        if len(class_names) > 1:
            numbers = {name: index for index, name in enumerate(class_names)}
            labels = [numbers[parts[0]] for parts in paths]
            return np.array(labels, "int32"), class_names
        paths = [parts[1:] for parts in paths]
    return None, None
