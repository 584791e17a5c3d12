"""Noise and cutout."""

from typing import Any

from keras import ops

Tensor = Any

_CUTOUT_SIDE = 0.5


def add_noise(images: Tensor, deviations: Tensor, noise: Tensor) -> Tensor:
    """Adds white noise, with a strength for each image.

    Args:
        images: Float32 `(batch, height, width, channels)`.
        deviations: Standard deviations `(batch,)`.
        noise: Standard normal numbers of the shape of `images`.

    Returns:
        Tensor of the shape of `images`; images with deviation 0 are identical
        bit for bit.
    """
    deviations = deviations[:, None, None, None]
    noisy = images + deviations * noise
    # Adding 0.0 would change -0.0 into 0.0.
    return ops.where(deviations == 0.0, images, noisy)


def cut_out(images: Tensor, centers: Tensor) -> Tensor:
    """Sets a rectangle of half the image's sides to 0 in each image.

    Args:
        images: Float32 `(batch, height, width, channels)`.
        centers: `(batch, 2)`: x and y of its center as shares of the sides of
            the image, in [0, 1]. Centers outside leave the image unchanged.

    Returns:
        Tensor of the shape of `images`.
    """
    _, height, width, _ = ops.shape(images)
    across = _covered(width, centers[:, 0])
    down = _covered(height, centers[:, 1])
    hole = down[:, :, None] & across[:, None, :]
    hole = hole & (centers[:, 0] >= 0)[:, None, None]
    return ops.where(hole[..., None], 0.0, images)


def _covered(side, centers):
    places = ops.cast(ops.arange(side), "float32") + 0.5
    places = places / ops.cast(side, "float32")
    return ops.abs(places[None, :] - centers[:, None]) < _CUTOUT_SIDE / 2
