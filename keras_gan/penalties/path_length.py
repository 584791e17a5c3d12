from collections.abc import Callable, Sequence
from typing import Any

import keras
from keras import ops

from keras_gan import backend
from keras_gan.penalties.penalty import Penalty, Tensor
from keras_gan.utils import style_space
from keras_gan.utils.arguments import non_negative, number_in, optional_seed
from keras_gan.utils.tensors import batch_mean

_EPSILON = 1e-8


@keras.saving.register_keras_serializable(package="keras_gan")
class PathLength(Penalty):
    """The path length penalty: a step in style space moves all images alike.

    It is a penalty of the generator, which must have styles as that of
    `networks.stylegan2` has. The images of some new latents are multiplied by
    noise y; the gradient of the sum with respect to the styles w measures how
    far a step of fixed length moves the image.

    ```
    J = d sum(image * y) / d w,   y ~ N(0, 1) / sqrt(height * width)
    length = sqrt(mean over layers of |J|^2)
    weight * mean((length - a)^2)
    a <- a + decay * (mean(length) - a)
    ```

    The moving mean a starts at 0 and is a constant to the gradient. On several
    replicas it is that of the global batch. As in the reference code, the
    penalty is of half as many samples as the batch has.

    Args:
        weight: Strength, at least 0.
        decay: Share of the new mean in each computation, in (0, 1].
        every: The penalty is computed in every `every`-th update of the
            generator, at least 1.
        seed: Integer seed of latents and noise. `None`: a random one.
        name: Name of the penalty in the logs.

    Example:

    >>> penalty = PathLength()
    >>> generator, discriminator = keras_gan.networks.stylegan2(
    ...     (8, 8, 1), width=2, style_dim=4
    ... )
    >>> gan = keras_gan.GAN(generator, discriminator)
    >>> gan.compile(loss="non_saturating", penalties=["r1", penalty])

    Reference:
        [Karras et al., 2020](https://arxiv.org/abs/1912.04958)
    """

    default_name = "path_length"
    player = "generator"
    uses_input_gradients = True
    num_statistics = 2

    def __init__(
        self,
        weight: float = 2.0,
        decay: float = 0.01,
        *,
        every: int = 4,
        seed: int | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(every=every, name=name)
        self.weight = non_negative("weight", weight)
        self.decay = number_in("decay", decay, "(0, 1]")
        self.seed = optional_seed(seed)
        self._seeds: Any = None
        self._mean: Any = None

    def build(self) -> None:
        if self._mean is None:
            self._seeds = backend.ReplicaSeedGenerator(self.seed)
            self._mean = keras.Variable(
                0.0,
                dtype="float32",
                trainable=False,
                aggregation="only_first_replica",
                name="mean_path_length",
            )

    @property
    def variables(self) -> list[keras.Variable]:
        return [] if self._mean is None else [self._mean]

    @property
    def seed_generators(self) -> list[keras.random.SeedGenerator]:
        return [] if self._seeds is None else [self._seeds]

    def check_networks(self, networks: Sequence[Any]) -> None:
        if not any(map(style_space.parts, networks)):
            names = ", ".join(network.name for network in networks)
            raise ValueError(
                "`PathLength` needs a generator with styles: models named "
                f"{style_space.MAPPING!r} and {style_space.SYNTHESIS!r}. "
                f"Received: {names}. Use `networks.stylegan2`, or leave the "
                "penalty out."
            )

    def of_turn(self, turn: Any) -> Any:
        """Returns the penalty, and the sum and the number of the lengths."""
        self.build()
        mapping, synthesis = self._parts(turn)
        first = keras.tree.flatten(turn.samples)[0]
        size = (ops.shape(first)[0] + 1) // 2
        latent_dim = mapping.inputs[0].shape[-1]
        inputs: Any = keras.random.normal((size, latent_dim), seed=self._seeds)
        if len(mapping.inputs) > 1:
            inputs = [inputs, turn.batch.labels[:size]]
        style = mapping(inputs, training=True)
        number = synthesis.inputs[0].shape[1]
        styles = ops.repeat(style[:, None], number, axis=1)
        lengths = self.lengths(
            lambda styles: synthesis(styles, training=True), styles
        )
        mean = ops.stop_gradient(ops.convert_to_tensor(self._mean))
        value = self.weight * batch_mean(ops.square(lengths - mean))
        return value, ops.sum(lengths), ops.cast(ops.size(lengths), "float32")

    def lengths(
        self, synthesis: Callable[[Tensor], Tensor], styles: Tensor
    ) -> Tensor:
        """Returns the path length of each sample, float32 `(batch,)`.

        Args:
            synthesis: Function, styles -> images `(batch, height, width,
                channels)`.
            styles: Tensor `(batch, num_styles, style_dim)`.
        """

        self.build()

        def projection(styles: Tensor) -> list[Tensor]:
            images = ops.cast(synthesis(styles), "float32")
            height, width = images.shape[1:3]
            noise = keras.random.normal(ops.shape(images), seed=self._seeds)
            return [ops.sum(images * noise) * (height * width) ** -0.5]

        _, gradients = backend.pass_with_input_gradients(projection, styles)
        squares = ops.square(ops.cast(gradients(), "float32"))
        return ops.sqrt(ops.mean(ops.sum(squares, -1), -1) + _EPSILON)

    def keep(self, total: Tensor, count: Tensor) -> None:
        # Not the mean of the replicas' means: one may have no images.
        self.build()
        total, count = map(backend.replica_mean, (total, count))
        mean = ops.convert_to_tensor(self._mean)
        found = total / ops.maximum(count, keras.config.epsilon())
        share = ops.where(count > 0, self.decay, 0.0)
        self._mean.assign(mean + share * (found - mean))

    def _parts(self, turn: Any) -> tuple[Any, Any]:
        networks = (
            network
            for player in turn.players
            if any(one is self for one in player.penalties)
            for network in player.networks
        )
        return next(filter(None, map(style_space.parts, networks)))

    def get_config(self) -> dict[str, Any]:
        return {
            "weight": self.weight,
            "decay": self.decay,
            **super().get_config(),
            "seed": self.seed,
        }
