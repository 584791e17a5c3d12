"""`StyleTransfer.optimize`: the pixels of an image as what is optimized."""

from typing import Any

import numpy as np

from keras_gan.features import FeatureMaps, default_layers
from keras_gan.models.image_optimization import METHODS, Objective
from keras_gan.models.styles import checked_images
from keras_gan.utils.arguments import (
    checked_weight,
    choice,
    optional_seed,
    positive_integer,
)

# Weights of the losses unless others are given.
STYLE_WEIGHT = 10.0
_TOTAL_VARIATION_WEIGHT = 0.1
# Its first layer has a stride of 2, which does not see a checkerboard.
_TOTAL_VARIATION_WEIGHTS = {"efficientnet_lite0": 10.0}


class PixelOptimization:
    """A mix-in for models that have an encoder.

    Attributes:
        encoder: `features.FeatureMaps`.
    """

    encoder: FeatureMaps

    def optimize(
        self,
        content,
        style,
        *,
        steps=100,
        method="l-bfgs",
        content_weight=1.0,
        style_weight=STYLE_WEIGHT,
        total_variation_weight=None,
        content_layers=None,
        style_layers=None,
        start="content",
        seed=None,
        report=None,
    ):
        """Changes the pixels of an image until it has a content and a style.

        It minimizes, with features F of a layer and their Gram matrix G,

        ```
        content_weight * mean over layers of |F - F(content)|^2 / |F(content)|^2
        + style_weight * mean over layers of |G - G(style)|^2 / |G(style)|^2
        + total_variation_weight * mean(|dx| + |dy|)
        ```

        The first two are relative, so that the same weights are of use for
        every network and its preprocessing.

        Args:
            content: Image `(height, width, channels)` in [-1, 1].
            style: Another one, of any size.
            steps: Largest number of steps; L-BFGS ends earlier if the loss no
                longer falls.
            method: `"l-bfgs"` (SciPy's, whose loss never rises) or `"adam"`.
            content_weight: Factor of the content's loss, 0 or more.
            style_weight: Factor of the style's loss, 0 or more.
            total_variation_weight: Factor of the loss that removes noise, 0 or
                more. None: 10 for `"efficientnet_lite0"`, whose first layer
                skips every second pixel, and 0.1 for others.
            content_layers: Layers for the content. None: the usual ones of a
                named network, of a model the last of `layers`.
            style_layers: Layers for the style. None: the usual ones of a named
                network, of a model all `layers`.
            start: `"content"` or `"noise"`.
            seed: Integer that determines the noise. None: random.
            report: Called with the number of each step, from 0, and a dict of
                the losses after it.

        Returns:
            The image, a float32 NumPy array of the shape of `content`; and the
            history, a dict of lists: `"loss"`, and without their weights
            `"content"`, `"style"` and `"total_variation"`, before the first
            step and after each.

        Raises:
            ValueError: If an argument is not valid.
        """
        content = checked_images("content", content, ndim=3)
        style = checked_images("style", style, ndim=3)
        steps = positive_integer("steps", steps)
        minimize = METHODS[choice("method", method, METHODS)]
        choice("start", start, _STARTS)
        weights = {
            "content": checked_weight("content_weight", content_weight),
            "style": checked_weight("style_weight", style_weight),
            "total_variation": self._variation_weight(total_variation_weight),
        }
        # Of a model, the last layer is the deepest.
        of_content = content_layers or self._usual_layers("content")[-1:]
        of_style = style_layers or self._usual_layers("style")
        objective = Objective(
            content[None],
            style[None],
            self._features([*of_content, *of_style]),
            num_content=len(of_content),
            weights=weights,
            start=_STARTS[start](content, seed)[None],
        )
        history: dict[str, list[float]] = {}

        def after_step(step: int, losses: dict[str, float]) -> None:
            for name, value in losses.items():
                history.setdefault(name, []).append(value)
            if report is not None:
                report(step, losses)

        return minimize(objective, steps, after_step)[0], history

    def _features(self, layers: list[str]) -> FeatureMaps:
        """Other layers of the encoder's network."""
        encoder = self.encoder
        return FeatureMaps(encoder.network, layers, weights=encoder.weights)

    def _variation_weight(self, given: float | None) -> float:
        if given is not None:
            return checked_weight("total_variation_weight", given)
        network = self.encoder.network
        has_name = isinstance(network, str)
        return _TOTAL_VARIATION_WEIGHTS.get(
            network if has_name else "", _TOTAL_VARIATION_WEIGHT
        )

    def _usual_layers(self, use: str) -> list[str]:
        """The usual layers of a network with a name, else the encoder's."""
        network = self.encoder.network
        layers = default_layers(network, use) or self.encoder.layers
        if layers is None:
            raise ValueError(
                f"`{use}_layers` must name layers of `feature_extractor`, for "
                "which the model has no `layers`. Received: None. Name some of "
                "`[layer.name for layer in feature_extractor.layers]`."
            )
        return layers


def _noise(content: np.ndarray, seed: Any) -> np.ndarray:
    rng = np.random.default_rng(optional_seed(seed))
    return rng.uniform(-1.0, 1.0, content.shape).astype("float32")


_STARTS = {"content": lambda content, _: content, "noise": _noise}
