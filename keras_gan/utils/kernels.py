"""Kernels of layers as matrices."""

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
