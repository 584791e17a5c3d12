"""What the readers of published files of weights share."""

import os
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np

from keras_gan.features.torch_weights import read_torch_weights
from keras_gan.utils.files import sha256

# Of the batch normalization in all of these networks.
_EPSILON = np.float32(1e-3)
_NORMALIZATION = ("weight", "bias", "running_mean", "running_var")


def find(
    weights: str | os.PathLike,
    variable: str,
    names: Sequence[str],
    source: str,
    otherwise: Callable[[], Path],
) -> Path:
    """Returns the path of a file of weights, which is verified.

    Args:
        weights: The path of the file or of its folder, or `"auto"`: the one
            that the environment variable names, if it is set.
        variable: Name of the environment variable.
        names: Published names of the file.
        source: Where the file comes from, for errors.
        otherwise: Finds it where neither names it.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is damaged, or `weights` is not a path.
    """
    if not isinstance(weights, str | os.PathLike) or not os.fspath(weights):
        raise ValueError(
            "`weights` must be 'auto', the path of a file, or None. "
            f"Received: weights={weights!r}"
        )
    named = os.environ.get(variable)
    if weights != "auto":
        found = _named_file(weights, "`weights`", names, source)
    elif named:
        origin = f"The environment variable {variable}"
        found = _named_file(named, origin, names, source)
    else:
        found = otherwise()
    return _checked(found, source)


def in_folder(folder: Path, names: Sequence[str]) -> Path | None:
    """The first of these files that the folder has, or `None`."""
    places = (folder / name for name in names)
    return next((place for place in places if place.is_file()), None)


def cache_folder() -> Path:
    """The folder in which Keras keeps weights that it has downloaded."""
    home = os.environ.get("KERAS_HOME", os.path.join("~", ".keras"))
    return Path(home).expanduser() / "models"


def are_at_hand(variable: str, names: Sequence[str]) -> bool:
    """Whether weights need no download: cached, or the variable is set."""
    return bool(os.environ.get(variable) or in_folder(cache_folder(), names))


def cached(names: Sequence[str], url: str, network: str, cure: str) -> Path:
    """The file in Keras' cache, downloaded if it is not there yet.

    Args:
        names: Published names of the file, the name in the cache first.
        url: Where it is downloaded from.
        network: Name of the network, for the error.
        cure: What else one may do where there is no network, for the error.

    Raises:
        FileNotFoundError: If the download fails.
    """
    cache = cache_folder()
    found = in_folder(cache, names)
    if found is not None:
        return found
    try:
        # Keras treats a folder that does not exist as not writable.
        cache.mkdir(parents=True, exist_ok=True)
        return Path(
            keras.utils.get_file(
                origin=url, cache_dir=cache.parent, cache_subdir=cache.name
            )
        )
    # Keras raises a bare `Exception` if there is no network.
    except Exception as error:
        reason = " ".join(str(error).split())
        raise FileNotFoundError(
            f"The weights of {network} are not on this machine and could not "
            f"be downloaded ({reason}). Fetch {url} where there is a network, "
            f"and place it at {cache / names[0]}, or {cure}."
        ) from error


def _named_file(
    place: str | os.PathLike, origin: str, names: Sequence[str], source: str
) -> Path:
    """The file at `place`, or in that folder under one of its names.

    Args:
        place: Path of a file or folder; `~` is the user's home.
        origin: Who named it, for the error.
        names: Published names of the file.
        source: Where the file comes from, for the error.

    Raises:
        FileNotFoundError: If there is none.
    """
    path = Path(place).expanduser()
    found = path if path.is_file() else in_folder(path, names)
    if found is None:
        raise FileNotFoundError(
            f"{origin} names no file of weights, nor a folder with one. "
            f"Received: {os.fspath(place)!r}. The file to place there is "
            f"{source}"
        )
    return found


def _checked(path: Path, source: str) -> Path:
    """The path, if its name ends with the first digits of its SHA-256.

    Args:
        path: The file. A name without digits is not checked.
        source: Where the file comes from, for the error.

    Raises:
        ValueError: If the digits are others.
    """
    published = re.search(r"-([0-9a-f]{8})\.pth$", path.name)
    if published is None:
        return path
    digest = sha256(path)
    if not digest.startswith(published[1]):
        raise ValueError(
            f"The file of weights {path} is damaged: its SHA-256 should begin "
            f"with {published[1]}, and begins with {digest[:8]}. A download "
            "may have been cut off: delete the file and fetch it again from "
            f"{source}"
        )
    return path


def _named_by(path: Path) -> str:
    """A sentence on the environment variable that names a file, if one does."""
    for name, value in os.environ.items():
        if name.startswith("KERAS_GAN_") and value:
            named = Path(value).expanduser()
            if named in (path, path.parent):
                return f" The environment variable {name} names it."
    return ""


class Tensors:
    """The tensors of a file of PyTorch's, with checks of their shapes.

    Args:
        path: The file.
        network: Name of the network, for errors.
        source: Where the right file comes from, for errors.

    Raises:
        ValueError: If the file is damaged.
    """

    def __init__(self, path: Path, network: str, source: str) -> None:
        try:
            tensors: Mapping[str, np.ndarray] = read_torch_weights(path)
        except ValueError as error:
            raise ValueError(f"{error}{_named_by(path)}") from error
        self._tensors = tensors
        self._path = path
        self._network = network
        self._source = source

    def take(self, name: str, shape: tuple[int, ...]) -> np.ndarray:
        """The tensor of this name, which must have this shape."""
        tensor = self._tensors.get(name)
        if tensor is None or tensor.shape != shape:
            held = "none" if tensor is None else f"one of shape {tensor.shape}"
            raise ValueError(
                f"`weights` must be a file of {self._network}'s weights in "
                f"PyTorch's form, with a tensor {name!r} of shape {shape}; it "
                f"holds {held}. Received: weights='{self._path}'."
                f"{_named_by(self._path)} The file to use is {self._source}"
            )
        return tensor

    def folded(
        self, kernel: str, normalization: str, shape: tuple[int, ...]
    ) -> tuple[np.ndarray, np.ndarray]:
        """A convolution with the batch normalization that follows it.

        With mean `m`, variance `v`, scale `g` and shift `b`:

        ```
        W g / sqrt(v + 0.001),    bias b - m g / sqrt(v + 0.001)
        ```

        Args:
            kernel: Name of the kernel.
            normalization: Name of the normalization.
            shape: Shape of the kernel in the file, filters first.

        Returns:
            Kernel, of the same shape, and bias.
        """
        weight = self.take(kernel, shape)
        scale, shift, mean, variance = (
            self.take(f"{normalization}.{part}", shape[:1])
            for part in _NORMALIZATION
        )
        factor = scale / np.sqrt(variance + _EPSILON)
        along_filters = factor.reshape(-1, *[1] * (len(shape) - 1))
        return weight * along_filters, shift - mean * factor


def set_all(
    model: keras.Model,
    tensors: Tensors,
    forms: Mapping[type, Callable[[Tensors, Any], list[np.ndarray]]],
) -> None:
    """Sets the weights of all layers, after all of them were found.

    Args:
        model: The network.
        tensors: What the file holds.
        forms: Class of a layer -> function of the tensors and the layer that
            returns its weights.
    """
    layers = [layer for layer in model.layers if layer.weights]
    found = [forms[type(layer)](tensors, layer) for layer in layers]
    for layer, values in zip(layers, found, strict=True):
        layer.set_weights(values)


def randomize(model: keras.Model) -> None:
    """Sets random kernels that preserve the size of what passes them.

    They are the same in each process and on each backend.

    Args:
        model: Network of convolutions.
    """
    rng = np.random.default_rng(0)
    for layer in model.layers:
        if not layer.weights:
            continue
        shape = layer.kernel.shape
        is_depthwise = isinstance(layer, keras.layers.DepthwiseConv2D)
        num_inputs = np.prod(shape[:2] if is_depthwise else shape[:-1])
        kernel = rng.standard_normal(shape) * np.sqrt(2 / num_inputs)
        layer.kernel.assign(kernel.astype("float32"))
