import keras

from keras_gan.penalties.penalty import Penalty, Tensor
from keras_gan.penalties.scores import Scores
from keras_gan.utils.tensors import batch_mean


@keras.saving.register_keras_serializable(package="keras_gan")
class SANDirection(Penalty):
    """The loss of the direction of a `layers.SANHead`.

    It turns the direction to where real and generated features differ most.
    Models add it to the discriminator's loss if the discriminator ends in such
    a layer, so there is no need to name it. The mean of the differences
    of pairs is the same number, so it suits the relativistic loss, too.

    ```
    mean(<sg(h(G(z))), w / |w|>) - mean(<sg(h(x)), w / |w|>)
    ```

    Args:
        every: As in `Penalty`.
        name: Name in the logs.

    Example:

    >>> discriminator = keras_gan.networks.with_san_head(
    ...     keras_gan.networks.mlp_discriminator((8, 8, 1))
    ... )
    >>> gan = keras_gan.GAN(
    ...     keras_gan.networks.mlp_generator((8, 8, 1)), discriminator
    ... )
    >>> gan.compile(loss="hinge")
    >>> [penalty.name for penalty in gan.penalties]
    ['san_direction']

    Reference:
        [Takida et al., 2023](https://arxiv.org/abs/2301.12811)
    """

    default_name = "san_direction"

    def penalize(self, scores: Scores) -> Tensor:
        fake, real = scores.fake.outputs[1], scores.real.outputs[1]
        return batch_mean(fake) - batch_mean(real)
