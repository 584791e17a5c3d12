import keras
from keras import ops

from keras_gan.losses.adversarial_loss import (
    AdversarialLoss,
    Tensor,
    as_logits,
)
from keras_gan.utils.tensors import batch_mean


@keras.saving.register_keras_serializable(package="keras_gan")
class LeastSquaresLoss(AdversarialLoss):
    """The least-squares loss (LSGAN): real images score 1 and fake ones 0.

    A fake that is already classified as real but lies far from the data is
    still pulled toward it, which a logistic loss does not do.

    ```
    discriminator: (mean((D(x) - 1)^2) + mean(D(G(z))^2)) / 2
    generator:     mean((D(G(z)) - 1)^2) / 2
    ```

    The decision boundary lies at 0.5, so the accuracies in a GAN's logs, which
    assume 0, mean little with this loss.

    Example:

    >>> loss = LeastSquaresLoss()
    >>> float(loss.discriminator_loss([[3.0]], [[1.0]]))
    2.5
    >>> float(loss.generator_loss([[3.0]], [[3.0]]))
    2.0

    Reference:
        [Mao et al., 2017](https://arxiv.org/abs/1611.04076)
    """

    generator_uses_real_logits = False

    def discriminator_loss(
        self, real_logits: Tensor, fake_logits: Tensor
    ) -> Tensor:
        real_error = batch_mean(ops.square(as_logits(real_logits) - 1.0))
        fake_error = batch_mean(ops.square(as_logits(fake_logits)))
        return (real_error + fake_error) / 2.0

    def generator_loss(
        self, real_logits: Tensor, fake_logits: Tensor
    ) -> Tensor:
        return batch_mean(ops.square(as_logits(fake_logits) - 1.0)) / 2.0

    def real_margins(self, real_logits: Tensor, fake_logits: Tensor) -> Tensor:
        return as_logits(real_logits) - 0.5
