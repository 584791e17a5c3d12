"""The network whose inner layers most perceptual losses compare."""

import os

import keras
from keras import layers

from keras_gan.features.vgg19_weights import (
    find_vgg19_weights,
    load_vgg19_weights,
)
from keras_gan.features.weight_files import randomize

# Mean color of the images that it was trained on, in RGB.
_MEAN = (123.68, 116.779, 103.939)
# Convolutions and channels of each block.
_BLOCKS = ((2, 64), (2, 128), (4, 256), (4, 512), (4, 512))


def vgg19(weights: str | os.PathLike | None = "auto") -> keras.Model:
    """VGG19 without its dense layers, for perceptual and style losses.

    The network of `keras.applications.VGG19(include_top=False)`, whose weights
    it loads, with its preprocessing inside: the mean color is subtracted, and
    the order of the channels is a matter of the first kernel. Its layers are
    called as there, `block1_conv1` to `block5_pool`. Everything runs in float32
    under any precision policy.

    Its features have values of tens to thousands, about a hundred times those
    of torchvision's VGG19, which takes images divided by their standard
    deviation. Weights of losses found with one are not right for the other.

    Args:
        weights: `"auto"`: the file named by the environment variable
            `KERAS_GAN_VGG19_WEIGHTS`, else the one in Keras' cache
            (`~/.keras/models`), else it is downloaded (80 MB). A path: that
            file, or one in that folder. None: random weights, always the same,
            for tests.

    Returns:
        A `keras.Model`: float images `(batch, height, width, 3)` with values
        from 0 to 255, in RGB, of any size from 32 pixels up, to the float32
        feature map `(batch, height // 32, width // 32, 512)`. It is not
        trainable.

    Raises:
        ValueError: If `weights` is no path, or the file is damaged or of
            another network.
        FileNotFoundError: If there is no file.

    Example:

    >>> network = vgg19(weights=None)
    >>> network.output_shape
    (None, None, None, 512)
    >>> network.count_params()
    20024384

    Reference:
        Simonyan and Zisserman, "Very Deep Convolutional Networks for
        Large-Scale Image Recognition", arXiv 1409.1556.
    """
    # Before the network is built, so that a missing file is reported early.
    path = None if weights is None else find_vgg19_weights(weights)
    images = keras.Input((None, None, 3), dtype="float32", name="images")
    x = layers.Rescaling(
        1.0, [-one for one in _MEAN], dtype="float32", name="centered"
    )(images)
    for block, (repeats, channels) in enumerate(_BLOCKS, start=1):
        for number in range(1, repeats + 1):
            x = layers.Conv2D(
                channels,
                3,
                padding="same",
                activation="relu",
                # JAX would compile a random initializer for each of the shapes.
                kernel_initializer="zeros",
                data_format="channels_last",
                dtype="float32",
                name=f"block{block}_conv{number}",
            )(x)
        x = layers.MaxPooling2D(
            data_format="channels_last",
            dtype="float32",
            name=f"block{block}_pool",
        )(x)
    model = keras.Model(images, x, name="vgg19")
    model.trainable = False
    if path is None:
        randomize(model)
    else:
        load_vgg19_weights(model, path)
    return model
