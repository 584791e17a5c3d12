"""Finds and loads the weights of the FID network."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np

from keras_gan.features.torch_weights import read_torch_weights
from keras_gan.utils.files import sha256

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

_EPSILON = 1e-3  # Of the batch normalization in the network.


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
    if not isinstance(weights, str | os.PathLike) or not os.fspath(weights):
        raise ValueError(
            "`weights` must be 'auto', the path of a file, or None. "
            f"Received: weights={weights!r}"
        )
    named = os.environ.get(VARIABLE)
    if weights != "auto":
        return _checked(_named(weights, "`weights`"))
    if named:
        return _checked(_named(named, f"The environment variable {VARIABLE}"))
    cache = _cache()
    return _checked(_in_folder(cache) or _downloaded(cache))


def load_inception_weights(model: keras.Model, path: Path) -> None:
    """Sets the weights of `InceptionV3` from a PyTorch file.

    A convolution `W` followed by batch normalization with mean `m`, variance
    `v`, scale `g` and shift `b` becomes one convolution:

    ```
    W g / sqrt(v + 0.001),    bias b - m g / sqrt(v + 0.001)
    ```

    Args:
        model: Model from `InceptionV3`. Tensors that it does not have are
            ignored.
        path: The file.

    Raises:
        ValueError: If the file is damaged, or a tensor is missing or has
            another shape. Then the model does not change.
    """
    tensors = _Tensors(read_torch_weights(path), path)
    layers = [layer for layer in model.layers if layer.weights]
    found = [_FORMS[type(layer)](tensors, layer) for layer in layers]
    for layer, values in zip(layers, found, strict=True):
        layer.set_weights(values)


class _Tensors:
    """The tensors of a file, with checks of their shapes."""

    def __init__(self, tensors: Mapping[str, np.ndarray], path: Path) -> None:
        self._tensors = tensors
        self._path = path

    def take(self, name: str, shape: tuple[int, ...]) -> np.ndarray:
        tensor = self._tensors.get(name)
        if tensor is None or tensor.shape != shape:
            held = "none" if tensor is None else f"one of shape {tensor.shape}"
            raise ValueError(
                "`weights` must be a file of the FID network's weights in "
                f"PyTorch's form, with a tensor {name!r} of shape {shape}; it "
                f"holds {held}. Received: weights='{self._path}'. The file to "
                f"use is {URL}"
            )
        return tensor


def _convolution(tensors: _Tensors, layer: Any) -> list[np.ndarray]:
    height, width, channels, filters = layer.kernel.shape
    name = layer.name.replace("-", ".")
    kernel = tensors.take(
        f"{name}.conv.weight", (filters, channels, height, width)
    )
    scale, shift, mean, variance = (
        tensors.take(f"{name}.bn.{part}", (filters,))
        for part in ("weight", "bias", "running_mean", "running_var")
    )
    factor = scale / np.sqrt(variance + np.float32(_EPSILON))
    folded = np.multiply(kernel.transpose(2, 3, 1, 0), factor, order="C")
    return [folded, shift - mean * factor]


def _dense(tensors: _Tensors, layer: Any) -> list[np.ndarray]:
    kernel = tensors.take(f"{layer.name}.weight", layer.kernel.shape[::-1])
    if layer.bias is None:
        return [kernel.T]
    return [kernel.T, tensors.take(f"{layer.name}.bias", layer.bias.shape)]


_FORMS = {
    keras.layers.Conv2D: _convolution,
    keras.layers.Dense: _dense,
}


def _cache() -> Path:
    home = os.environ.get("KERAS_HOME", os.path.join("~", ".keras"))
    return Path(home).expanduser() / "models"


def _in_folder(folder: Path) -> Path | None:
    places = (folder / name for name in FILE_NAMES)
    return next((place for place in places if place.is_file()), None)


def _named(place: str | os.PathLike, origin: str) -> Path:
    path = Path(place).expanduser()
    found = path if path.is_file() else _in_folder(path)
    if found is None:
        raise FileNotFoundError(
            f"{origin} names no file of weights, nor a folder with one. "
            f"Received: {os.fspath(place)!r}. The file to place there is {URL}"
        )
    return found


def _downloaded(cache: Path) -> Path:
    try:
        # Keras treats a folder that does not exist as not writable.
        cache.mkdir(parents=True, exist_ok=True)
        return Path(
            keras.utils.get_file(
                origin=URL, cache_dir=cache.parent, cache_subdir=cache.name
            )
        )
    # Keras raises a bare `Exception` if there is no network.
    except Exception as error:
        reason = " ".join(str(error).split())
        raise FileNotFoundError(
            "The weights of the FID network are not on this machine and could "
            f"not be downloaded ({reason}). Fetch {URL} where there is a "
            f"network, and place it at {cache / FILE_NAMES[0]}, or set the "
            f"environment variable {VARIABLE} to its path."
        ) from error


def _checked(path: Path) -> Path:
    published = re.search(r"-([0-9a-f]{8})\.pth$", path.name)
    if published is None:
        return path
    digest = sha256(path)
    if not digest.startswith(published[1]):
        raise ValueError(
            f"The file of weights {path} is damaged: its SHA-256 should begin "
            f"with {published[1]}, and begins with {digest[:8]}. A download "
            "may have been cut off: delete the file and fetch it again from "
            f"{URL}"
        )
    return path
