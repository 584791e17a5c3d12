"""Symbolic outputs of inner layers, also before their activations."""

from typing import Any

import keras

from keras_gan.utils.arguments import choice
from keras_gan.utils.models import Untracked


def output_of(network: keras.Model, name: str) -> Any:
    """Returns the symbolic output of a layer of a network.

    Args:
        network: Model made of `keras.Input`s and layers.
        name: Name of the layer; with `:linear` at its end, the output is that
            before the activation.

    Raises:
        ValueError: If there is no such layer, or it has no activation.
    """
    base, _, form = name.partition(":")
    names = [layer.name for layer in network.layers]
    choice("layers", base, names)
    choice("layers", form, ("", "linear"))
    layer = network.get_layer(base)
    if not form:
        return layer.output
    if not hasattr(layer, "activation"):
        raise ValueError(
            "`layers` may end in `:linear` for layers with an activation. "
            f"Received: {name!r}, a {type(layer).__name__}. Leave it out."
        )
    return _WithoutActivation(layer)(layer.input)


class _WithoutActivation(keras.layers.Layer):
    """A layer of a network, with its own weights, before its activation.

    Args:
        layer: Layer with an attribute `activation`.
    """

    def __init__(self, layer: Any) -> None:
        super().__init__(dtype=layer.dtype_policy, trainable=False)
        # It shares everything with the layer, so it needs no `__init__`.
        twin = object.__new__(type(layer))
        vars(twin).update(vars(layer), activation=keras.activations.linear)
        self.twin = Untracked(twin)

    def call(self, inputs: Any) -> Any:
        return self.twin.value.call(inputs)

    def compute_output_spec(self, inputs: Any) -> Any:
        return self.twin.value.compute_output_spec(inputs)
