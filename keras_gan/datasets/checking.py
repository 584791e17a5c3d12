"""Reading every file of a data set once, before work starts."""

import collections
import concurrent.futures
import contextlib
import itertools
import math
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from tqdm import tqdm

from keras_gan.datasets import sources
from keras_gan.datasets.caching import KeptImages, fits_in_memory
from keras_gan.images.reading import image_shape, read_for_size
from keras_gan.utils.memory import check_memory

Progress = Callable[[int, int], Any]
Shape = tuple[int, int, int]

# Files for one thread at a time: a task for each would cost more than it.
_MOST_FILES = 64
# Of more and larger data sets, only the sizes are read.
_MOST_DECODED = 50_000
_MOST_BYTES = 256 * 2**20
_FAST_SECONDS = 5e-4
# Who waits for less needs no progress.
_PATIENCE_SECONDS = 3.0


class Checked(NamedTuple):
    """What reading every file has shown.

    Attributes:
        image_shape: `(height, width, channels)` of the data set.
        shapes: Shape of each stored image that can be read, by name.
        kept: Images in memory, in the order of `shapes`; `None` if there is no
            room for them.
        broken: `{name: reason}` of the images that cannot be read.
    """

    image_shape: Shape
    shapes: dict[str, Shape]
    kept: KeptImages | None
    broken: dict[str, str]


def check_files(
    data: str,
    names: list[str],
    open_file: sources.OpenFile,
    *,
    image_size: sources.ImageSize,
    channels: int | None,
    progress: Progress | None,
    num_workers: int,
    cache: bool,
) -> Checked:
    """Reads every file, so that no broken file disturbs training later.

    The images are kept, if there is room. Of very many and large data only the
    headers are read.

    Args:
        data: Name of the data set in messages.
        names: Names of the images.
        open_file: Function from a name to a binary file object.
        image_size: As for `open_source`.
        channels: As for `open_source`.
        progress: As for `open_source`.
        num_workers: Number of threads.
        cache: As for `open_source`.

    Raises:
        ValueError: If no image can be read, or their sizes differ.
    """
    expected = _expected_shape(names, open_file, image_size, channels)
    check_memory(
        f"Resizing images to {expected[0]} x {expected[1]} pixels",
        # Each thread has one as bytes and as floats.
        5 * math.prod(expected) * min(num_workers, len(names)),
        "Choose a smaller `image_size` (on the command line `--image-size`).",
    )
    kept = _room_for(len(names), expected, cache)
    read = _reader(names, open_file, image_size, channels, expected, kept)
    shapes, broken, readable = {}, {}, []
    outcomes = of_each(read, len(names), num_workers)
    with shown(progress, data, len(names)) as tell:
        for number, (shape, reason) in enumerate(outcomes):
            if reason is None:
                shapes[names[number]] = shape
                readable.append(number)
            else:
                broken[names[number]] = reason
            tell(number + 1, len(names))
    if not shapes:
        raise ValueError(
            f"None of the {len(broken)} images of `{data}` can be read. "
            f"The first: {_first(broken, 1)}. Replace these files."
        )
    stored_shape = _common_shape(data, shapes, sized=image_size is not None)
    shape = sources.target_shape(stored_shape, image_size, channels)
    if shape != expected:  # The first image is unlike most.
        kept = _room_for(len(shapes), shape, cache)
    elif kept is not None:
        kept.leave(readable)
    return Checked(shape, shapes, kept, broken)


def _room_for(num_images: int, shape: Shape, cache: bool) -> KeptImages | None:
    if cache and fits_in_memory(num_images * math.prod(shape)):
        return KeptImages(num_images, shape)
    return None


def _reader(
    names: list[str],
    open_file: sources.OpenFile,
    image_size: sources.ImageSize,
    channels: int | None,
    expected: Shape,
    kept: KeptImages | None,
) -> Callable[[int], Shape]:
    """A function that reads an image, and returns its stored shape."""
    size = None if image_size is None else expected[:2]
    # Whatever else is wrong with them is found when they are read.
    is_quick = len(names) > _MOST_DECODED and (
        len(names) * math.prod(expected) > _MOST_BYTES
    )

    def read(number):
        with open_file(names[number]) as file:
            if is_quick:
                return image_shape(file, quick=True)
            image, shape = read_for_size(file, size)
        fits = sources.target_shape(shape, image_size, channels) == expected
        if kept is not None and fits:
            kept.put(number, sources.fit_image(image, expected))
        return shape

    return read


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


def of_each(
    function: Callable[[int], Any], count: int, num_workers: int
) -> Iterator[tuple[Any, str | None]]:
    """Yields `(result, None)` or `(None, reason)` for each number in turn.

    Args:
        function: Function of a number.
        count: The numbers are those below it.
        num_workers: Number of threads.
    """

    def attempt(number):
        try:
            return function(number), None
        except (ValueError, OSError, MemoryError) as error:
            return None, reason(error)

    def attempt_all(part):
        return [attempt(number) for number in part]

    size = min(_MOST_FILES, count // (4 * num_workers) + 1)
    parts = [range(i, min(i + size, count)) for i in range(0, count, size)]
    pool = concurrent.futures.ThreadPoolExecutor(num_workers)
    start = time.perf_counter()
    first = attempt_all(parts[0])
    # Small files wait for Python, of which threads would have no more.
    is_fast = time.perf_counter() - start < _FAST_SECONDS * size
    outcomes = (map if is_fast else pool.map)(attempt_all, parts[1:])
    try:
        yield from first
        yield from itertools.chain.from_iterable(outcomes)
    finally:  # Soon, also if the user stops it.
        pool.shutdown(cancel_futures=True)


@contextlib.contextmanager
def shown(
    progress: Progress | None, data: str, total: int, what: str = "images"
) -> Iterator[Progress]:
    """What to call after each file: by default a line on a terminal.

    Args:
        progress: As for `open_source`.
        data: Name of the data set.
        total: Number of files.
        what: What they are.
    """
    if progress is not None:
        yield progress
        return
    with tqdm(
        total=total,
        desc=data,
        unit=f" {what}",
        delay=_PATIENCE_SECONDS,
        leave=False,
        dynamic_ncols=True,
        disable=None,  # where there is no terminal
    ) as bar:
        yield lambda number, _: bar.update(number - bar.n)


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
