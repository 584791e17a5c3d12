"""A small network for distances between images of digits."""

import functools
from importlib import resources
from typing import Any

import keras
import numpy as np
from keras import layers, ops

from keras_gan.utils.arguments import choice

Tensor = Any

SIDE = 28
NUM_FEATURES = 64
NUM_CLASSES = 10
WEIGHTS = "digits_classifier.npz"

# Filters, side of their kernels, stride: 28 pixels become 14, then 7.
_CONVOLUTIONS = ((24, 5, 2), (48, 3, 2), (64, 3, 1), (NUM_FEATURES, 3, 1))
_HEADS = ("features", "logits")


def digits_classifier(head: str = "features") -> keras.Model:
    """A classifier of digits, whose features need no download.

    Four convolutions and an average, 76,000 weights, trained on three quarters
    of scikit-learn's 8x8 digits and on MNIST's training images. A Fréchet
    distance in its features grows with noise, with blur, with missing and with
    rare digits, and falls while a generator of digits learns.

    **It is not comparable with any paper's FID**, which is measured in the
    features of Inception: other numbers on another scale. Use it to compare
    GANs of digits with one another, and for tests. It has seen nothing but
    bright digits on black: of other images its features say little.

    Images of other sizes are resized to 28x28, bilinearly and smoothed when
    shrinking. Few images look further apart than they are. Two random sets of
    real 8x8 digits are apart by

    ```
    images of each    100    200    400    898
    distance           20     12    5.8    2.6
    ```

    so give 1,000 images of each kind or more, always the same number.

    Args:
        head: `"features"`: the 64 averages of the last feature map.
            `"logits"`: the 10 scores of the digits 0 to 9.

    Returns:
        A `keras.Model`: float images `(batch, height, width, 1)` with values 0
        to 255, of any size, to float32 `(batch, 64)` or `(batch, 10)`. It is
        not trainable and computes in float32 under any precision policy.

    Raises:
        ValueError: If `head` is neither.

    Example:

    >>> from sklearn.datasets import load_digits
    >>> images = load_digits().images[:5, ..., None] / 16.0 * 255.0
    >>> classifier = digits_classifier(head="logits")
    >>> np.argmax(classifier(images), axis=-1).tolist()
    [0, 1, 2, 3, 4]
    """
    choice("head", head, _HEADS)
    model = untrained_digits_classifier(head)
    for variable in model.weights:
        variable.assign(_weights()[variable.path])
    model.trainable = False
    return model


def untrained_digits_classifier(head: str = "features") -> keras.Model:
    """Builds the network with random weights, as it is before training.

    Args:
        head: `"features"` or `"logits"`.

    Returns:
        A trainable `keras.Model`, otherwise as `digits_classifier` returns it.
        The paths of its weights name the arrays of the file of weights.

    Example:

    >>> untrained_digits_classifier("logits").output_shape
    (None, 10)
    """
    images = keras.Input((None, None, 1), dtype="float32", name="images")
    # Half precision would lose the last bits of bytes.
    x = SmoothResizing(SIDE, dtype="float32", name="resize")(images)
    x = layers.Rescaling(1 / 255, dtype="float32", name="scale")(x)
    for index, (filters, side, stride) in enumerate(_CONVOLUTIONS, start=1):
        x = layers.Conv2D(
            filters,
            side,
            strides=stride,
            padding="same",
            data_format="channels_last",
            # A plain rectifier let a feature die in training.
            activation="leaky_relu",
            kernel_initializer="he_normal",
            dtype="float32",
            name=f"convolution_{index}",
        )(x)
    x = layers.GlobalAveragePooling2D(
        data_format="channels_last", dtype="float32", name="features"
    )(x)
    if head == "logits":
        x = layers.Dense(NUM_CLASSES, dtype="float32", name="logits")(x)
    return keras.Model(images, x, name=f"digits_classifier_{head}")


@keras.saving.register_keras_serializable(package="keras_gan")
class SmoothResizing(layers.Layer):
    """Resizes images to a square, bilinearly and smoothed when shrinking.

    Each output pixel is the mean of the input weighted by a triangle, whose
    half-width is one pixel of the coarser of the two images, and which is cut
    off at the edges. Its two passes are products with matrices, so that the
    layer runs inside a step that XLA compiles.

    Args:
        size: Pixels a side of the result.

    Input shape: `(batch, height, width, channels)`. Output shape: `(batch,
    size, size, channels)`.

    Example:

    >>> row = np.array([0.0, 0.0, 7.0, 7.0]).reshape(1, 1, 4, 1)
    >>> np.asarray(SmoothResizing(2)(row))[0, 0, :, 0].round(3).tolist()
    [1.0, 6.0]
    """

    def __init__(self, size: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.size = int(size)

    def call(self, images: Tensor) -> Tensor:
        height, width = ops.shape(images)[1:3]
        down = self._triangles(height)
        across = ops.transpose(self._triangles(width))
        planes = ops.transpose(images, (0, 3, 1, 2))
        resized = ops.matmul(ops.matmul(down, planes), across)
        return ops.transpose(resized, (0, 2, 3, 1))

    def _triangles(self, side: Any) -> Tensor:
        """Returns the matrix `(size, side)` that resizes a column of pixels."""
        # In pixels of the input, whose pixel j lies at j + 1/2. The side may
        # be unknown until the graph runs, so this is part of the graph.
        step = ops.cast(side, "float32") / self.size
        centers = (ops.arange(self.size, dtype="float32") + 0.5) * step
        pixels = ops.cast(ops.arange(side), "float32") + 0.5
        distances = ops.abs(centers[:, None] - pixels)
        weights = ops.relu(1.0 - distances / ops.maximum(step, 1.0))
        weights = weights / ops.sum(weights, axis=1, keepdims=True)
        return ops.cast(weights, self.compute_dtype)

    def compute_output_shape(
        self, input_shape: tuple[int | None, ...]
    ) -> tuple[int | None, ...]:
        return (input_shape[0], self.size, self.size, input_shape[-1])

    def get_config(self) -> dict[str, Any]:
        return {"size": self.size, **super().get_config()}


@functools.cache
def _weights() -> dict[str, np.ndarray]:
    # Kept in half precision: training ended by rounding them to it.
    file = resources.files("keras_gan.features") / WEIGHTS
    with file.open("rb") as stream, np.load(stream, allow_pickle=False) as npz:
        return {name: npz[name].astype("float32") for name in npz.files}
