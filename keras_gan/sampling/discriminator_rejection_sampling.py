from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_gan.sampling.discriminator_filter import DiscriminatorFilter
from keras_gan.sampling.sample_filter import Tensor
from keras_gan.utils.arguments import check_number, finite, number_in


@keras.saving.register_keras_serializable(package="keras_gan")
class DiscriminatorRejectionSampling(DiscriminatorFilter):
    """Accepts each image with a probability that corrects the distribution.

    The logit of an ideal discriminator is the log density ratio of data and
    generator. Accepting images in proportion to this ratio turns the
    generator's distribution into that of the data, while a threshold would
    only truncate it.

    ```
    d = D(x) - M
    F = d - log(1 - exp(d - epsilon)) - gamma
    accept with probability sigmoid(F)
    ```

    `M` is the largest logit of generated images (of each class, if there are
    classes). With `gamma = 0` the probability is `exp(d)`, which is exact but
    rejects most images. A larger `gamma` accepts fewer images, a smaller one
    more. A logit above `M` replaces it for the current call.

    Args:
        gamma: Finite number, or `"auto"`: the `percentile` of `F` without gamma
            over generated images (of each class).
        percentile: Percentile for `"auto"`, in [0, 100). Higher values follow
            the data more closely and accept fewer images.
        epsilon: Positive constant that keeps the logarithm finite at the
            maximum.
        discriminator: `keras.Model`, images (or `[images, labels]`) -> logits
            `(batch, 1)`, trained with the logistic loss. Default: the
            discriminator of the GAN that makes the images.
        **kwargs: `name`, as of any Keras layer.

    Raises:
        TypeError, ValueError: If an argument is invalid.

    Example:

    >>> gan = keras_gan.GAN(*keras_gan.networks.mlp((4, 4, 1), latent_dim=8))
    >>> rejection = DiscriminatorRejectionSampling(percentile=60)
    >>> rejection.bind(keras_gan.sampling.open_generator(gan))
    >>> images = gan.generate(64)
    >>> rejection.calibrate(images)
    >>> kept = rejection.accept(images, None, np.random.uniform(size=64))
    >>> 0 < int(np.sum(kept)) < 64
    True

    Reference:
        [Azadi et al., 2019](https://arxiv.org/abs/1810.06758)
    """

    state_names = ("maxima", "gammas")

    def __init__(
        self,
        gamma: float | str = "auto",
        percentile: float = 80.0,
        *,
        epsilon: float = 1e-8,
        discriminator: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(discriminator=discriminator, **kwargs)
        self.gamma = gamma if gamma == "auto" else _gamma(gamma)
        check_number("percentile", percentile)
        self.percentile = number_in(
            "percentile",
            percentile,
            "[0, 100)",
            hint="At 100 almost nothing is accepted; 80 is usual.",
        )
        self.epsilon = finite("epsilon", epsilon)
        # Smaller values are 0 in float32: XLA flushes subnormal numbers.
        if self.epsilon < 1e-30:
            raise ValueError(
                "`epsilon` must be above 0, at least 1e-30. Received: "
                f"epsilon={epsilon}. Try the default, 1e-8."
            )

    def fit(self, logits: np.ndarray) -> Sequence[float]:
        highest = logits.max()
        if self.gamma != "auto":
            return [highest, self.gamma]
        odds = ops.convert_to_numpy(self._log_odds(logits - highest))
        # No interpolation: the largest value is huge and depends on `epsilon`
        # only.
        gamma = np.percentile(odds, self.percentile, method="lower")
        return [highest, gamma]

    def accept_logits(
        self, logits: Tensor, labels: Tensor | None, uniform: Tensor
    ) -> Tensor:
        below = logits - self._raised_maxima(logits, labels)
        odds = self._log_odds(below) - self.state_of("gammas", labels)
        return uniform < ops.sigmoid(odds)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "gamma": self.gamma,
            "percentile": self.percentile,
            "epsilon": self.epsilon,
        }

    def _log_odds(self, below: Tensor) -> Tensor:
        """`F` without gamma, of logits relative to the maximum."""
        below = ops.convert_to_tensor(below, "float32")
        # 1 - exp(x) loses all digits near x = 0; -expm1(x) does not.
        return below - ops.log(-ops.expm1(below - self.epsilon))

    def _raised_maxima(self, logits: Tensor, labels: Tensor | None) -> Tensor:
        maxima = ops.convert_to_tensor(self.maxima)
        if labels is None:
            return ops.maximum(maxima, ops.max(logits))
        numbers = ops.arange(maxima.shape[0], dtype="int32")
        own = ops.where(labels[:, None] == numbers, logits[:, None], -np.inf)
        return ops.take(ops.maximum(maxima, ops.max(own, axis=0)), labels)


def _gamma(value: Any) -> float:
    if isinstance(value, str):
        raise ValueError(
            f'`gamma` must be a number or "auto". Received: gamma={value!r}.'
        )
    return finite("gamma", value)
