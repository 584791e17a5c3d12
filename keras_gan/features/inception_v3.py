"""The network of the Fréchet inception distance."""

import os
from typing import Any
from zlib import crc32

import keras
from keras import layers

from keras_gan.features.inception_weights import (
    find_inception_weights,
    load_inception_weights,
)
from keras_gan.features.resizing import (
    CleanResizing,
    HalfPixelResizing,
    LegacyResizing,
)
from keras_gan.utils.arguments import choice

Tensor = Any
Kernel = int | tuple[int, int]
Step = tuple[str, int, Kernel]

NUM_FEATURES = 2048
NUM_CLASSES = 1008

_SIDE = 299

# How images are resized, and the byte value and step that become 0 and 1.
_RESIZES = {
    "legacy": (LegacyResizing, 128.0, 128.0),
    "clean": (CleanResizing, 128.0, 128.0),
    "pytorch_fid": (HalfPixelResizing, 127.5, 127.5),
}
# Whether class scores follow the features, and whether they have a bias.
_HEADS = {
    "features": None,
    "logits": {"use_bias": True},
    "unbiased_logits": {"use_bias": False},
}


def InceptionV3(  # noqa: N802 - a network, named as in keras.applications
    weights: str | os.PathLike | None = "auto",
    head: str = "features",
    *,
    resize: str = "legacy",
) -> keras.Model:
    """The Inception network of 2015, which all published FIDs use.

    It is not `keras.applications.InceptionV3`, whose weights, pooling and
    classes differ, so its distances are not comparable with those in papers.
    For the same weights and images, the features equal those of torch-fidelity
    (`resize="legacy"`), clean-fid (`"clean"`) and pytorch-fid
    (`"pytorch_fid"`) to about 6 digits.

    The weights are those of the TensorFlow graph of 2015-12-05, in the PyTorch
    file published by pytorch-fid (91 MB); PyTorch is not needed. Batch
    normalization is folded into the convolutions when they are loaded.
    Everything runs in float32 under any precision policy. On NVIDIA GPUs
    TensorFlow rounds the factors of products to 10 bits, which changes features
    by about one part in 1,000;
    `tf.config.experimental.enable_tensor_float_32_execution(False)` turns this
    off.

    Args:
        weights: `"auto"`: the file named by the environment variable
            `KERAS_GAN_INCEPTION_WEIGHTS`, else the one in Keras' cache, else
            downloaded into it. A path: that file, or one in that folder. None:
            random weights, always the same, for tests.
        head: `"features"`: 2048 averages of the last feature map, for the FID
            and similar metrics. `"logits"`: 1008 class scores.
            `"unbiased_logits"`: class scores without bias, as used by published
            Inception scores.
        resize: How to resize to 299 x 299. `"legacy"`: bilinear as in
            TensorFlow 1, for comparison with most papers. `"clean"`:
            antialiased bicubic, for comparison with clean-fid.
            `"pytorch_fid"`: bilinear as in PyTorch, with bytes centered on
            127.5 instead of 128.

    Returns:
        A `keras.Model`: float images `(batch, height, width, 3)` with values
        from 0 to 255, of any size, to float32 `(batch, 2048)` or `(batch,
        1008)`. It is not trainable.

    Raises:
        ValueError: If an argument is invalid, or the file is damaged or does
            not contain the weights of this network.
        FileNotFoundError: If there is no file and it cannot be downloaded.

    Example:

    >>> network = InceptionV3(weights=None)
    >>> network.output_shape
    (None, 2048)

    Reference:
        Szegedy et al., "Rethinking the Inception Architecture for Computer
        Vision", arXiv 1512.00567; Heusel et al., "GANs Trained by a Two
        Time-Scale Update Rule Converge to a Local Nash Equilibrium",
        arXiv 1706.08500.
    """
    make_resizing, center, scale = _RESIZES[choice("resize", resize, _RESIZES)]
    dense = _HEADS[choice("head", head, _HEADS)]
    # Before the network is built, so that a missing file is reported early.
    path = None if weights is None else find_inception_weights(weights)
    images = keras.Input((None, None, 3), dtype="float32", name="images")
    x = make_resizing(_SIDE, name="resized")(images)
    x = layers.Rescaling(1 / scale, -center / scale, dtype="float32")(x)
    x = _blocks(_stem(x))
    x = layers.GlobalAveragePooling2D(
        data_format="channels_last", dtype="float32", name="features"
    )(x)
    if dense is not None:
        x = layers.Dense(
            NUM_CLASSES,
            kernel_initializer=keras.initializers.HeNormal(crc32(b"fc")),
            dtype="float32",
            name="fc",
            **dense,
        )(x)
    model = keras.Model(images, x, name="inception_v3")
    model.trainable = False
    if path is not None:
        load_inception_weights(model, path)
    return model


def _convolved(
    x: Tensor,
    name: str,
    filters: int,
    kernel: Kernel,
    *,
    strides: int = 1,
    padding: str = "same",
    activation: str | None = "relu",
) -> Tensor:
    """A convolution with the name of its tensors in the file."""
    return layers.Conv2D(
        filters,
        kernel,
        strides=strides,
        padding=padding,
        activation=activation,
        # A seed of its own, so that the global random state does not change.
        kernel_initializer=keras.initializers.HeNormal(crc32(name.encode())),
        data_format="channels_last",
        dtype="float32",
        # PyTorch allows no dot in the name of a weight.
        name=name.replace(".", "-"),
    )(x)


def _max_pooled(x: Tensor, strides: int = 2, padding: str = "valid") -> Tensor:
    return layers.MaxPooling2D(
        3, strides, padding, data_format="channels_last", dtype="float32"
    )(x)


def _chain(x: Tensor, block: str, *steps: Step) -> Tensor:
    for suffix, filters, kernel in steps:
        x = _convolved(x, f"{block}.{suffix}", filters, kernel)
    return x


def _halved(x: Tensor, block: str, suffix: str, filters: int) -> Tensor:
    return _convolved(
        x, f"{block}.{suffix}", filters, 3, strides=2, padding="valid"
    )


def _averaged(x: Tensor, block: str, filters: int) -> Tensor:
    # The network averages first. Both operations are linear, so they can be
    # exchanged, and there are fewer filters than channels.
    x = _convolved(x, f"{block}.branch_pool", filters, 1, activation=None)
    # Pixels beyond the border do not count.
    x = layers.AveragePooling2D(
        3, 1, "same", data_format="channels_last", dtype="float32"
    )(x)
    return layers.ReLU(dtype="float32")(x)


def _joined(*branches: Tensor) -> Tensor:
    return layers.Concatenate(dtype="float32")(branches)


def _stem(x: Tensor) -> Tensor:
    x = _convolved(x, "Conv2d_1a_3x3", 32, 3, strides=2, padding="valid")
    x = _convolved(x, "Conv2d_2a_3x3", 32, 3, padding="valid")
    x = _convolved(x, "Conv2d_2b_3x3", 64, 3)
    x = _max_pooled(x)
    x = _convolved(x, "Conv2d_3b_1x1", 80, 1)
    x = _convolved(x, "Conv2d_4a_3x3", 192, 3, padding="valid")
    return _max_pooled(x)


def _blocks(x: Tensor) -> Tensor:
    for block, pool_filters in {"5b": 32, "5c": 64, "5d": 64}.items():
        x = _block_35(x, f"Mixed_{block}", pool_filters)
    x = _reduction_17(x, "Mixed_6a")
    for block, width in {"6b": 128, "6c": 160, "6d": 160, "6e": 192}.items():
        x = _block_17(x, f"Mixed_{block}", width)
    x = _reduction_8(x, "Mixed_7a")
    x = _block_8(x, "Mixed_7b", _averaged(x, "Mixed_7b", 192))
    # Only the last block uses max pooling, as in the graph of 2015.
    pooled = _max_pooled(x, strides=1, padding="same")
    return _block_8(
        x, "Mixed_7c", _chain(pooled, "Mixed_7c", ("branch_pool", 192, 1))
    )


def _block_35(x: Tensor, block: str, pool_filters: int) -> Tensor:
    """A block on maps of 35 x 35 pixels."""
    return _joined(
        _chain(x, block, ("branch1x1", 64, 1)),
        _chain(x, block, ("branch5x5_1", 48, 1), ("branch5x5_2", 64, 5)),
        _chain(
            x, block, ("branch3x3dbl_1", 64, 1), ("branch3x3dbl_2", 96, 3),
            ("branch3x3dbl_3", 96, 3),
        ),
        _averaged(x, block, pool_filters),
    )  # fmt: skip


def _reduction_17(x: Tensor, block: str) -> Tensor:
    double = _chain(
        x, block, ("branch3x3dbl_1", 64, 1), ("branch3x3dbl_2", 96, 3)
    )
    return _joined(
        _halved(x, block, "branch3x3", 384),
        _halved(double, block, "branch3x3dbl_3", 96),
        _max_pooled(x),
    )


def _block_17(x: Tensor, block: str, width: int) -> Tensor:
    """A block on maps of 17 x 17 pixels."""
    return _joined(
        _chain(x, block, ("branch1x1", 192, 1)),
        _chain(
            x, block, ("branch7x7_1", width, 1), ("branch7x7_2", width, (1, 7)),
            ("branch7x7_3", 192, (7, 1)),
        ),
        _chain(
            x, block, ("branch7x7dbl_1", width, 1),
            ("branch7x7dbl_2", width, (7, 1)),
            ("branch7x7dbl_3", width, (1, 7)),
            ("branch7x7dbl_4", width, (7, 1)),
            ("branch7x7dbl_5", 192, (1, 7)),
        ),
        _averaged(x, block, 192),
    )  # fmt: skip


def _reduction_8(x: Tensor, block: str) -> Tensor:
    once = _chain(x, block, ("branch3x3_1", 192, 1))
    thrice = _chain(
        x, block, ("branch7x7x3_1", 192, 1), ("branch7x7x3_2", 192, (1, 7)),
        ("branch7x7x3_3", 192, (7, 1)),
    )  # fmt: skip
    return _joined(
        _halved(once, block, "branch3x3_2", 320),
        _halved(thrice, block, "branch7x7x3_4", 192),
        _max_pooled(x),
    )


def _block_8(x: Tensor, block: str, pooled: Tensor) -> Tensor:
    """A block on maps of 8 x 8 pixels, with a given pooling branch."""
    single = _chain(x, block, ("branch3x3_1", 384, 1))
    double = _chain(
        x, block, ("branch3x3dbl_1", 448, 1), ("branch3x3dbl_2", 384, 3)
    )
    return _joined(
        _chain(x, block, ("branch1x1", 320, 1)),
        _chain(single, block, ("branch3x3_2a", 384, (1, 3))),
        _chain(single, block, ("branch3x3_2b", 384, (3, 1))),
        _chain(double, block, ("branch3x3dbl_3a", 384, (1, 3))),
        _chain(double, block, ("branch3x3dbl_3b", 384, (3, 1))),
        pooled,
    )
