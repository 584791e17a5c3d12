from typing import Any

import keras
from keras import ops

from keras_gan import backend
from keras_gan.losses.adversarial_loss import (
    AdversarialLoss,
    Tensor,
    as_logits,
)
from keras_gan.utils.arguments import (
    check_number,
    number_in,
    optional_seed,
)
from keras_gan.utils.tensors import batch_mean


@keras.saving.register_keras_serializable(package="keras_gan")
class NonSaturatingLoss(AdversarialLoss):
    """The logistic loss with the generator's labels swapped.

    The generator maximizes the probability that its images are classified as
    real. Unlike the minimax loss, it keeps a strong gradient when the
    discriminator is confident.

    ```
    discriminator: mean(softplus(-D(x))) + mean(softplus(D(G(z))))
    generator:     mean(softplus(-D(G(z))))
    ```

    Label smoothing and label noise keep the discriminator from becoming
    overconfident. They change its targets only: images labeled real have the
    target `1 - label_smoothing`, images labeled fake the target 0 (one-sided
    smoothing), and each label is flipped with probability `label_noise`.

    Args:
        label_smoothing: Amount subtracted from the target of real images, in
            `[0, 1)`.
        label_noise: Probability that the label of an image is flipped, in
            `[0, 1)`.
        seed: Integer that fixes the label noise. `None`: random.

    Example:

    >>> loss = NonSaturatingLoss(label_smoothing=0.1)
    >>> round(float(loss.discriminator_loss([[2.0]], [[-2.0]])), 4)
    0.4539
    >>> round(float(loss.generator_loss([[2.0]], [[-2.0]])), 4)
    2.1269

    Reference:
        - [Goodfellow et al., 2014](https://arxiv.org/abs/1406.2661)
        - [Salimans et al., 2016](https://arxiv.org/abs/1606.03498), for
          one-sided label smoothing
    """

    generator_uses_real_logits = False

    def __init__(
        self,
        label_smoothing: float = 0.0,
        label_noise: float = 0.0,
        *,
        seed: int | None = None,
    ) -> None:
        self.label_smoothing = _target_share("label_smoothing", label_smoothing)
        self.label_noise = _target_share("label_noise", label_noise)
        self.seed = optional_seed(seed)
        self._seed_generator: keras.random.SeedGenerator | None = None

    def build(self) -> None:
        if self.label_noise and self._seed_generator is None:
            self._seed_generator = backend.ReplicaSeedGenerator(self.seed)

    @property
    def seed_generators(self) -> list[keras.random.SeedGenerator]:
        return [] if self._seed_generator is None else [self._seed_generator]

    def discriminator_loss(
        self, real_logits: Tensor, fake_logits: Tensor
    ) -> Tensor:
        real_logits = as_logits(real_logits)
        fake_logits = as_logits(fake_logits)
        real_targets = self._targets(self._flip(ops.ones_like(real_logits)))
        fake_targets = self._targets(self._flip(ops.zeros_like(fake_logits)))
        return batch_mean(_cross_entropy(real_targets, real_logits)) + (
            batch_mean(_cross_entropy(fake_targets, fake_logits))
        )

    def generator_loss(
        self, real_logits: Tensor, fake_logits: Tensor
    ) -> Tensor:
        return batch_mean(ops.softplus(-as_logits(fake_logits)))

    def get_config(self) -> dict[str, Any]:
        return {
            "label_smoothing": self.label_smoothing,
            "label_noise": self.label_noise,
            "seed": self.seed,
        }

    def _flip(self, labels: Tensor) -> Tensor:
        if not self.label_noise:
            return labels
        self.build()
        draws = keras.random.uniform(
            ops.shape(labels), dtype="float32", seed=self._seed_generator
        )
        return ops.where(draws < self.label_noise, 1.0 - labels, labels)

    def _targets(self, labels: Tensor) -> Tensor:
        return labels * (1.0 - self.label_smoothing)


def _cross_entropy(targets: Tensor, logits: Tensor) -> Tensor:
    # Not softplus(logits) - targets * logits: for confident, correct logits
    # the difference would lose all its digits to cancellation.
    return targets * ops.softplus(-logits) + (1.0 - targets) * ops.softplus(
        logits
    )


def _target_share(name: str, value: Any) -> float:
    check_number(name, value, "a number in [0, 1)")
    hint = "0 turns it off; usual values are 0.05 to 0.2."
    return number_in(name, value, "[0, 1)", hint=hint)
