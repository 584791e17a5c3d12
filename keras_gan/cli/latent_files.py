"""Files of projected latents, which know the generator they belong to."""

import os
import pathlib
from typing import Any, NamedTuple

import numpy as np

from keras_gan import latents, models
from keras_gan.latents.directions import fingerprint
from keras_gan.latents.spaces import checked_labels, open_space
from keras_gan.utils.npz import NpzFile

_ARRAYS = ("latents", "space", "generator")
_CURE = "Write it with `keras-gan project`."
_SMALL_BYTES = 2**28


class Latents(NamedTuple):
    """What a file holds.

    Attributes:
        points: Floats `(count, ...)`.
        labels: Their classes, or `None`.
        noise: Noise of each noise layer.
        space: `"z"` or `"w"`.
    """

    points: np.ndarray
    labels: np.ndarray | None
    noise: list[np.ndarray]
    space: str


def write_latents(
    path: pathlib.Path, gan: models.GAN, found: latents.Projection
) -> None:
    """Writes latents that were found for images.

    Args:
        path: The file.
        gan: The GAN.
        found: What was found.
    """
    arrays: dict[str, Any] = {
        "latents": found.latents,
        "images": found.images,
        "psnr": found.psnr,
        "space": found.space,
        "generator": fingerprint(gan.sampler),
    }
    if found.labels is not None:
        arrays["labels"] = found.labels
    for number, noise in enumerate(found.noise):
        arrays[f"noise_{number}"] = noise
    # As an open file, because NumPy would append its suffix to a path.
    with open(path, "wb") as file:
        np.savez(file, **arrays)


def read_latents(path: str | os.PathLike, gan: models.GAN) -> Latents:
    """Reads a file of `write_latents`.

    Args:
        path: The file.
        gan: The GAN that it must be of.

    Raises:
        OSError: If it cannot be read.
        ValueError: If it is damaged, another kind of file, or of another
            generator.
    """
    with NpzFile(path, _CURE, _SMALL_BYTES) as file:
        if not set(_ARRAYS) <= set(file.names):
            raise ValueError(
                f"`{path}` must hold {', '.join(_ARRAYS)}. Received: "
                f"{', '.join(file.names)}. {_CURE}"
            )
        if str(file.read("generator")) != fingerprint(gan.sampler):
            raise ValueError(
                f"`{path}` must hold latents of this GAN. Received: those of "
                "another one, or of another state of its training. Project "
                "the images again."
            )
        has_labels = "labels" in file.names
        noise = sorted(n for n in file.names if n.startswith("noise_"))
        found = Latents(
            file.read("latents"),
            file.read("labels") if has_labels else None,
            [file.read(name) for name in sorted(noise, key=_number)],
            str(file.read("space")),
        )
    try:
        return _checked(found, gan)
    except ValueError as error:
        raise ValueError(f"`{path}` is damaged: {error} {_CURE}") from error


def _checked(found: Latents, gan: models.GAN) -> Latents:
    """The latents, if they and all that belongs to them suit the GAN."""
    space = open_space(gan, found.space)
    points = space.checked(found.points)
    labels = checked_labels(space.source, found.labels, len(points))
    expected = [(len(points), *one.shape[1:]) for one in space.noise.values]
    shapes = [one.shape for one in found.noise]
    is_right = all(
        one.dtype.kind == "f" and np.isfinite(one).all() for one in found.noise
    )
    if shapes != expected or not is_right:
        raise ValueError(
            f"`noise` must be finite floats of shapes {expected}. Received: "
            f"arrays of shapes {shapes}."
        )
    return Latents(points, labels, found.noise, found.space)


def _number(name: str) -> tuple[int, str]:
    return len(name), name
