"""Averages of networks over the steps of training."""

from typing import Any

import keras
from keras import ops

from keras_gan.backend import copy_variables, update_variables
from keras_gan.models import exporting
from keras_gan.models.batch import batch_size, call_network
from keras_gan.models.player import optimizer_of

# An average with a long half-life would show the untrained network for a long
# time. Its half-life is at most this share of the steps so far, but at least
# some steps, because there is nothing to forget at the start.
_HALF_LIFE_SHARE = 0.05
_LEAST_HALF_LIFE = 10.0


class AveragedGenerator:
    """A mix-in for models that generate images with an averaged generator.

    Attributes:
        generator: The network that is trained.
        ema_generator: Its average, or None.
        ema_momentum: Momentum of the average, or None.
        latent_dim: Size of the latents.
    """

    generator: Any
    ema_generator: Any
    ema_momentum: Any
    latent_dim: Any
    seed: Any
    seed_generator: Any
    evaluation_seed: Any
    players: Any
    optimizer: Any

    def make_average(self, momentum, inputs) -> None:
        """Creates the averaged generator, unless the momentum is None.

        Args:
            momentum: Momentum of the average, in [0, 1), or None.
            inputs: Symbolic inputs of the generator.
        """
        self.ema_momentum = momentum
        self.ema_generator = None
        if momentum is not None:
            self.ema_generator = copy_of(self.generator, inputs)

    def make_sampling_seed(self) -> None:
        """Creates the seed of `generate`, which training does not use."""
        start = None if self.seed is None else self.seed + 0xFACE
        self.sampling_seed = keras.random.SeedGenerator(start)

    @property
    def sampler(self):
        """The network that generates images: the average, if there is one."""
        averaged = self.ema_generator
        return self.generator if averaged is None else averaged

    def sample_latents(self, batch, seed):
        """Returns standard normal latents for a batch of real images.

        Args:
            batch: Named tuple of `images` and `labels`.
            seed: `keras.random.SeedGenerator` to draw from.

        Returns:
            Tensor `(batch, latent_dim)`.
        """
        size = batch_size(batch.images)
        return keras.random.normal((size, self.latent_dim), seed=seed)

    def sample(self, batch, training=True):
        """Returns float32 images, in evaluation from the average."""
        network = self.generator if training else self.sampler
        seed = self.seed_generator if training else self.evaluation_seed
        latents = self.sample_latents(batch, seed)
        inputs = latents if batch.labels is None else [latents, batch.labels]
        return in_float32(call_network(network, inputs, training))

    def after_step(self):
        """Updates the average."""
        if self.ema_generator is None:
            return
        (generator,) = (one for one in self.players if one.generates)
        updates = optimizer_of(generator, self.optimizer).iterations
        momentum = momentum_after(updates, self.ema_momentum)
        move_average(self.ema_generator, self.generator, momentum)

    def call(self, inputs, training=False):
        """Returns float32 images, from the average if there is one."""
        return in_float32(self.sampler(inputs, training=training))

    def exported(self):
        """Returns the network that `export` writes."""
        return self.sampler

    def export(
        self,
        filepath,
        format="tf_saved_model",
        verbose=None,
        input_signature=None,
        **kwargs,
    ):
        """Writes the (averaged) generator for programs without Keras.

        It is `keras.Model.export` of the averaged generator.

        Args:
            filepath: Path of the folder or file.
            format: `"tf_saved_model"` or `"saved_model"`, `"onnx"`, `"tflite"`
                (Keras' own name of it is `"litert"`), `"torch"` or
                `"openvino"`. Which of them can be written depends on the
                backend and on packages.
            verbose: As in `keras.Model.export`.
            input_signature: As there. Default: batches of any size.
            **kwargs: As there.

        Raises:
            ValueError: If the backend cannot write the format, a package that
                it takes is missing, or the format lacks an operation.
        """
        exporting.export(
            self.exported(),
            filepath,
            format,
            verbose=verbose,
            input_signature=input_signature,
            **kwargs,
        )

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """Creates the model, with its networks and its augmenter."""
        one = keras.saving.deserialize_keras_object
        return cls(
            **{
                name: one(value, custom_objects=custom_objects)
                if isinstance(value, dict)
                else value
                for name, value in config.items()
            }
        )


def in_float32(images):
    """Returns images, of any structure, in float32."""
    return keras.tree.map_structure(lambda x: ops.cast(x, "float32"), images)


def copy_of(generator, inputs):
    """Returns a copy of a generator with the same weights, not trainable.

    Args:
        generator: A built model.
        inputs: Symbolic inputs, used to build the copy if necessary.

    Raises:
        ValueError: If Keras cannot copy the model.
    """
    try:
        copy = keras.models.clone_model(generator)
        if not copy.built:
            copy(inputs)
        copy.set_weights(generator.get_weights())
    except Exception as error:
        raise ValueError(
            "`generator` must be a model that Keras can copy, for the averaged "
            f"generator. Received: {type(generator).__name__}, which raised "
            f"{type(error).__name__}: {error}. Give it `get_config`, build it "
            "from layers with `keras.Model(inputs, outputs)`, or turn the "
            "average off with `ema_momentum=None`."
        ) from error
    copy.trainable = False
    return copy


def momentum_after(updates, longest: float):
    """Returns the momentum of an average after a number of updates.

    Its half-life grows with the training: 5 % of the updates so far, at
    least 10 of them, and at most that of the given momentum.

    ```
    min(longest, 2 ** (-1 / max(10, updates / 20)))
    ```

    Args:
        updates: Number of updates of the network, a scalar.
        longest: The momentum in a long run, in [0, 1).

    Returns:
        Float32 scalar.

    Reference:
        [Karras et al., 2020](https://arxiv.org/abs/2006.06676) (a ramp of the
        half-life).
    """
    half_life = ops.maximum(
        _HALF_LIFE_SHARE * ops.cast(updates, "float32"), _LEAST_HALF_LIFE
    )
    return ops.minimum(longest, ops.power(0.5, 1.0 / half_life))


def move_average(average, network, momentum) -> None:
    """Updates the average of a network.

    Trainable weights move by `1 - momentum` of the difference. All others
    (batch statistics) are copied.

    Args:
        average: What `copy_of` returned.
        network: The network that is trained.
        momentum: Weight of the old average, in [0, 1), a scalar.
    """
    rate = 1.0 - momentum
    # No weight of the frozen copy is trainable, so the weights of the network
    # determine which are averaged.
    ids = map(id, network.weights)
    copies = dict(zip(ids, average.weights, strict=True))
    update_variables(
        lambda mean, value: mean + ops.cast(rate, mean.dtype) * (value - mean),
        [copies[id(v)] for v in network.trainable_weights],
        network.trainable_weights,
    )
    copy_variables(
        [copies[id(v)] for v in network.non_trainable_weights],
        network.non_trainable_weights,
    )
