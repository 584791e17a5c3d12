"""Checks of the networks and the images of `StyleTransfer`."""

from typing import Any

import keras
import numpy as np

from keras_gan.features import FeatureMaps
from keras_gan.models import network_checks as checks
from keras_gan.utils.models import input_shapes

_SIDE = 64


def check(encoder: FeatureMaps, decoder: keras.Model) -> tuple[Any, int]:
    """Checks that a decoder makes images of the encoder's last features.

    Args:
        encoder: Images to features.
        decoder: Features to images.

    Returns:
        Symbolic features, and how many pixels of the image a side of their map
        has for each of its own.

    Raises:
        ValueError: If it cannot take them, or makes images of another size.
    """
    height, width, channels = _image_shape(encoder)
    features = encoder.spec((1, height, width, channels))[-1]
    images = checks.outputs_of(decoder, features, "decoder")
    wanted = (1, height, width)
    shape = tuple(getattr(images, "shape", ()))
    if shape[:-1] != wanted or shape[-1] not in (1, channels):
        raise ValueError(
            "`decoder` must turn the features of the last layer into images of "
            "the size that the encoder was given. Received: images of shape "
            f"{shape[1:]} for features of shape {tuple(features.shape[1:])} of "
            f"images of shape {(height, width, channels)}. "
            "`keras_gan.networks.style_decoder(channels)` has one entry in "
            "`widths` for each time that the encoder halves its images."
        )
    return features, height // features.shape[1]


def _image_shape(encoder: FeatureMaps) -> tuple[int, int, int]:
    shapes = None
    if isinstance(encoder.network, keras.Model):
        shapes = input_shapes(encoder.network)
    shape = shapes[0][1:] if shapes else (None, None, 3)
    height, width = (side or _SIDE for side in shape[:2])
    return height, width, shape[2] or 3


def checked_images(name: str, images: Any, ndim: int = 4) -> np.ndarray:
    """Returns images as a float32 array, if they are valid.

    Args:
        name: Name of the argument, for the error.
        images: Array in [-1, 1], channels last.
        ndim: 4 for several images, 3 for one.

    Raises:
        ValueError: If the shape or the range is wrong.
    """
    images = np.asarray(images)
    axes = ("num_images", "height", "width", "channels")[-ndim:]
    if images.ndim != ndim or not images.size:
        raise ValueError(
            f"`{name}` must have the shape ({', '.join(axes)}). Received: "
            f"shape {images.shape}. Add the axis of a single image with "
            "`images[None]`, or take one of several with `images[0]`."
        )
    images = images.astype("float32")
    low, high = float(images.min()), float(images.max())
    # Written so that NaN is refused too.
    if not (low >= -1.01 and high <= 1.01):
        raise ValueError(
            f"`{name}` must be in [-1, 1]. Received: values from {low:.4g} to "
            f"{high:.4g}. Scale them first; bytes with `images / 127.5 - 1.0`."
        )
    return np.clip(images, -1.0, 1.0)


def shares(num_images: int, num_styles: int, weights: Any) -> np.ndarray:
    """Returns how much each image has of each style.

    Args:
        num_images: Number of images.
        num_styles: Number of styles.
        weights: One for each style, the same for all images, or None: one
            style for all, or one for each image.

    Returns:
        Float32 array `(num_images, num_styles)`, whose rows sum to 1.

    Raises:
        ValueError: If the number of styles or of weights is wrong, or weights
            are negative or all 0.
    """
    if weights is None:
        if num_styles == 1:
            return np.ones((num_images, 1), "float32")
        if num_styles != num_images:
            raise ValueError(
                "There must be one style for all images, or one for each. "
                f"Received: {num_styles} styles for {num_images} images. Pass "
                "`weights=`, one number for each style, to mix them."
            )
        return np.eye(num_images, dtype="float32")
    weights = np.asarray(weights, "float32")
    fits = weights.shape == (num_styles,) and np.isfinite(weights).all()
    if not fits or weights.min() < 0 or weights.sum() == 0:
        raise ValueError(
            f"`weights` must be {num_styles} numbers of 0 or more, one for "
            f"each style and not all 0. Received: {weights.tolist()}. Leave "
            "styles out instead."
        )
    return np.tile(weights / weights.sum(), (num_images, 1))
