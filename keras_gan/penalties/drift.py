import keras
from keras import ops

from keras_gan.penalties.penalty import Penalty, Tensor
from keras_gan.penalties.scores import Scores
from keras_gan.utils.arguments import non_negative
from keras_gan.utils.tensors import batch_mean


@keras.saving.register_keras_serializable(package="keras_gan")
class Drift(Penalty):
    """Keeps the logits of real images near 0.

    The Wasserstein loss depends only on differences of logits, so that all of
    them could drift away together.

    ```
    weight * mean(D(x)^2)
    ```

    Args:
        weight: Strength, at least 0.
        every: As in `Penalty`.
        name: Name in the logs.

    Example:

    >>> images = ops.ones((4, 2))
    >>> float(Drift(weight=0.5)(lambda x: 2.0 * x[:, :1], images, images))
    2.0

    Reference:
        [Karras et al., 2018](https://arxiv.org/abs/1710.10196)
    """

    default_name = "drift"

    def __init__(
        self, weight: float = 1e-3, *, every: int = 1, name: str | None = None
    ) -> None:
        super().__init__(every=every, name=name)
        self.weight = non_negative("weight", weight)

    def penalize(self, scores: Scores) -> Tensor:
        logits = ops.cast(scores.real.logits, "float32")
        return self.weight * batch_mean(ops.square(logits))

    def get_config(self) -> dict:
        return {**super().get_config(), "weight": self.weight}
