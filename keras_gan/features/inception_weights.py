"""Finds and loads the weights of the FID network."""

import os
from pathlib import Path
from typing import Any

import keras
import numpy as np

from keras_gan.features import weight_files
from keras_gan.features.efficientnet_weights import INSTALL
from keras_gan.features.weight_files import (
    Tensors,
    cached,
    find,
    set_all,
)

VARIABLE = "KERAS_GAN_INCEPTION_WEIGHTS"
URL = (
    "https://github.com/mseitzer/pytorch-fid/releases/download/fid_weights/"
    "pt_inception-2015-12-05-6726825d.pth"
)
# The names of the same file in pytorch-fid and torch-fidelity.
FILE_NAMES = (
    "pt_inception-2015-12-05-6726825d.pth",
    "weights-inception-2015-12-05-6726825d.pth",
)


def find_inception_weights(weights: str | os.PathLike = "auto") -> Path:
    """Returns the path of the weights of the FID network.

    A file whose name ends with the first 8 digits of its SHA-256, like the
    published file, is verified.

    Args:
        weights: `"auto"`: the file or folder named by the environment variable
            `KERAS_GAN_INCEPTION_WEIGHTS`, else the file in Keras' cache
            (`~/.keras/models`), else downloaded there. Otherwise the path of a
            file, or of a folder that contains it under its published name.

    Raises:
        FileNotFoundError: If there is no such file, or the download fails.
        ValueError: If it is damaged, or `weights` is not a path.

    Example:

    >>> find_inception_weights("no_such_file.pth")
    Traceback (most recent call last):
    ...
    FileNotFoundError: `weights` names no file of weights...
    """
    return find(weights, VARIABLE, FILE_NAMES, URL, _cached)


def are_at_hand() -> bool:
    """Whether "auto" needs no download: they are here, or the variable is set.

    Example:

    >>> are_at_hand() in (True, False)
    True
    """
    return weight_files.are_at_hand(VARIABLE, FILE_NAMES)


def load_inception_weights(model: keras.Model, path: Path) -> None:
    """Sets the weights of `InceptionV3` from a PyTorch file.

    Each convolution takes in the batch normalization that follows it.

    Args:
        model: Model from `InceptionV3`. Tensors that it does not have are
            ignored.
        path: The file.

    Raises:
        ValueError: If the file is damaged, or a tensor is missing or has
            another shape. Then the model does not change.
    """
    set_all(model, Tensors(path, "the FID network", URL), _FORMS)


def _convolution(tensors: Tensors, layer: Any) -> list[np.ndarray]:
    height, width, channels, filters = layer.kernel.shape
    name = layer.name.replace("-", ".")
    kernel, bias = tensors.folded(
        f"{name}.conv.weight", f"{name}.bn", (filters, channels, height, width)
    )
    return [kernel.transpose(2, 3, 1, 0), bias]


def _dense(tensors: Tensors, layer: Any) -> list[np.ndarray]:
    kernel = tensors.take(f"{layer.name}.weight", layer.kernel.shape[::-1])
    if layer.bias is None:
        return [kernel.T]
    return [kernel.T, tensors.take(f"{layer.name}.bias", layer.bias.shape)]


_FORMS = {
    keras.layers.Conv2D: _convolution,
    keras.layers.Dense: _dense,
}


def _cached() -> Path:
    return cached(
        FILE_NAMES,
        URL,
        "the FID network",
        f"set the environment variable {VARIABLE} to its path. Or use the "
        f"feature extractor efficientnet_lite0 ({INSTALL})",
    )
