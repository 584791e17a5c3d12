"""Random layers for each image, without a loop over images."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from keras_gan import backend

Tensor = Any


@keras.saving.register_keras_serializable(package="keras_gan")
class RandomLayers(keras.layers.Layer):
    """Applies a few randomly chosen layers to each image, as RandAugment.

    Every layer is applied to the whole batch, and each image takes the result
    of its own layers. This is faster than a loop over images, has derivatives
    of every order, and works under XLA if the layers do, unlike KerasCV's
    pipeline, which branches for each image.

    Args:
        layers: Keras layers, images -> images of the same shape.
        num_layers: Number of layers per image, applied one after the other. The
            same layer may be chosen twice.
        rate: Probability in (0, 1] that a chosen layer is applied.
        seed: Integer that fixes the choices. None: random.
        **kwargs: `name` and `dtype`, as of any Keras layer.

    Input and output: float images `(batch, height, width, channels)`.

    Example:

    >>> layer = RandomLayers(
    ...     [keras.layers.RandomFlip(), keras.layers.RandomRotation(0.1)],
    ...     seed=1,
    ... )
    >>> tuple(layer(np.zeros((8, 32, 32, 3), "float32")).shape)
    (8, 32, 32, 3)

    Reference:
        [Cubuk et al., 2020](https://arxiv.org/abs/1909.13719)
    """

    def __init__(
        self,
        layers: Sequence[keras.layers.Layer],
        num_layers: int = 2,
        rate: float = 10 / 11,
        *,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.layers = list(layers)
        self.num_layers = int(num_layers)
        self.rate = float(rate)
        if not self.layers or self.num_layers < 1 or not 0 < self.rate <= 1:
            raise ValueError(
                "`layers` must not be empty, `num_layers` must be at least 1 "
                f"and `rate` in (0, 1]. Received: {len(self.layers)} layers, "
                f"num_layers={num_layers!r}, rate={rate!r}."
            )
        self.seed = seed
        self.seed_generator = backend.ReplicaSeedGenerator(seed)

    def build(self, input_shape: Any) -> None:
        for layer in self.layers:
            if not layer.built:
                layer.build(input_shape)

    def call(self, images: Tensor, training: bool = True) -> Tensor:
        if not training:
            return images
        for _ in range(self.num_layers):
            images = self._changed(images)
        return images

    def _changed(self, images: Tensor) -> Tensor:
        # The index of the layer, or none if it is beyond the last one.
        drawn = keras.random.uniform(
            (ops.shape(images)[0], 1, 1, 1),
            maxval=len(self.layers) / self.rate,
            dtype="float32",
            seed=self.seed_generator,
        )
        changed = images
        for number, layer in enumerate(self.layers):
            chosen = ops.equal(ops.floor(drawn), number)
            outputs = ops.cast(layer(images, training=True), changed.dtype)
            changed = ops.where(chosen, outputs, changed)
        return changed

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        serialize = keras.saving.serialize_keras_object
        return {
            **super().get_config(),
            "layers": [_plain(serialize(layer)) for layer in self.layers],
            "num_layers": self.num_layers,
            "rate": self.rate,
            "seed": self.seed,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "RandomLayers":
        deserialize = keras.saving.deserialize_keras_object
        layers = [deserialize(layer) for layer in config["layers"]]
        return cls(**{**config, "layers": layers})


def _plain(config: dict[str, Any]) -> dict[str, Any]:
    # The config must not depend on whether the layer was used.
    config.pop("build_config", None)
    return config
