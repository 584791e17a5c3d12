"""Built-in datasets."""

import os
from typing import Any

import keras

from keras_gan.datasets.arrays import open_arrays
from keras_gan.datasets.sources import Source

_FASHION = (
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
    "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
)  # fmt: skip
_CIFAR10 = (
    "airplane", "automobile", "bird", "cat", "deer",
    "dog", "frog", "horse", "ship", "truck",
)  # fmt: skip

# Name: (Keras' module, where a copy may be placed in Keras' folder of datasets,
# class names).
_DOWNLOADED = {
    "mnist": (keras.datasets.mnist, "mnist.npz", None),
    "fashion_mnist": (
        keras.datasets.fashion_mnist,
        "fashion-mnist/*-ubyte.gz",
        _FASHION,
    ),
    "cifar10": (
        keras.datasets.cifar10,
        "cifar-10-batches-py-target.tar.gz",
        _CIFAR10,
    ),
}

BUILTIN_NAMES = ("digits", *_DOWNLOADED)
"""Names that `load` knows."""


def open_builtin(name: str, split: str | None = None, **options: Any) -> Source:
    """Opens one part of a built-in dataset.

    Args:
        name: `"digits"` comes with scikit-learn (1,797 images of 8 x 8);
            the others are downloaded by Keras on first use.
        split: `"train"` (the default) or `"test"`; `"digits"` has neither.
        **options: As for `open_arrays`.

    Raises:
        FileNotFoundError: If a dataset cannot be downloaded.
        ValueError: If there is no such split.
    """
    splits = (None,) if name == "digits" else (None, "train", "test")
    if split not in splits:
        there = " and ".join(filter(None, splits)) or "no splits"
        raise ValueError(f"`{name}` has {there}. Received: split={split!r}")
    if name == "digits":
        return _open_digits(**options)
    module, file, class_names = _DOWNLOADED[name]
    try:
        parts = module.load_data()
    # Keras raises a bare `Exception` if there is no network.
    except Exception as error:
        home = os.environ.get("KERAS_HOME", os.path.expanduser("~/.keras"))
        place = os.path.join(home, "datasets", file)
        reason = " ".join(str(error).split())
        raise FileNotFoundError(
            f"`{name}` is not on this machine and could not be downloaded "
            f"({reason}). Connect to the network or place a copy at {place}; "
            "or use `digits`, which needs no download, a folder, a zip or an "
            ".npz."
        ) from error
    images, labels = parts[1 if split == "test" else 0]
    # If Keras is set to channels first, so is its CIFAR-10.
    if images.shape[1:] == (3, 32, 32):
        images = images.transpose(0, 2, 3, 1)
    return open_arrays(
        images,
        labels,
        name=name,
        class_names=class_names,
        split=split or "train",
        **options,
    )


def _open_digits(**options: Any) -> Source:
    from sklearn.datasets import load_digits

    digits = load_digits()
    options["source_range"] = (0, 16)
    return open_arrays(
        digits.images.astype("float32"), digits.target, name="digits", **options
    )
