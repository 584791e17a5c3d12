"""Operations for formats whose programs lack those that networks use."""

import contextlib
import functools
import math
from collections.abc import Iterator
from typing import Any

import keras
from keras import ops

from keras_gan.models import growing
from keras_gan.utils.inner_layers import inner_layers


@contextlib.contextmanager
def with_common_operations(network: Any) -> Iterator[None]:
    """Context in which layers compute the same by operations that all know.

    Nearest-neighbor upsampling copies channels instead of tiling maps of five
    dimensions, and GELU uses the error function, not its complement.

    Args:
        network: The network that is written.
    """
    # A layer may be in several models inside.
    layers = {id(layer): layer for layer in inner_layers(network)}
    with contextlib.ExitStack() as stack:
        for layer in layers.values():
            for kind, replaced in _REPLACED.items():
                if isinstance(layer, kind):
                    stack.enter_context(replaced(layer))
        yield


def with_levels_in_use(network: Any) -> Any:
    """Context in which networks that grow consist of the levels in use.

    A network that is written no longer grows.

    Args:
        network: The network that is written.
    """
    layers = growing.growing_layers([network])
    return growing.with_levels(growing.levels_in_use({"": layers}))


def repeated(inputs: Any, rows: int, columns: int) -> Any:
    """Repeats the pixels of maps: each becomes `rows` x `columns` of them.

    Args:
        inputs: Tensor `(batch, height, width, channels)`.
        rows: Factor of the height.
        columns: Factor of the width.
    """
    height, width, channels = inputs.shape[1:]
    x = ops.concatenate([inputs] * columns, axis=-1)
    x = ops.reshape(x, (-1, height, columns * width, channels))
    x = ops.concatenate([x] * rows, axis=2)
    return ops.reshape(x, (-1, rows * height, columns * width, channels))


def gelu(x: Any) -> Any:
    """x Phi(x), with the normal distribution function Phi.

    Args:
        x: Tensor.
    """
    return 0.5 * x * (1.0 + ops.erf(x / math.sqrt(2.0)))


@contextlib.contextmanager
def _upsampling(layer: Any) -> Iterator[None]:
    if (layer.interpolation, layer.data_format) != ("nearest", "channels_last"):
        yield
        return
    rows, columns = layer.size
    layer.call = functools.partial(repeated, rows=rows, columns=columns)
    try:
        yield
    finally:
        del layer.call


@contextlib.contextmanager
def _activation(layer: Any) -> Iterator[None]:
    before = layer.activation
    if before is keras.activations.gelu:
        layer.activation = gelu
    try:
        yield
    finally:
        layer.activation = before


_REPLACED: dict[type, Any] = {
    keras.layers.UpSampling2D: _upsampling,
    keras.layers.Dense: _activation,
}
