import keras

from keras_gan.penalties.penalty import Penalty, Tensor
from keras_gan.penalties.scores import Scores
from keras_gan.utils.arguments import non_negative
from keras_gan.utils.tensors import batch_mean


@keras.saving.register_keras_serializable(package="keras_gan")
class Reconstruction(Penalty):
    """The error of a discriminator that reconstructs real images.

    Features from which an image can be drawn again cannot depend on few
    pixels, so a discriminator of few images overfits less. Its second output
    must be the error of each image, as that of `networks.fastgan` is. Models
    add this penalty by themselves if it has a `layers.ReconstructionError`.

    ```
    weight * mean(error of real images)
    ```

    Args:
        weight: Strength, at least 0.
        every: As in `Penalty`.
        name: Name in the logs.

    Example:

    >>> Reconstruction(weight=0.5).get_config()["weight"]
    0.5

    Reference:
        [Liu et al., 2021](https://arxiv.org/abs/2101.04775)
    """

    default_name = "reconstruction"

    def __init__(
        self, weight: float = 1.0, *, every: int = 1, name: str | None = None
    ) -> None:
        super().__init__(every=every, name=name)
        self.weight = non_negative("weight", weight)

    def penalize(self, scores: Scores) -> Tensor:
        return self.weight * batch_mean(scores.real.outputs[1])

    def get_config(self) -> dict:
        return {**super().get_config(), "weight": self.weight}
