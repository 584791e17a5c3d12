"""Layers that bring images to the size of a network, as published tools do.

How images are resized moves the Fréchet distance as much as training does
(Parmar et al., arXiv 2104.11222), so each tool's way is followed to the digit.
All take byte values `(batch, height, width, channels)`, of any sides, and keep
their range.
"""

import functools
from typing import Any

import keras
import numpy as np
from keras import ops

Tensor = Any


class _Resizing(keras.layers.Layer):
    """Resizes images to `size` pixels a side."""

    def __init__(self, size: int, **kwargs: Any) -> None:
        # Half precision would not even hold the bytes' interpolations.
        super().__init__(**{"trainable": False, "dtype": "float32", **kwargs})
        if type(size) is not int or size < 1:
            raise ValueError(
                "`size` must be a number of pixels, an integer of at least 1. "
                f"Received: size={size!r}"
            )
        self.size = size

    def call(self, images: Tensor) -> Tensor:
        # Bytes would be interpolated to whole numbers.
        return self.resize(ops.cast(images, "float32"))

    def resize(self, images: Tensor) -> Tensor:
        """Returns float32 images `(batch, size, size, channels)`."""
        raise NotImplementedError

    def compute_output_shape(
        self, input_shape: tuple[int | None, ...]
    ) -> tuple[int | None, ...]:
        return (input_shape[0], self.size, self.size, input_shape[-1])

    def get_config(self) -> dict[str, Any]:
        return {"size": self.size, **super().get_config()}


@keras.saving.register_keras_serializable(package="keras_gan")
class LegacyResizing(_Resizing):
    """Resizes bilinearly as TensorFlow 1 did, and the first FID with it.

    Output pixel `i` lies at `i * old / new` in the input, without the half
    pixel that later versions add; nothing is smoothed when shrinking.

    Args:
        size: Pixels a side of the result.

    Example:

    >>> row = np.array([0.0, 10.0]).reshape(1, 1, 2, 1)
    >>> np.asarray(LegacyResizing(4)(row))[0, 0, :, 0].tolist()
    [0.0, 5.0, 10.0, 10.0]
    """

    def resize(self, images: Tensor) -> Tensor:
        for axis in (1, 2):
            images = self._resized(images, axis)
        return images

    def _resized(self, images: Tensor, axis: int) -> Tensor:
        # Gathered and not multiplied by a matrix: exact on processors that
        # round the factors of products, and fit for sides unknown until run.
        old = ops.shape(images)[axis]
        scale = ops.cast(old, "float32") / self.size
        places = ops.arange(self.size, dtype="float32") * scale
        below = ops.cast(ops.floor(places), "int32")
        above = ops.minimum(below + 1, old - 1)
        share = ops.reshape(
            places - ops.floor(places), (-1,) + (1,) * (3 - axis)
        )
        first = ops.take(images, below, axis=axis)
        second = ops.take(images, above, axis=axis)
        return first + (second - first) * share


@keras.saving.register_keras_serializable(package="keras_gan")
class HalfPixelResizing(_Resizing):
    """Resizes bilinearly as PyTorch does, and pytorch-fid with it.

    Output pixel `i` lies at `(i + 1/2) old / new - 1/2` in the input; nothing
    is smoothed when shrinking.

    Args:
        size: Pixels a side of the result.

    Example:

    >>> row = np.array([0.0, 10.0]).reshape(1, 1, 2, 1)
    >>> np.asarray(HalfPixelResizing(4)(row))[0, 0, :, 0].tolist()
    [0.0, 2.5, 7.5, 10.0]
    """

    def resize(self, images: Tensor) -> Tensor:
        return ops.image.resize(
            images,
            (self.size, self.size),
            interpolation="bilinear",
            antialias=False,
            data_format="channels_last",
        )


@keras.saving.register_keras_serializable(package="keras_gan")
class CleanResizing(_Resizing):
    """Resizes by Pillow's smoothed bicubic filter, as clean-fid does.

    Both passes of the filter are linear, hence products with two matrices:
    they are Pillow's own, read off by resizing an identity matrix, so that the
    layer runs inside a compiled step. Results are clipped to [0, 255] and not
    rounded.

    Args:
        size: Pixels a side of the result.

    Raises:
        ValueError: If height or width are unknown when the graph is made.

    Example:

    >>> row = np.array([0.0, 10.0]).reshape(1, 1, 2, 1)
    >>> np.asarray(CleanResizing(4)(row))[0, 0, :, 0].round().tolist()
    [0.0, 2.0, 8.0, 11.0]

    Reference:
        Parmar, Zhang and Zhu, "On Aliased Resizing and Surprising Subtleties
        in GAN Evaluation", arXiv 2104.11222.
    """

    def resize(self, images: Tensor) -> Tensor:
        height, width = images.shape[1:3]
        if None in (height, width):
            raise ValueError(
                "Clean resizing has a matrix for each size, so height and "
                "width must be known when a graph is made. Received: "
                f"images.shape={tuple(images.shape)}. Give tensors of static "
                "shape, such as batches of one image size to one function."
            )
        # Width first, as Pillow does.
        images = ops.swapaxes(images, 1, 2)
        images = self._resized_first_axis(images, width)
        images = ops.swapaxes(images, 1, 2)
        images = self._resized_first_axis(images, height)
        return ops.clip(images, 0.0, 255.0)

    def _resized_first_axis(self, images: Tensor, old: int) -> Tensor:
        if old == self.size:
            return images
        matrix = ops.convert_to_tensor(_bicubic_matrix(old, self.size))
        *_, other, channels = images.shape
        flat = ops.reshape(images, (-1, old, other * channels))
        return ops.reshape(
            ops.matmul(matrix, flat), (-1, self.size, other, channels)
        )


@functools.lru_cache(maxsize=32)
def _bicubic_matrix(old: int, new: int) -> np.ndarray:
    """Returns the matrix `(new, old)` that resizes a column of pixels."""
    from PIL import Image

    identity = Image.fromarray(np.eye(old, dtype="float32"))
    filtered = identity.resize((new, old), Image.Resampling.BICUBIC)
    return np.ascontiguousarray(np.asarray(filtered).T)
