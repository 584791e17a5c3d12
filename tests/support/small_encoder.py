"""A network whose features stand for those of a large one."""

import importlib

import keras
import numpy as np
from keras import layers

from keras_gan.features import feature_maps

LAYERS = ("shallow", "deep")


def small_encoder(channels=3, seed=0):
    """Two convolutions and a pooling, of any size of image."""
    model = keras.Sequential(
        [
            keras.Input((None, None, channels)),
            layers.Conv2D(4, 3, padding="same", activation="relu",
                          name="shallow"),
            layers.AveragePooling2D(2, name="pool"),
            layers.Conv2D(6, 3, padding="same", activation="relu",
                          name="deep"),
        ]
    )  # fmt: skip
    rng = np.random.default_rng(seed)
    model.set_weights(
        [0.4 * rng.normal(size=w.shape) for w in model.get_weights()]
    )
    return model


def small_images(number=2, side=8, channels=3, seed=0):
    """Random images in [-1, 1]."""
    rng = np.random.default_rng([seed, 1])
    shape = (number, side, side, channels)
    return rng.uniform(-1, 1, shape).astype("float32")


def narrow_vgg19(monkeypatch):
    """Lets VGG19 have few channels, and names refer to it anew."""
    module = importlib.import_module("keras_gan.features.vgg19")
    blocks = [(repeats, 4) for repeats, _ in module._BLOCKS]
    monkeypatch.setattr(module, "_BLOCKS", blocks)
    monkeypatch.setattr(feature_maps, "_made", {})
    return module
