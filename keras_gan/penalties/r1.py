import keras

from keras_gan.penalties.penalty import Tensor
from keras_gan.penalties.scores import Scores
from keras_gan.penalties.zero_centered import ZeroCenteredPenalty


@keras.saving.register_keras_serializable(package="keras_gan")
class R1(ZeroCenteredPenalty):
    """The R1 penalty: penalizes D's gradient on real images.

    Without it, the gradients of the discriminator push samples away even when
    they match the data. With it, training converges near the optimum.

    ```
    gamma / 2 * mean(|d D(x) / d x|^2)
    ```

    Squares are summed over all axes of an image and averaged over the batch.
    The discriminator must not mix the images of a batch (no batch
    normalization).

    Args:
        gamma: Strength, at least 0. `None`: `default_gamma` of the image shape.
        method: `"gradient"`, or `"finite_difference"`, which needs no second
            derivatives: an estimate from a second pass, for images moved by
            noise with a standard deviation of .01.
        every: The penalty is computed in every `every`-th discriminator update,
            at least 1.
        seed: Integer seed of that noise. `None`: a random one.
        name: Name of the penalty in the logs.

    Example:

    >>> from keras import ops
    >>> images = ops.ones((8, 2))
    >>> penalty = R1(gamma=0.5)
    >>> float(penalty(lambda x: ops.sum(x * x, axis=1), images, images))
    2.0

    Reference:
        [Mescheder et al., 2018](https://arxiv.org/abs/1801.04406)
    """

    default_name = "r1"

    def penalize(self, scores: Scores) -> Tensor:
        return self.zero_centered(scores, scores.real)
