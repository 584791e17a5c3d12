"""Kernels of layers as matrices."""

from typing import Any

import keras

# The axes of a kernel that index outputs, where they are not the last alone.
_OUTPUT_AXES = {
    keras.layers.Conv1DTranspose: (-2,),
    keras.layers.Conv2DTranspose: (-2,),
    keras.layers.Conv3DTranspose: (-2,),
    keras.layers.DepthwiseConv1D: (-2, -1),
    keras.layers.DepthwiseConv2D: (-2, -1),
}


def output_axes(layer: keras.layers.Layer, rank: int) -> tuple[int, ...]:
    """Returns the axes of a layer's kernel that index outputs.

    Args:
        layer: Keras layer with a kernel.
        rank: Number of the kernel's axes.

    Example:

    >>> output_axes(keras.layers.Conv2DTranspose(8, 3), rank=4)
    (2,)
    """
    if isinstance(layer, keras.layers.EinsumDense):
        operands, outputs = layer.equation.split("->")
        letters = operands.split(",")[1].strip()
        return tuple(i for i in range(rank) if letters[i] in outputs)
    known = (a for kind, a in _OUTPUT_AXES.items() if isinstance(layer, kind))
    return tuple(rank + axis for axis in next(known, (-1,)))


def kernels_in_use(layer: Any) -> list[tuple[Any, Any, tuple[int, ...]]]:
    """Returns what a layer multiplies its inputs by.

    That is its `kernel`. A layer that scales its kernel, or has several, has a
    method `kernels_in_use()`, which returns pairs of the variable and what is
    made of it, with outputs on the last axis.

    Args:
        layer: Any Keras layer.

    Returns:
        Triples of the variable, of the tensor in use, and of its axes that
        index outputs. Empty for a layer without kernels.

    Example:

    >>> layer = keras.layers.Dense(8)
    >>> layer.build((None, 3))
    >>> kernels_in_use(layer)[0][2]
    (1,)
    """
    if hasattr(layer, "kernels_in_use"):
        pairs = layer.kernels_in_use()
        return [(one, used, (len(one.shape) - 1,)) for one, used in pairs]
    kernel = getattr(layer, "kernel", None)
    if not isinstance(kernel, keras.Variable):
        return []
    return [(kernel, kernel, output_axes(layer, len(kernel.shape)))]
