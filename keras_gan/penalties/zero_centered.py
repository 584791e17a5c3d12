from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from keras_gan import backend
from keras_gan.penalties.default_gamma import default_gamma
from keras_gan.penalties.penalty import Penalty, Tensor, squared_norms
from keras_gan.penalties.scores import Scored, Scores
from keras_gan.utils.arguments import choice, non_negative, optional_seed
from keras_gan.utils.inner_layers import inner_layers, seed_generators
from keras_gan.utils.tensors import batch_mean

# As good as in every step, and faster (`benchmarks/default_choices.py`).
_EVERY_FOR_IMAGES = 4
_METHODS = ("gradient", "finite_difference")
# Standard deviation of the noise of a finite difference, in [-1, 1] images.
_STEP = 0.01
_LOW = ("bfloat16", "float16")


class ZeroCenteredPenalty(Penalty):
    """Base of `R1` and `R2`: `gamma / 2` times D's mean squared gradient norm.

    `R1` takes the gradient at real images, `R2` at generated ones. A finite
    difference estimates it from a second pass through the discriminator, which
    needs no second derivatives:

    ```
    |d D(x) / d x|^2  ~  ((D(x + s e) - D(x)) / s)^2,  e ~ N(0, I), s = .01
    ```

    Args:
        gamma: Strength, at least 0. `None`: `default_gamma` of the image shape.
        method: `"gradient"` or `"finite_difference"`.
        every: See `Penalty`.
        seed: Integer seed of the noise of a finite difference. `None`: a random
            one.
        name: See `Penalty`.
    """

    def __init__(
        self,
        gamma: float | None = None,
        *,
        method: str = "gradient",
        every: int = 1,
        seed: int | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(every=every, name=name)
        self.gamma = None if gamma is None else non_negative("gamma", gamma)
        self.method = choice("method", method, _METHODS)
        self.uses_input_gradients = method == "gradient"
        self.seed = optional_seed(seed)
        self._seed_generator: keras.random.SeedGenerator | None = None

    @classmethod
    def recommended(cls, image_shape: Sequence[int]) -> "ZeroCenteredPenalty":
        is_image = len(image_shape) > 1
        every = _EVERY_FOR_IMAGES if is_image else 1
        return cls(default_gamma(image_shape), every=every)

    def check_networks(self, networks: Sequence[Any]) -> None:
        if self.method == "gradient":
            return
        received = [_unsteady(network) for network in networks]
        if any(received):
            raise ValueError(
                f'`{type(self).__name__}(method="finite_difference")` needs a '
                "discriminator in float32 without random layers, because it "
                "compares two passes. Received: one with "
                f"{', '.join(filter(None, received))}. Change it, or choose "
                'method="gradient".'
            )

    def build(self) -> None:
        if self._seed_generator is None and self.method != "gradient":
            self._seed_generator = backend.ReplicaSeedGenerator(self.seed)

    @property
    def seed_generators(self) -> list[keras.random.SeedGenerator]:
        return [] if self._seed_generator is None else [self._seed_generator]

    def get_config(self) -> dict[str, Any]:
        return {
            "gamma": self.gamma,
            "method": self.method,
            "seed": self.seed,
            **super().get_config(),
        }

    def zero_centered(self, scores: Scores, scored: Scored) -> Tensor:
        """Returns the penalty for scored images.

        Args:
            scores: `Scores` of the discriminator.
            scored: Those of its images at which the gradient is taken.
        """
        gamma = self.gamma
        if gamma is None:
            gamma = default_gamma(tuple(scored.images.shape)[1:])
        if self.method == "gradient":
            slopes = squared_norms(scored.input_gradients)
        else:
            slopes = self._squared_slopes(scores, scored)
        return gamma / 2.0 * batch_mean(slopes)

    def _squared_slopes(self, scores: Scores, scored: Scored) -> Tensor:
        """Squares of the slopes in a random direction, `(batch,)`."""
        self.build()
        images = ops.cast(scored.images, "float32")
        noise = keras.random.normal(
            ops.shape(images), dtype="float32", seed=self._seed_generator
        )
        moved = scores(images + _STEP * noise)
        change = ops.cast(moved, "float32") - ops.cast(scored.logits, "float32")
        axes = tuple(range(1, len(change.shape)))
        return ops.square(ops.sum(change, axis=axes) / _STEP)


def _unsteady(network: Any) -> str:
    """What hides small differences between images; empty if nothing does."""
    layers = inner_layers(network)
    if seed_generators(network):
        names = [one.name for one in layers if seed_generators(one)]
        return f"the random layers {', '.join(names)}"
    low = [one.compute_dtype for one in layers if one.compute_dtype in _LOW]
    return f"layers that compute in {low[0]}" if low else ""
