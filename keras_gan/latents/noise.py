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

    def checked(
        self, values: Sequence[Any] | None, count: int
    ) -> Sequence[Any]:
        """Returns noise for all layers, if it is that of some images.

        Args:
            values: One array, `(1 or count, height, width, 1)`, for each layer,
                or `None` for the same noise in all images.
            count: Number of images.

        Raises:
            ValueError: If the shapes are others.
        """
        if values is None:
            return self.values
        found = [np.shape(one) for one in values]
        wanted = [one.shape[1:] for one in self.values]
        fits = [shape[1:] for shape in found] == wanted and all(
            shape[0] in (1, count) for shape in found
        )
        if not fits:
            expected = [("1 or count", *shape) for shape in wanted]
            raise ValueError(
                "`noise` must be one array for each noise layer of this "
                f"generator, of the shapes {expected}, with count={count}. "
                f"Received: shapes {found}. Pass `noise` as `project` returned "
                "it for these latents, or None."
            )
        return values

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
