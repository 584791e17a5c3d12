from typing import Any

import keras
from keras import ops

from keras_gan import backend
from keras_gan.penalties.penalty import Penalty, Tensor
from keras_gan.penalties.scores import Scores
from keras_gan.utils.arguments import non_negative
from keras_gan.utils.tensors import batch_mean


@keras.saving.register_keras_serializable(package="keras_gan")
class LeCam(Penalty):
    """The LeCam penalty: keeps scores near their running averages.

    With little data, a discriminator memorizes the training images, and its
    logits for real and generated images keep drifting apart. The penalty keeps
    each of them close to the running average of the other.

    ```
    weight * (mean(relu(D(x) - ema_fake)^2) + mean(relu(ema_real - D(G(z)))^2))
    ema <- decay * ema + (1 - decay) * mean of the batch's logits
    ```

    The averages start at the means of the first batch. On several replicas they
    are averages of the global batch. No gradient flows through them.

    Args:
        weight: Strength, at least 0.
        decay: Weight of the old average in each discriminator update, in
            [0, 1).
        every: The penalty is computed in every `every`-th discriminator update,
            at least 1. The averages are updated in each one.
        name: Name of the penalty in the logs.

    Example:

    >>> penalty = LeCam(weight=0.5)
    >>> penalty.update_state(ops.ones((4, 1)), -ops.ones((4, 1)))
    >>> images = ops.ones((4, 2))
    >>> float(penalty(lambda x: x[:, :1], images, -images))
    4.0

    Reference:
        [Tseng et al., 2021](https://arxiv.org/abs/2104.03310)
    """

    default_name = "lecam"

    def __init__(
        self,
        weight: float = 0.3,
        decay: float = 0.99,
        *,
        every: int = 1,
        name: str | None = None,
    ) -> None:
        super().__init__(every=every, name=name)
        self.weight = non_negative("weight", weight)
        self.decay = _decay(decay)
        self._state: list[keras.Variable] = []

    def build(self) -> None:
        if not self._state:
            self._state = [
                _scalar(name) for name in ("ema_real", "ema_fake", "started")
            ]

    @property
    def variables(self) -> list[keras.Variable]:
        return list(self._state)

    def update_state(self, real_logits: Tensor, fake_logits: Tensor) -> None:
        self.build()
        ema_real, ema_fake, started = self._state
        # `started` is 0 in the first batch, which sets the averages.
        decay = self.decay * ops.convert_to_tensor(started)
        for ema, logits in ((ema_real, real_logits), (ema_fake, fake_logits)):
            mean = ops.stop_gradient(_global_mean(logits))
            ema.assign(decay * ema + (1.0 - decay) * mean)
        started.assign(1.0)

    def penalize(self, scores: Scores) -> Tensor:
        self.build()
        ema_real, ema_fake, _ = map(ops.stop_gradient, self._state)
        real_logits = ops.cast(scores.real.logits, "float32")
        fake_logits = ops.cast(scores.fake.logits, "float32")
        above = batch_mean(ops.square(ops.relu(real_logits - ema_fake)))
        below = batch_mean(ops.square(ops.relu(ema_real - fake_logits)))
        return self.weight * (above + below)

    def get_config(self) -> dict[str, Any]:
        return {
            "weight": self.weight,
            "decay": self.decay,
            **super().get_config(),
        }


def _scalar(name: str) -> keras.Variable:
    return keras.Variable(
        0.0,
        dtype="float32",
        trainable=False,
        aggregation="only_first_replica",
        name=name,
    )


def _global_mean(logits: Tensor) -> Tensor:
    # Not the mean of the replicas' means, because the last batch of an epoch
    # may be split unevenly or leave a replica without images.
    logits = ops.cast(logits, "float32")
    total = backend.replica_mean(ops.sum(logits))
    count = backend.replica_mean(ops.cast(ops.size(logits), "float32"))
    return total / ops.maximum(count, keras.config.epsilon())


def _decay(value: Any) -> float:
    value = non_negative("decay", value)
    if value >= 1.0:
        raise ValueError(
            "`decay` must be in [0, 1), because at 1 the averages would never "
            f"change. Received: decay={value}. A common value is 0.99."
        )
    return value
