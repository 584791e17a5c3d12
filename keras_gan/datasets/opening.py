"""`open_source`: from a name, path or array to a `Source`."""

import difflib
import os
import pathlib
import stat
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from keras_gan.datasets.arrays import open_arrays
from keras_gan.datasets.builtin import BUILTIN_NAMES, open_builtin
from keras_gan.datasets.checking import Progress
from keras_gan.datasets.files import open_folder, open_zip
from keras_gan.datasets.layout import SPLITS
from keras_gan.datasets.npz import open_npz
from keras_gan.datasets.sources import DatasetInfo, ImageSize, Source
from keras_gan.utils.files import kind_of_file
from keras_gan.utils.machine import workers

_BY_SUFFIX = {".npz": open_npz, ".zip": open_zip}


def open_source(
    source: Any,
    *,
    image_size: ImageSize = None,
    channels: int | None = None,
    source_range: Sequence[float] | None = None,
    split: str | None = None,
    progress: Progress | None = None,
    num_workers: int | None = None,
    cache: bool = True,
) -> Source:
    """Opens and checks images, and keeps them in memory if there is room.

    Images are resized with an antialiased filter, after cropping them around
    the center to the aspect ratio of `image_size`. Unreadable files are
    skipped with a warning that counts and names them, as are images beside
    the folders of classes. Class folders whose names are numbers are in
    numeric order.

    Args:
        source: One of `BUILTIN_NAMES`; the path of a folder of images (its
            subfolders are classes), of a zip of one, or of an `.npz`; an
            array of images, or a pair of arrays `(images, labels)`; or a
            `Source`, which is returned unchanged.
        image_size: Size in pixels, or `(height, width)`, to resize to.
            Default: no resizing; all images must have the same size.
        channels: 1 (grayscale), 3 (RGB) or 4 (RGBA) to convert to. Default:
            the number that most images have.
        source_range: `(black, white)` of the images of an array or `.npz`.
            Default: (0, 255) for integers, and for floats the narrowest of
            (0, 1), (-1, 1) and (0, 255) that contains all values.
        split: `"train"`, `"val"` or `"test"`, where folders, the arrays of an
            `.npz` or a built-in dataset have such names. Default: train where
            there are splits, else everything.
        progress: Function called after each file of a folder or zip, with the
            number of files checked and the total number of files. Default: on
            a terminal, a line on the standard error if it takes 3 seconds.
        num_workers: Threads that decode files; 0 or 1 for no parallelism.
            Default: one for each core that the process may use, up to 16.
        cache: Whether to keep decoded and resized images in memory, if they
            take at most half of what is free.

    Returns:
        A `Source` for `load`; `source.info` describes it.

    Raises:
        FileNotFoundError: If there is no such file or folder.
        ValueError: If it contains no images, images of different sizes
            without `image_size`, or no such split.

    Example:

    >>> open_source("digits", image_size=16).info.image_shape
    (16, 16, 1)
    """
    num_workers = workers(num_workers)
    if split not in (None, *SPLITS):
        raise ValueError(
            f"`split` must be one of {', '.join(SPLITS)}, or None. "
            f"Received: split={split!r}"
        )
    options: dict[str, Any] = {"image_size": image_size, "channels": channels}
    if isinstance(source, Source):
        options["split"] = split
        if any(value is not None for value in options.values()):
            raise ValueError(
                "`image_size`, `channels` and `split` must be given to "
                "`open_source`, not for an opened source. "
                f"Received: {options}"
            )
        return source
    options["cache"] = cache
    if isinstance(source, (str, os.PathLike)):
        opener = _find_opener(str(source))
        options["split"] = split
        if opener is open_npz:
            options["source_range"] = source_range
        elif opener is not open_builtin:
            options |= {"progress": progress, "num_workers": num_workers}
        opened = opener(source, **options)
    else:
        options["source_range"] = source_range
        opened = _open_arrays(source, split, **options)
    opened.num_workers = num_workers
    return opened


def describe(source: Any, **options: Any) -> DatasetInfo:
    """Describes the images of a source: number, shape and classes.

    Args:
        source: As for `open_source`.
        **options: As for `open_source`.

    Returns:
        A `DatasetInfo`.

    Example:

    >>> info = describe("digits")
    >>> info.num_images, info.image_shape, info.num_classes
    (1797, (8, 8, 1), 10)
    """
    return open_source(source, **options).info


def holds_files(source: Any) -> bool:
    """Whether a source is a folder or a zip of image files.

    Args:
        source: As for `open_source`.

    Raises:
        FileNotFoundError: If it is the path of nothing.
    """
    if not isinstance(source, (str, os.PathLike)):
        return False
    return _find_opener(str(source)) in (open_folder, open_zip)


def _open_arrays(source: Any, split: str | None, **options: Any) -> Source:
    if split is not None:
        raise ValueError(
            f"Arrays have no splits. Received: split={split!r}. Pass the "
            "arrays of that split."
        )
    arrays = source if isinstance(source, (tuple, list)) else (source,)
    if not 1 <= len(arrays) <= 2 or not hasattr(arrays[0], "shape"):
        raise ValueError(
            "`source` must be a name, a path, an array of images or a pair "
            f"(images, labels). Received: {type(source).__name__}"
        )
    return open_arrays(*map(np.asarray, arrays), **options)


def _find_opener(source: str) -> Callable[..., Source]:
    if source in BUILTIN_NAMES:
        return open_builtin
    path = pathlib.Path(source)
    if not source:
        # For Python it is the current folder; most likely a variable of the
        # shell was not set.
        raise ValueError(
            "`source` must be a name or a path. Received: an empty string. "
            "Use `.` for the current folder."
        )
    if path.is_dir():
        return open_folder
    if not path.exists():
        raise FileNotFoundError(
            f"There is no dataset, file or folder `{source}`."
            + _near_misses(path)
            + f" Built-in datasets are {', '.join(BUILTIN_NAMES)}."
        )
    mode = path.stat().st_mode
    if not stat.S_ISREG(mode):
        raise ValueError(
            f"`{source}` must be a folder or a regular file. "
            f"Received: {kind_of_file(mode)}"
        )
    if path.suffix.lower() not in _BY_SUFFIX:
        raise ValueError(
            f"`{source}` is not a kind of data that can be read. Expected a "
            "folder of images, a .zip of one, an .npz, or one of "
            f"{', '.join(BUILTIN_NAMES)}."
        )
    return _BY_SUFFIX[path.suffix.lower()]


def _near_misses(path: pathlib.Path) -> str:
    candidates = list(BUILTIN_NAMES) if path.name == str(path) else []
    if path.parent.is_dir() and os.access(path.parent, os.R_OK):
        candidates += os.listdir(path.parent)
    near = difflib.get_close_matches(path.name, candidates, n=3)
    if not near:
        return ""
    return f" Did you mean {' or '.join(f'`{name}`' for name in near)}?"
