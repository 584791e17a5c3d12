"""Reading every file of a data set once, before work starts."""

import collections
import concurrent.futures
import itertools
import math
import os
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np

from keras_gan.datasets import sources
from keras_gan.images.reading import image_shape, read_for_size
from keras_gan.utils.memory import check_memory

Progress = Callable[[int, int], Any]
Shape = tuple[int, int, int]

NUM_THREADS = min(8, os.cpu_count() or 1)
# Files for one thread at a time: a task for each would cost more than it.
_MOST_FILES = 64
# Of more images that are not kept, only the sizes are read.
_MOST_DECODED = 50_000
_FAST_SECONDS = 5e-4


class Checked(NamedTuple):
    """What reading every file has shown.

    Attributes:
        image_shape: `(height, width, channels)` of the data set.
        shapes: Shape of each stored image that can be read, by name.
        images: The images in a shape near that of the data set, by name, as
            far as they are kept.
        broken: `{name: reason}` of the images that cannot be read.
    """

    image_shape: Shape
    shapes: dict[str, Shape]
    images: dict[str, np.ndarray]
    broken: dict[str, str]


def check_files(
    data: str,
    names: list[str],
    open_file: sources.OpenFile,
    image_size: sources.ImageSize,
    channels: int | None,
    progress: Progress | None,
) -> Checked:
    """Reads every file, so that no broken file disturbs training later.

    Small data sets are kept. Of very many images only the headers are read.

    Args:
        data: Name of the data set in messages.
        names: Names of the images.
        open_file: Function from a name to a binary file object.
        image_size: As for `open_source`.
        channels: As for `open_source`.
        progress: As for `open_source`.

    Raises:
        ValueError: If no image can be read, or their sizes differ.
    """
    expected = _expected_shape(names, open_file, image_size, channels)
    check_memory(
        f"Resizing images to {expected[0]} x {expected[1]} pixels",
        # Each thread has one as bytes and as floats.
        5 * math.prod(expected) * min(NUM_THREADS, len(names)),
        "Choose a smaller `image_size` (on the command line `--image-size`).",
    )
    size = None if image_size is None else expected[:2]
    keeps = len(names) * np.prod(expected) <= sources.CACHE_BYTES

    # Whatever else is wrong with them is found when they are read.
    is_quick = not keeps and len(names) > _MOST_DECODED

    def attempt(name):
        with open_file(name) as file:
            if is_quick:
                return image_shape(file, quick=True), None
            image, shape = read_for_size(file, size)
        if not keeps or (image_size is None and shape[:2] != expected[:2]):
            return shape, None
        target = (*expected[:2], channels or shape[-1])
        return shape, sources.fit_image(image, target)

    shapes, images, broken = {}, {}, {}
    for name, result, reason in _of_each(attempt, names, progress):
        if reason is not None:
            broken[name] = reason
            continue
        shapes[name], image = result
        if image is not None:
            images[name] = image
    if not shapes:
        raise ValueError(
            f"None of the {len(broken)} images of `{data}` can be read. "
            f"The first: {_first(broken, 1)}. Replace these files."
        )
    stored_shape = _common_shape(data, shapes, sized=image_size is not None)
    shape = sources.target_shape(stored_shape, image_size, channels)
    return Checked(shape, shapes, images, broken)


def warn_left_out(
    data: str, left_out: dict[str, str], why: str, what: str = "images"
) -> None:
    """Warns of images that are left out, with their number and some names.

    Args:
        data: Name of the data set.
        left_out: `{name: reason}`; no warning if there are none.
        why: What is wrong with them.
        what: What they are.
    """
    more = len(left_out) - 3
    if left_out:
        warnings.warn(
            f"`{data}`: {len(left_out)} of its {what} {why} and are "
            f"left out: {_first(left_out, 3)}"
            + (f" and {more} more." if more > 0 else "."),
            stacklevel=2,
        )


def reason(error: Exception) -> str:
    """Why a file cannot be read, in a few words."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error).rpartition(": ")[-1] or type(error).__name__


def _of_each(
    function: Callable[[str], Any],
    names: list[str],
    progress: Progress | None,
) -> Iterator[tuple[str, Any, str | None]]:
    """Yields `(name, result, None)` or `(name, None, reason)` for each."""

    def attempt(name):
        try:
            return name, function(name), None
        except (ValueError, OSError, MemoryError) as error:
            return name, None, reason(error)

    def attempt_all(part):
        return [attempt(name) for name in part]

    size = min(_MOST_FILES, len(names) // (4 * NUM_THREADS) + 1)
    parts = [names[i : i + size] for i in range(0, len(names), size)]
    pool = concurrent.futures.ThreadPoolExecutor(NUM_THREADS)
    start = time.perf_counter()
    first = attempt_all(parts[0])
    # Small files wait for Python, of which threads would have no more.
    is_fast = time.perf_counter() - start < _FAST_SECONDS * size
    outcomes = (map if is_fast else pool.map)(attempt_all, parts[1:])
    try:
        done = itertools.chain(first, itertools.chain.from_iterable(outcomes))
        for number, outcome in enumerate(done, 1):
            yield outcome
            if progress is not None:
                progress(number, len(names))
    finally:  # Soon, also if the user stops it.
        pool.shutdown(cancel_futures=True)


def _expected_shape(
    names: Iterable[str],
    open_file: sources.OpenFile,
    image_size: sources.ImageSize,
    channels: int | None,
) -> Shape:
    """The shape of the data set, if all images are like the first."""
    for name in names:
        try:
            with open_file(name) as file:
                _, shape = read_for_size(file, (1, 1))
        except (ValueError, OSError, MemoryError):
            continue
        return sources.target_shape(shape, image_size, channels)
    return 0, 0, 0


def _first(left_out: dict[str, str], count: int) -> str:
    return ", ".join(
        f"{name} ({left_out[name]})" if left_out[name] else name
        for name in sorted(left_out)[:count]
    )


def _common_shape(data: str, shapes: dict[str, Shape], sized: bool) -> Shape:
    """The size of all images and the most frequent number of channels."""
    channels = collections.Counter(shape[-1] for shape in shapes.values())
    # The larger number if two are equally frequent: it loses nothing.
    most_frequent = max(channels, key=lambda key: (channels[key], key))
    first_name, first = next(iter(shapes.items()))
    for name, shape in shapes.items():
        if shape[:2] != first[:2] and not sized:
            raise ValueError(
                f"The images of `{data}` have different sizes: {first_name} "
                f"has {first[0]} x {first[1]} pixels, {name} has {shape[0]} x "
                f"{shape[1]} (height x width). Pass `image_size` (on the "
                "command line `--image-size`) to resize them."
            )
    return (*first[:2], most_frequent)
