import keras
from keras import ops

from keras_gan.losses.adversarial_loss import (
    AdversarialLoss,
    Tensor,
    as_logits,
)
from keras_gan.utils.tensors import batch_mean


@keras.saving.register_keras_serializable(package="keras_gan")
class MinimaxLoss(AdversarialLoss):
    """The logistic loss as a zero-sum game: G minimizes what D maximizes.

    This is the game studied by the theory of GANs. The generator's gradient
    vanishes when the discriminator is confident, so `NonSaturatingLoss` trains
    better.

    ```
    discriminator: mean(softplus(-D(x))) + mean(softplus(D(G(z))))
    generator:     -mean(softplus(D(G(z))))
    ```

    Example:

    >>> loss = MinimaxLoss()
    >>> round(float(loss.discriminator_loss([[0.0]], [[0.0]])), 4)
    1.3863
    >>> round(float(loss.generator_loss([[0.0]], [[0.0]])), 4)
    -0.6931

    Reference:
        [Goodfellow et al., 2014](https://arxiv.org/abs/1406.2661)
    """

    generator_uses_real_logits = False

    def discriminator_loss(
        self, real_logits: Tensor, fake_logits: Tensor
    ) -> Tensor:
        return batch_mean(ops.softplus(-as_logits(real_logits))) + (
            batch_mean(ops.softplus(as_logits(fake_logits)))
        )

    def generator_loss(
        self, real_logits: Tensor, fake_logits: Tensor
    ) -> Tensor:
        return -batch_mean(ops.softplus(as_logits(fake_logits)))
