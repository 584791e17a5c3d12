"""Noise inside a generator that is given, not drawn."""

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from keras import ops

from keras_gan.utils.inner_layers import with_inner_layers


class NoiseLayers:
    """The layers of a generator that add noise to feature maps.

    Such a layer, as `layers.NoiseInjection`, has the attributes `noise_shape`,
    `(1, height, width, 1)`, and `given_noise`, a tensor that it adds in place
    of what it would draw. Images that belong together have the same noise:
    otherwise a film would flicker.

    Args:
        generator: The generator; it may have no such layers.

    Attributes:
        layers: The layers.
        values: Noise for each of them, the same in every process.
    """

    def __init__(self, generator: Any) -> None:
        found = {id(one): one for one in with_inner_layers(generator)}
        self.layers = [
            one for one in found.values() if hasattr(one, "given_noise")
        ]
        rng = np.random.default_rng(0)
        self.values = [
            rng.standard_normal(one.noise_shape).astype("float32")
            for one in self.layers
        ]

    @contextlib.contextmanager
    def given(
        self,
        values: Sequence[Any],
        around: contextlib.AbstractContextManager,
    ) -> Iterator[None]:
        """Context in which the layers add this noise.

        Args:
            values: One array, `(1 or batch, height, width, 1)`, for each layer.
            around: A context that is entered first.
        """
        with around:
            for layer, value in zip(self.layers, values, strict=True):
                layer.given_noise = ops.convert_to_tensor(value)
            try:
                yield
            finally:
                for layer in self.layers:
                    layer.given_noise = None
