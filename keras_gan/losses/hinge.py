import keras
from keras import ops

from keras_gan.losses.adversarial_loss import (
    AdversarialLoss,
    Tensor,
    as_logits,
)
from keras_gan.utils.tensors import batch_mean


@keras.saving.register_keras_serializable(package="keras_gan")
class HingeLoss(AdversarialLoss):
    """The hinge loss, which ignores images that are classified clearly.

    Only images within a margin of 1 of the decision boundary train the
    discriminator. SNGAN, SAGAN and BigGAN use this loss, with spectral
    normalization in the discriminator.

    ```
    discriminator: mean(relu(1 - D(x))) + mean(relu(1 + D(G(z))))
    generator:     -mean(D(G(z)))
    ```

    Example:

    >>> loss = HingeLoss()
    >>> float(loss.discriminator_loss([[0.5]], [[-3.0]]))
    0.5
    >>> float(loss.generator_loss([[0.5]], [[-3.0]]))
    3.0

    Reference:
        - [Lim and Ye, 2017](https://arxiv.org/abs/1705.02894)
        - [Miyato et al., 2018](https://arxiv.org/abs/1802.05957)
    """

    generator_uses_real_logits = False

    def discriminator_loss(
        self, real_logits: Tensor, fake_logits: Tensor
    ) -> Tensor:
        return batch_mean(ops.relu(1.0 - as_logits(real_logits))) + (
            batch_mean(ops.relu(1.0 + as_logits(fake_logits)))
        )

    def generator_loss(
        self, real_logits: Tensor, fake_logits: Tensor
    ) -> Tensor:
        return -batch_mean(as_logits(fake_logits))
