"""Convolutions that XLA runs fast on processors."""

import functools
from typing import Any

import jax
import jax.numpy as jnp


@functools.partial(jax.jit, static_argnames="strides")
def depthwise_convolution(images: Any, kernel: Any, strides: int) -> Any:
    """Convolves each channel by itself, with "same" padding.

    XLA fuses a sum of shifted images into one loop, which takes about a tenth
    of the time of its grouped convolution on processors.

    Args:
        images: `(batch, height, width, channels)`.
        kernel: `(side, side, channels, 1)`.
        strides: In both directions.
    """
    side = kernel.shape[0]
    padding, spans = [], []
    for size in images.shape[1:3]:
        span = (-(-size // strides) - 1) * strides + 1
        missing = max(span - 1 + side - size, 0)
        padding.append((missing // 2, missing - missing // 2))
        spans.append(span)
    images = jnp.pad(images, ((0, 0), *padding, (0, 0)))
    height, width = spans
    shifted = (
        images[:, i : i + height : strides, j : j + width : strides]
        * kernel[i, j, :, 0]
        for i in range(side)
        for j in range(side)
    )
    return functools.reduce(jnp.add, shifted)
