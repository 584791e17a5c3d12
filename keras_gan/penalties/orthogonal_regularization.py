import math
from typing import Any

import keras
from keras import ops

from keras_gan.penalties.penalty import Penalty, Tensor
from keras_gan.utils.arguments import choice, non_negative
from keras_gan.utils.inner_layers import with_inner_layers
from keras_gan.utils.kernels import kernels_in_use


@keras.saving.register_keras_serializable(package="keras_gan")
class OrthogonalRegularization(Penalty):
    """Keeps the columns of kernels orthogonal, of any length.

    A generator that maps all latents to different images, also rare ones, can
    be sampled with truncated latents. The penalty of BigGAN is

    ```
    weight * sum over kernels of ||W^T W * (1 - I)||^2
    ```

    where W is the kernel as a matrix (everything else, outputs), 1 - I is 1
    off the diagonal, and ||.||^2 the sum of squares. Embeddings, biases and
    gains are left out. Of layers with an equalized learning rate, and of
    `layers.ModulatedConv2D` (with styles of 1), W is what they multiply by, not
    what they store. Of layers with spectral normalization it is what they
    store.

    Args:
        weight: Strength, at least 0.
        player: The player whose kernels they are, "generator" or
            "discriminator".
        every: It is computed in every `every`-th update of the player.
        name: Name of the penalty in the logs.

    Raises:
        ValueError, TypeError: If an argument is invalid.

    Example:

    >>> gan = keras_gan.GAN(*keras_gan.networks.mlp((8, 8, 1)))
    >>> gan.compile(penalties=[OrthogonalRegularization(1e-4)])

    Reference:
        [Brock et al., 2019](https://arxiv.org/abs/1809.11096), section 3.1
    """

    default_name = "orthogonality"

    def __init__(
        self,
        weight: float = 1e-4,
        *,
        player: str = "generator",
        every: int = 1,
        name: str | None = None,
    ) -> None:
        super().__init__(every=every, name=name)
        self.weight = non_negative("weight", weight)
        self.player = choice("player", player, ("generator", "discriminator"))

    def of_turn(self, turn: Any) -> Tensor:
        kernels = {
            id(variable): matrix
            for player in turn.players
            if any(one is self for one in player.penalties)
            for network in player.networks
            for layer in with_inner_layers(network)
            for variable, *matrix in kernels_in_use(layer)
            if variable.trainable
        }
        terms = [_off_diagonal(*matrix) for matrix in kernels.values()]
        return self.weight * sum(terms, ops.zeros((), "float32"))

    def get_config(self) -> dict[str, Any]:
        return {
            "weight": self.weight,
            "player": self.player,
            **super().get_config(),
        }


def _off_diagonal(kernel: Any, outputs: tuple[int, ...]) -> Tensor:
    """||W^T W * (1 - I)||^2 of a kernel."""
    others = [i for i in range(len(kernel.shape)) if i not in outputs]
    columns = math.prod(kernel.shape[i] for i in outputs)
    matrix = ops.transpose(ops.cast(kernel, "float32"), [*others, *outputs])
    matrix = ops.reshape(matrix, (-1, columns))
    if columns <= matrix.shape[0]:
        gram = ops.matmul(ops.transpose(matrix), matrix)
        return ops.sum(ops.square(gram * (1.0 - ops.eye(columns))))
    # ||W^T W|| = ||W W^T||, and the latter is the smaller matrix.
    gram = ops.matmul(matrix, ops.transpose(matrix))
    lengths = ops.sum(ops.square(matrix), axis=0)
    return ops.sum(ops.square(gram)) - ops.sum(ops.square(lengths))
