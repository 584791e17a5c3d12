"""Files of projected latents, which know the generator they belong to."""

import os
import pathlib
from typing import Any, NamedTuple

import numpy as np

from keras_gan import latents, models
from keras_gan.latents.directions import fingerprint
from keras_gan.utils.npz import NpzFile

_ARRAYS = ("latents", "space", "generator")
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
        ValueError: If it is another kind of file, or of another generator.
    """
    cure = "Write it with `keras-gan project`."
    with NpzFile(path, cure, _SMALL_BYTES) as file:
        if not set(_ARRAYS) <= set(file.names):
            raise ValueError(
                f"`{path}` must hold {', '.join(_ARRAYS)}. Received: "
                f"{', '.join(file.names)}. {cure}"
            )
        if str(file.read("generator")) != fingerprint(gan.sampler):
            raise ValueError(
                f"`{path}` must hold latents of this GAN. Received: those of "
                "another one, or of another state of its training. Project "
                "the images again."
            )
        has_labels = "labels" in file.names
        noise = sorted(n for n in file.names if n.startswith("noise_"))
        return Latents(
            file.read("latents"),
            file.read("labels") if has_labels else None,
            [file.read(name) for name in sorted(noise, key=_number)],
            str(file.read("space")),
        )


def _number(name: str) -> tuple[int, str]:
    return len(name), name
