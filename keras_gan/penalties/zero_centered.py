from collections.abc import Sequence
from typing import Any

from keras_gan.penalties.default_gamma import default_gamma
from keras_gan.penalties.penalty import Penalty, Tensor, squared_norms
from keras_gan.penalties.scores import Scored
from keras_gan.utils.arguments import non_negative
from keras_gan.utils.tensors import batch_mean

# As good as in every step, and faster (`benchmarks/default_choices.py`).
_EVERY_FOR_IMAGES = 4


class ZeroCenteredPenalty(Penalty):
    """Base of `R1` and `R2`: `gamma / 2` times D's mean squared gradient norm.

    `R1` takes the gradient at real images, `R2` at generated ones.

    Args:
        gamma: Strength, at least 0. `None`: `default_gamma` of the image shape.
        every: See `Penalty`.
        name: See `Penalty`.
    """

    uses_input_gradients = True

    def __init__(
        self,
        gamma: float | None = None,
        *,
        every: int = 1,
        name: str | None = None,
    ) -> None:
        super().__init__(every=every, name=name)
        self.gamma = None if gamma is None else non_negative("gamma", gamma)

    @classmethod
    def recommended(cls, image_shape: Sequence[int]) -> "ZeroCenteredPenalty":
        is_image = len(image_shape) > 1
        every = _EVERY_FOR_IMAGES if is_image else 1
        return cls(default_gamma(image_shape), every=every)

    def get_config(self) -> dict[str, Any]:
        return {"gamma": self.gamma, **super().get_config()}

    def zero_centered(self, scored: Scored) -> Tensor:
        """Returns the penalty for scored images."""
        gamma = self.gamma
        if gamma is None:
            gamma = default_gamma(tuple(scored.images.shape)[1:])
        slopes = squared_norms(scored.input_gradients)
        return gamma / 2.0 * batch_mean(slopes)
