import keras

from keras_gan.losses.adversarial_loss import (
    AdversarialLoss,
    Tensor,
    as_logits,
)
from keras_gan.utils.tensors import batch_mean


@keras.saving.register_keras_serializable(package="keras_gan")
class WassersteinLoss(AdversarialLoss):
    """The Wasserstein loss: how much higher real images score than fake ones.

    With a 1-Lipschitz discriminator it estimates the earth mover's distance
    between data and samples. The loss itself does not bound the slope of the
    discriminator: `GradientPenalty` (the default penalty) or weight clipping
    (`keras_gan.layers.WeightClip`) does.

    ```
    discriminator: mean(D(G(z))) - mean(D(x))
    generator:     -mean(D(G(z)))
    ```

    Example:

    >>> loss = WassersteinLoss()
    >>> float(loss.discriminator_loss([[2.0]], [[0.5]]))
    -1.5
    >>> float(loss.generator_loss([[2.0]], [[0.5]]))
    -0.5

    Reference:
        - [Arjovsky et al., 2017](https://arxiv.org/abs/1701.07875)
        - [Gulrajani et al., 2017](https://arxiv.org/abs/1704.00028)
    """

    default_penalties = ("gradient_penalty",)
    generator_uses_real_logits = False

    def discriminator_loss(
        self, real_logits: Tensor, fake_logits: Tensor
    ) -> Tensor:
        return batch_mean(as_logits(fake_logits)) - (
            batch_mean(as_logits(real_logits))
        )

    def generator_loss(
        self, real_logits: Tensor, fake_logits: Tensor
    ) -> Tensor:
        return -batch_mean(as_logits(fake_logits))

    def real_margins(self, real_logits: Tensor, fake_logits: Tensor) -> Tensor:
        # Only differences count: the critic may add a constant to all scores.
        return as_logits(real_logits) - as_logits(fake_logits)
