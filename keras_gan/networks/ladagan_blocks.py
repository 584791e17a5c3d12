"""Blocks of LadaGAN's networks."""

from typing import Any

import keras

from keras_gan.layers import AdditiveAttention2D, PositionEmbedding2D
from keras_gan.networks.initialization import Initializers
from keras_gan.networks.validation import RESIZE, checked_integer
from keras_gan.utils.arguments import choice

HEADS = 4
"""Heads of the attention."""
# The finest block of attention has no more pixels per side.
_LARGEST_SIDE = 32
_EPSILON = 1e-6


def patch_of(image_shape: tuple[int, ...]) -> int:
    """Returns how many times finer images are than the finest block.

    Args:
        image_shape: `(height, width, channels)`.
    """
    patch = 1
    while max(image_shape[:2]) > patch * _LARGEST_SIDE:
        patch *= 2
    return patch


def nearest_width(image_shape: tuple[int, ...], width: int) -> int:
    """Returns the nearest width that networks for such images can have.

    The attention and the pixel shuffle to the image split the channels.

    Args:
        image_shape: `(height, width, channels)`.
        width: Channels of the finest block.

    Example:

    >>> nearest_width((256, 256, 3), 32)
    64
    """
    multiple = max(HEADS, patch_of(image_shape) ** 2)
    return max(round(width / multiple), 1) * multiple


def plan_of(
    image_shape: tuple[int, ...], width: int
) -> tuple[tuple[int, int], int]:
    """Returns the size of the finest block, and how much finer images are.

    Args:
        image_shape: `(height, width, channels)`.
        width: Channels of the finest block.

    Raises:
        ValueError: If there is no such network.
    """
    checked_integer("width", width, minimum=1)
    patch, sides = patch_of(image_shape), image_shape[:2]
    step = 4 * patch
    if any(side % step for side in sides):
        near = tuple(max(round(side / step), 1) * step for side in sides)
        raise ValueError(
            f"Each side of LadaGAN's images must be a multiple of {step}. "
            f"Received: image_shape={image_shape}. The nearest is "
            f"{(*near, image_shape[-1])}: {RESIZE}, or use `dcgan`."
        )
    nearest = nearest_width(image_shape, width)
    if width != nearest:
        raise ValueError(
            f"`width` must be a multiple of {nearest_width(image_shape, 1)} "
            f"for images of shape {image_shape}. Received: width={width}. Use "
            f"{nearest}, the nearest one."
        )
    return (sides[0] // patch, sides[1] // patch), patch


def size_of_logits(image_shape: tuple[int, ...]) -> tuple[int, int]:
    """Returns the rows and columns of the map of logits.

    Args:
        image_shape: `(height, width, channels)`.
    """
    patch = patch_of(image_shape)
    # After the halvings and pixel unshuffling; the last kernel has no padding.
    height, width = (max(side // (4 * patch), 1) for side in image_shape[:2])
    return height - kernel_side(height) + 1, width - kernel_side(width) + 1


def kernel_side(side: int) -> int:
    """Returns the side of the last kernel, by that of the map before it."""
    return min(4, side)


def dense(units: int, initializers: Initializers, **kwargs: Any) -> Any:
    """A dense layer with orthogonal weights."""
    return keras.layers.Dense(
        units, kernel_initializer=initializers.orthogonal(), **kwargs
    )


def convolution(
    filters: int,
    kernel_size: int | tuple[int, int],
    initializers: Initializers,
    **kwargs: Any,
) -> Any:
    """A convolution with orthogonal weights."""
    return keras.layers.Conv2D(
        filters,
        kernel_size,
        kernel_initializer=initializers.orthogonal(),
        **{"padding": "same", **kwargs},
    )


def with_positions(x: Any, initializers: Initializers) -> Any:
    """Adds learned vectors of the places."""
    return PositionEmbedding2D(
        x.shape[-1] ** -0.5, seed=initializers.next_seed()
    )(x)


def modulated_block(
    x: Any, z: Any, hidden: int, num_heads: int, initializers: Initializers
) -> Any:
    """Attention with a residual, then an mlp without; norms depend on z."""
    normal = _modulated_norm(x, z, initializers)
    y = _attention(normal, num_heads, initializers)
    x = keras.layers.Add()([x, y])
    return _mlp(_modulated_norm(x, z, initializers), hidden, initializers)


def block(
    x: Any, hidden: int, num_heads: int, initializers: Initializers
) -> Any:
    """Attention and an mlp, both with a residual."""
    normal = keras.layers.LayerNormalization(epsilon=_EPSILON)(x)
    x = keras.layers.Add()([x, _attention(normal, num_heads, initializers)])
    normal = keras.layers.LayerNormalization(epsilon=_EPSILON)(x)
    return keras.layers.Add()([x, _mlp(normal, hidden, initializers)])


def downsampled(
    x: Any, filters: int, normalization: str, initializers: Initializers
) -> Any:
    """Half the size: the mean of two convolutions and of a linear path."""
    choice("normalization", normalization, list(_NORMALIZATIONS))

    def activated(layer: Any, y: Any) -> Any:
        y = _NORMALIZATIONS[normalization]()(layer(y))
        return keras.layers.LeakyReLU(negative_slope=0.2)(y)

    def plain(kernel_size: int, strides: int = 1) -> Any:
        return convolution(
            filters, kernel_size, initializers, strides=strides, use_bias=False
        )

    direct = activated(
        plain(1), keras.layers.AveragePooling2D(2, padding="same")(x)
    )
    main = activated(plain(3), activated(plain(3, strides=2), x))
    return keras.layers.Average()([main, direct])


def _modulated_norm(x: Any, z: Any, initializers: Initializers) -> Any:
    channels = x.shape[-1]
    normal = keras.layers.LayerNormalization(
        epsilon=_EPSILON, center=False, scale=False
    )(x)
    hidden = dense(channels, initializers, activation="relu")(z)
    gain, offset = (
        keras.layers.Reshape((1, 1, channels))(
            dense(channels, initializers)(hidden)
        )
        for _ in range(2)
    )
    return keras.layers.Add()([keras.layers.Multiply()([normal, gain]), offset])


def _attention(x: Any, num_heads: int, initializers: Initializers) -> Any:
    return AdditiveAttention2D(num_heads, seed=initializers.next_seed())(x)


def _mlp(x: Any, hidden: int, initializers: Initializers) -> Any:
    channels = x.shape[-1]
    x = dense(hidden, initializers, activation="gelu")(x)
    return dense(channels, initializers)(x)


_NORMALIZATIONS = {
    # One group is a layer normalization over height, width and channels.
    "layer": lambda: keras.layers.GroupNormalization(groups=1),
    "batch": lambda: keras.layers.BatchNormalization(),
}
