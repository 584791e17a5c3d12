import keras
from keras import ops

from keras_gan.losses.adversarial_loss import (
    AdversarialLoss,
    Tensor,
    as_logits,
)
from keras_gan.utils.tensors import batch_mean, shapes_agree


@keras.saving.register_keras_serializable(package="keras_gan")
class RelativisticLoss(AdversarialLoss):
    """The relativistic pairing loss (RpGAN), which compares image pairs.

    The discriminator learns how much more realistic a real image is than the
    fake image it is paired with, so a generator that drops a mode of the data
    is penalized for it. With the penalties R1 and R2, the defaults, training
    provably converges locally.

    ```
    discriminator: mean(softplus(-(D(x) - D(G(z)))))
    generator:     mean(softplus(-(D(G(z)) - D(x))))
    ```

    Images are paired in order, so both batches must have the same size.

    Example:

    >>> loss = RelativisticLoss()
    >>> round(float(loss.discriminator_loss([[1.0]], [[1.0]])), 4)
    0.6931
    >>> round(float(loss.generator_loss([[3.0]], [[1.0]])), 4)
    2.1269

    Reference:
        - [Jolicoeur-Martineau, 2018](https://arxiv.org/abs/1807.00734)
        - [Huang et al., 2025 (R3GAN)](https://arxiv.org/abs/2501.05441)
    """

    default_penalties = ("r1", "r2")

    def discriminator_loss(
        self, real_logits: Tensor, fake_logits: Tensor
    ) -> Tensor:
        margin = _paired_margin(real_logits, fake_logits)
        return batch_mean(ops.softplus(-margin))

    def generator_loss(
        self, real_logits: Tensor, fake_logits: Tensor
    ) -> Tensor:
        margin = _paired_margin(real_logits, fake_logits)
        return batch_mean(ops.softplus(margin))

    def real_margins(self, real_logits: Tensor, fake_logits: Tensor) -> Tensor:
        # The loss depends on differences only: one logit alone has no meaning.
        return _paired_margin(real_logits, fake_logits)


def _paired_margin(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    real_logits, fake_logits = as_logits(real_logits), as_logits(fake_logits)
    _check_paired(tuple(real_logits.shape), tuple(fake_logits.shape))
    return real_logits - fake_logits


def _check_paired(
    real_shape: tuple[int | None, ...], fake_shape: tuple[int | None, ...]
) -> None:
    # Otherwise broadcasting would pair every image with every other image.
    if not shapes_agree(real_shape, fake_shape):
        raise ValueError(
            "RelativisticLoss pairs each real image with a fake image, so "
            "`real_logits` and `fake_logits` must have the same shape. "
            f"Received: real_logits.shape={real_shape}, "
            f"fake_logits.shape={fake_shape}. Generate as many fake images as "
            "there are real images and score both with one discriminator."
        )
