from typing import Any

import keras
from keras import ops

from keras_gan.losses.image_loss import ImageLoss, Tensor, difference
from keras_gan.utils.arguments import choice
from keras_gan.utils.tensors import batch_mean

# Of LapSRN; images are in [-1, 1].
_EPSILON = 1e-3

DISTANCES = {
    "l1": ops.abs,
    "l2": ops.square,
    "charbonnier": lambda x: ops.sqrt(ops.square(x) + _EPSILON**2),
}


@keras.saving.register_keras_serializable(package="keras_gan")
class PixelLoss(ImageLoss):
    """The mean distance between the pixels of real and generated images.

    ```
    l1:          mean(|fake - real|)
    l2:          mean((fake - real)^2)
    charbonnier: mean(sqrt((fake - real)^2 + 0.001^2))
    ```

    L1 gives sharper images than L2, which prefers the mean of all that is
    possible. Charbonnier's distance is L1 with a smooth minimum.

    Args:
        weight: Factor of the loss, 0 or more. Pix2Pix uses 100 beside an
            adversarial loss, of images in [-1, 1].
        kind: `"l1"`, `"l2"` or `"charbonnier"`.
        name: Name in the logs.

    Raises:
        ValueError: If an argument is invalid, or, in a call, the shapes differ.

    Example:

    >>> real, fake = np.zeros((2, 4, 4, 1)), np.full((2, 4, 4, 1), 0.5)
    >>> float(PixelLoss(100.0)(real, fake))
    50.0

    Reference:
        - [Isola et al., 2017](https://arxiv.org/abs/1611.07004), for L1
        - [Lai et al., 2017](https://arxiv.org/abs/1710.01992), for the
          Charbonnier distance
    """

    default_name = "pixel"

    def __init__(
        self, weight: float = 1.0, kind: str = "l1", *, name: str | None = None
    ) -> None:
        super().__init__(weight, name=name)
        self.kind = choice("kind", kind, DISTANCES)

    def compute(self, real_images: Tensor, fake_images: Tensor) -> Tensor:
        distance = DISTANCES[self.kind]
        return batch_mean(distance(difference(real_images, fake_images)))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "kind": self.kind}
