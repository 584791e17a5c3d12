"""The base of losses that compare features of images."""

import os
from collections.abc import Mapping, Sequence
from typing import Any

from keras_gan.features import FeatureMaps, default_layers
from keras_gan.losses.image_loss import ImageLoss, Tensor
from keras_gan.utils.arguments import checked_weight

Layers = Sequence[str] | Mapping[str, float] | None


class FeatureLoss(ImageLoss):
    """A sum over layers of a network of some distance between its outputs.

    The network is no part of the system that has the loss: it is not trained,
    and only the weights of a user's own network are saved with the system.

    Args:
        feature_extractor: As in `features.FeatureMaps`.
        layers: Names of layers; or a dict of their weights by name; or None,
            the usual layers of a named network, the outputs of a model.
        weight: Factor of the loss, 0 or more.
        weights: Weights of a named network, as in `features.FeatureMaps`.
        name: Name in the logs.
    """

    use = ""

    def __init__(
        self,
        feature_extractor: Any = "vgg19",
        layers: Layers = None,
        weight: float = 1.0,
        *,
        weights: str | os.PathLike | None = "auto",
        name: str | None = None,
    ) -> None:
        super().__init__(weight, name=name)
        if layers is None:
            layers = default_layers(feature_extractor, self.use)
        self.layer_weights: dict[str, float] | None = None
        if isinstance(layers, Mapping):
            self.layer_weights = {
                name: checked_weight("layers", one)
                for name, one in layers.items()
            }
            layers = list(layers)
        self.maps = FeatureMaps(feature_extractor, layers, weights=weights)

    def distance(self, real: Tensor, fake: Tensor) -> Tensor:
        """Returns the distance of the outputs of one layer, a scalar.

        Args:
            real: Features of real images, `(batch, height, width, channels)`.
            fake: Features of generated ones.
        """
        raise NotImplementedError

    def compute(self, real_images: Tensor, fake_images: Tensor) -> Tensor:
        real, fake = self.maps(real_images), self.maps(fake_images)
        weights = [1.0] * len(real)
        if self.layer_weights is not None:
            weights = list(self.layer_weights.values())
        terms = [
            weight * self.distance(*pair)
            for weight, *pair in zip(weights, real, fake, strict=True)
        ]
        total, *others = terms
        for term in others:
            total = total + term
        return total

    @property
    def variables(self) -> list:
        return self.maps.variables

    def get_config(self) -> dict[str, Any]:
        config = {**super().get_config(), **self.maps.arguments()}
        if self.layer_weights is not None:
            config["layers"] = dict(self.layer_weights)
        return config
