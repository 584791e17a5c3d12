"""Layers that resize images exactly like published tools.

Resizing affects the Fréchet distance as much as training does (Parmar et al.,
arXiv 2104.11222), so these layers reproduce published tools exactly. They take
images `(batch, height, width, channels)` of any size with values from 0 to 255,
and keep this range.
"""

import functools
from typing import Any

import keras
import numpy as np
from keras import ops

Tensor = Any


class _Resizing(keras.layers.Layer):
    """Resizes images to `size` x `size` pixels."""

    def __init__(self, size: int, **kwargs: Any) -> None:
        # Half precision cannot represent interpolated bytes.
        super().__init__(**{"trainable": False, "dtype": "float32", **kwargs})
        if type(size) is not int or size < 1:
            raise ValueError(
                "`size` must be a number of pixels, an integer of at least 1. "
                f"Received: size={size!r}"
            )
        self.size = size

    def call(self, images: Tensor) -> Tensor:
        # Otherwise bytes would be interpolated to integers.
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
    """Bilinear resizing as in TensorFlow 1 and the original FID.

    Output pixel `i` is at `i * old / new` in the input, without the half pixel
    that later versions add, and without antialiasing.

    Args:
        size: Side of the result in pixels.

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
        # A gather rather than a matrix product: exact on devices that round the
        # factors of products, and works for sizes unknown until run.
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
    """Bilinear resizing as in PyTorch and pytorch-fid.

    Output pixel `i` is at `(i + 1/2) old / new - 1/2` in the input, without
    antialiasing.

    Args:
        size: Side of the result in pixels.

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
    """Pillow's antialiased bicubic resizing, as in clean-fid.

    Both passes of the filter are linear, so they are matrix products, which
    work in a compiled step. The matrices are obtained by resizing an identity
    matrix with Pillow. Results are clipped to [0, 255] but not rounded.

    Args:
        size: Side of the result in pixels.

    Raises:
        ValueError: If the height or width is unknown when the graph is made.

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
                "Clean resizing uses a matrix for each size, so height and "
                "width must be known when a graph is made. Received: "
                f"images.shape={tuple(images.shape)}. Use tensors of static "
                "shape, such as batches of one image size per function."
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
