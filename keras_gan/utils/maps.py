"""What layers of feature maps have in common."""

from typing import Any

from keras import ops


def known_map(layer: Any, shape: Any) -> tuple[int, int, int]:
    """Returns height, width and channels of the maps that a layer takes.

    Args:
        layer: The layer, for the error.
        shape: Shape of its input, `(batch, height, width, channels)`.

    Raises:
        ValueError: If it has another number of axes, or sides are not known.

    Example:

    >>> known_map("layer", (None, 4, 5, 6))
    (4, 5, 6)
    """
    if len(shape) != 4 or None in shape[1:]:
        name = layer if isinstance(layer, str) else type(layer).__name__
        raise ValueError(
            f"The input of {name} must be (batch, height, width, channels), "
            f"all known but the batch. Received: {tuple(shape)}. Give the "
            "model's `keras.Input` a height and a width."
        )
    return tuple(shape[1:])


def along_both_axes(maps: Any, rows: Any, columns: Any) -> Any:
    """Multiplies maps by a matrix along each of their axes.

    Args:
        maps: `(batch, height, width, channels)`.
        rows: Array `(new_height, height)`.
        columns: Array `(new_width, width)`.

    Returns:
        `(batch, new_height, new_width, channels)`.

    Example:

    >>> maps = ops.ones((1, 2, 3, 4))
    >>> tuple(along_both_axes(maps, ops.ones((5, 2)), ops.ones((6, 3))).shape)
    (1, 5, 6, 4)
    """
    _, height, _, channels = maps.shape
    size = len(rows), len(columns)
    x = ops.matmul(ops.cast(columns, maps.dtype), maps)
    # One wide product for the rows is much faster than one per column.
    x = ops.reshape(x, (-1, height, size[1] * channels))
    x = ops.matmul(ops.cast(rows, maps.dtype), x)
    return ops.reshape(x, (-1, *size, channels))
