"""Weight clipping as a Keras constraint."""

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="keras_gan")
class WeightClip(keras.constraints.Constraint):
    """Keeps every weight within `[-limit, limit]`.

    The original Wasserstein GAN bounds the slope of its discriminator this way.
    After each update of the optimizer,

    ```
    w <- min(max(w, -limit), limit)
    ```

    Use it as the `kernel_constraint=` of any layer or of the discriminators in
    `keras_gan.networks`. A gradient penalty usually trains better, but clipping
    costs almost nothing.

    Args:
        limit: The largest absolute value of a weight, above 0.

    Raises:
        ValueError: If `limit` is not above 0.

    Example:

    >>> clip = WeightClip(0.5)
    >>> [float(w) for w in clip(keras.ops.array([-2.0, 0.25, 2.0]))]
    [-0.5, 0.25, 0.5]

    Reference:
        Arjovsky, Chintala and Bottou, "Wasserstein GAN", arXiv 1701.07875.
    """

    def __init__(self, limit: float = 0.01) -> None:
        # `not >` rather than `<=`, so that NaN is refused too.
        if not limit > 0:
            raise ValueError(
                "`limit` must be above 0: it is the largest absolute value "
                f"that a weight may have. Received: limit={limit}. Leave the "
                "constraint out to train without clipping."
            )
        self.limit = float(limit)

    def __call__(self, w: Any) -> Any:
        return ops.clip(w, -self.limit, self.limit)

    def get_config(self) -> dict[str, Any]:
        return {"limit": self.limit}
