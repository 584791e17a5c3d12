"""A small network for distances between images of digits."""

import functools
from importlib import resources
from typing import IO, Any

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

    Four convolutions and a global average, 76,000 weights, trained on three
    quarters of scikit-learn's 8x8 digits and on MNIST's training images. A
    Fréchet distance in its features increases with noise, blur, missing digits
    and rare digits, and decreases while a generator of digits learns.

    **It is not comparable with the FID of any paper**, which uses the features
    of Inception, with another scale. Use it to compare GANs of digits with each
    other, and for tests. It was trained only on bright digits on black; for
    other images its features mean little.

    Images of other sizes are resized to 28x28 with antialiased bilinear
    interpolation. The distance is biased upward for few images. Between two
    random sets of real 8x8 digits it is

    ```
    images of each    100    200    400    898
    distance           20     12    5.8    2.6
    ```

    so use at least 1,000 images of each kind, and always the same number.

    Args:
        head: `"features"`: the 64 averages of the last feature map.
            `"logits"`: the 10 scores of the digits 0 to 9.

    Returns:
        A `keras.Model`: float images `(batch, height, width, 1)` with values
        from 0 to 255, of any size, to float32 `(batch, 64)` or `(batch, 10)`.
        It is not trainable and computes in float32 under any precision policy.

    Raises:
        ValueError: If `head` is neither of these.

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
        A trainable `keras.Model`, otherwise like that of `digits_classifier`.
        The arrays in the weights file are named by the paths of its weights.

    Example:

    >>> untrained_digits_classifier("logits").output_shape
    (None, 10)
    """
    images = keras.Input((None, None, 1), dtype="float32", name="images")
    # In half precision, bytes would lose their last bits.
    x = SmoothResizing(SIDE, dtype="float32", name="resize")(images)
    x = layers.Rescaling(1 / 255, dtype="float32", name="scale")(x)
    for index, (filters, side, stride) in enumerate(_CONVOLUTIONS, start=1):
        x = layers.Conv2D(
            filters,
            side,
            strides=stride,
            padding="same",
            data_format="channels_last",
            # With a plain ReLU a feature died in training.
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
    """Resizes images to a square with antialiased bilinear interpolation.

    Each output pixel is a weighted mean of the input, with a triangular window
    whose half-width is one pixel of the coarser image, truncated at the edges.
    Both passes are matrix products, so the layer runs inside an XLA program.

    Args:
        size: Side of the result in pixels.

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
        # Not `matmul`: before Keras 3.15, planes of images times one matrix
        # crash TensorFlow on processors with AMX.
        resized = ops.tensordot(ops.matmul(down, planes), across, axes=1)
        return ops.transpose(resized, (0, 2, 3, 1))

    def _triangles(self, side: Any) -> Tensor:
        """Returns the matrix `(size, side)` that resizes a column of pixels."""
        # In pixels of the input, where pixel j is at j + 1/2. The side may be
        # unknown until the graph runs, so this is part of the graph.
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


def read_weights(stream: IO[bytes]) -> dict[str, np.ndarray]:
    """Reads a file of weights.

    Kernels take a byte for each number, in units of a step of their filter:
    `"a/kernel"` is in units of `"a/step"`. Half precision would take twice as
    much of the package, for Fréchet distances that differ by .3 percent.

    Args:
        stream: An `.npz` file.

    Returns:
        A float32 array for each weight, by the weight's path.

    Example:

    >>> import io
    >>> file = io.BytesIO()
    >>> arrays = {"a/kernel": np.array([[-127, 3]], "int8")}
    >>> np.savez(file, **arrays, **{"a/step": np.array([0.5, 2.0], "float32")})
    >>> _ = file.seek(0)
    >>> read_weights(file)["a/kernel"].tolist()
    [[-63.5, 6.0]]
    """
    with np.load(stream, allow_pickle=False) as npz:
        arrays = {name: npz[name].astype("float32") for name in npz}
    for name in [name for name in arrays if name.endswith("/step")]:
        arrays[name.replace("/step", "/kernel")] *= arrays.pop(name)
    return arrays


@functools.cache
def _weights() -> dict[str, np.ndarray]:
    file = resources.files("keras_gan.features") / WEIGHTS
    with file.open("rb") as stream:
        return read_weights(stream)
