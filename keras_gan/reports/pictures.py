"""Pictures of runs, small enough to be part of a page."""

import base64
import dataclasses
import io
import math
import pathlib
from collections.abc import Iterator

import numpy as np

from keras_gan import images as image_tools
from keras_gan.images.formats import check_pixels, open_picture
from keras_gan.images.values import to_picture

# A file of at most this size is embedded as it is.
_SMALL_BYTES = 24_000
# Below this side, single pixels are to be seen.
_PIXELATED_SIDE = 420
_FILM_FRAMES, _FILM_SIDE = 10, 160


@dataclasses.dataclass(frozen=True)
class Picture:
    """A picture as a part of a page.

    Attributes:
        url: A `data:` URL.
        width: Width in pixels.
        height: Height in pixels.
    """

    url: str
    width: int
    height: int

    @property
    def is_pixelated(self) -> bool:
        """Whether it is so small that pixels are enlarged as squares."""
        return max(self.width, self.height) <= _PIXELATED_SIDE


def embedded(path: pathlib.Path, *, side: int, quality: int) -> Picture:
    """Reads an image file and makes it small.

    Args:
        path: The file.
        side: The longer side in pixels, at most.
        quality: Quality of lossy compression, from 1 to 100.

    Raises:
        OSError: If it cannot be read.
        ValueError: If it is not an image, or is damaged.
    """
    pixels = image_tools.read_image(path)
    height, width = pixels.shape[:2]
    is_small = max(height, width) <= side
    if is_small and path.stat().st_size <= _SMALL_BYTES:
        kind = "png" if path.suffix == ".png" else path.suffix.strip(".")
        return _as_url(path.read_bytes(), kind, width, height)
    return encoded(pixels, side=side, quality=quality)


def encoded(pixels: np.ndarray, *, side: int, quality: int) -> Picture:
    """Compresses an image as WebP, which every browser shows.

    Args:
        pixels: uint8 array `(height, width, channels)`.
        side: As for `embedded`.
        quality: As for `embedded`.
    """
    height, width = pixels.shape[:2]
    if max(height, width) > side:
        factor = side / max(height, width)
        height, width = (max(1, round(n * factor)) for n in (height, width))
        pixels = image_tools.resize(pixels, (height, width))
    buffer = io.BytesIO()
    picture = to_picture(pixels)
    picture.save(buffer, "WEBP", quality=quality, method=2)
    return _as_url(buffer.getvalue(), "webp", width, height)


def film_strip(path: pathlib.Path, *, quality: int) -> Picture:
    """Frames of an animated GIF beside each other, in two rows.

    Args:
        path: The file.
        quality: As for `embedded`.

    Raises:
        OSError: If it cannot be read.
        ValueError: If it is not an image, or is damaged.
    """
    frames = list(_frames(path))
    height, width = frames[0].shape[:2]
    factor = min(1.0, _FILM_SIDE / max(height, width))
    size = (max(1, round(height * factor)), max(1, round(width * factor)))
    small = np.stack([image_tools.resize(frame, size) for frame in frames])
    columns = math.ceil(len(frames) / 2) if len(frames) > 3 else len(frames)
    grid = image_tools.image_grid(small, columns, scale=1)
    return encoded(grid, side=max(grid.shape), quality=quality)


def program_of(path: pathlib.Path) -> str | None:
    """Which command of ours wrote an image, such as `interpolate`.

    Args:
        path: The file, which may be anything.
    """
    try:
        with path.open("rb") as file, open_picture(file) as picture:
            marks = [picture.info.get(key) for key in ("Software", "comment")]
    except Exception:  # Each decoder raises its own.
        return None
    for mark in marks:
        text = mark.decode("latin-1") if isinstance(mark, bytes) else mark
        if isinstance(text, str) and text.startswith("keras-gan "):
            return text.removeprefix("keras-gan ")
    return None


def spread(number: int, most: int) -> list[int]:
    """Returns places of some of many things, denser at the beginning.

    Most of what training changes, it changes early.

    Args:
        number: How many there are.
        most: How many to choose.

    Example:

    >>> spread(4, 12), spread(100, 6)
    ([0, 1, 2, 3], [0, 4, 16, 36, 63, 99])
    """
    if number <= most:
        return list(range(number))
    squares = [
        round((number - 1) * (place / (most - 1)) ** 2) for place in range(most)
    ]
    # The first squares are less than one apart.
    return sorted({max(place, at) for place, at in enumerate(squares)})


def _frames(path: pathlib.Path) -> Iterator[np.ndarray]:
    try:
        with path.open("rb") as file, open_picture(file) as picture:
            check_pixels(picture)
            number = getattr(picture, "n_frames", 1)
            kept = np.linspace(0, number - 1, min(number, _FILM_FRAMES))
            for index in kept.round().astype(int):
                picture.seek(int(index))
                yield np.asarray(picture.convert("RGB"))
    except Exception as error:  # Each decoder raises its own.
        raise ValueError(f"`{path}` is no film: {error}") from error


def _as_url(data: bytes, kind: str, width: int, height: int) -> Picture:
    text = base64.b64encode(data).decode("ascii")
    return Picture(f"data:image/{kind};base64,{text}", width, height)
