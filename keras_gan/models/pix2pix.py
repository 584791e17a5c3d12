"""`Pix2Pix`: translates images, learned from pairs of images."""

import keras

from keras_gan.models import (
    augmenter_checks,
    configuration,
    pairs,
    reconstruction_losses,
    translation,
    translator_checks,
)
from keras_gan.models import network_checks as checks
from keras_gan.models.adversarial_model import AdversarialModel
from keras_gan.models.averaging import in_float32
from keras_gan.models.batch import call_network
from keras_gan.models.translation import TranslatingModel
from keras_gan.models.two_player_model import TwoPlayerModel, sum_of
from keras_gan.optimizers import AdversarialOptimizer
from keras_gan.utils.arguments import checked_weight
from keras_gan.utils.models import Untracked


@keras.saving.register_keras_serializable(package="keras_gan")
class Pix2Pix(TranslatingModel, TwoPlayerModel):
    """Image-to-image translation that is learned from pairs of images.

    The generator translates a source image into a target image: edges into
    photos, low into high resolution, gray into color, holes into content. The
    reconstruction losses compare the translation with the target pixel by
    pixel, which alone gives blurred images where several targets are possible.
    The discriminator makes the translation look like a target. It is
    conditional if it has two inputs, `[source, target]`: then it also judges
    whether the target belongs to the source.

    ```
    D: discriminator loss of D(x, y) and D(x, G(x))
    G: adversarial_weight * generator loss + sum of the reconstruction losses
    ```

    for a source x and its target y. The data is paired: `fit(sources, targets)`
    or a data set of such tuples (`keras_gan.datasets.pairs`), with images in
    [-1, 1]. All features of `GAN` (losses, penalties, augmentation, both update
    orders, precision, distribution, saving, resuming) are available. Each
    reconstruction loss has an entry of its own in the logs, weight included;
    `g_loss` is the generator's adversarial loss alone.

    Args:
        generator: Model, sources `(batch, height, width, channels)` -> images
            of the shape of the targets, which may have another size (super-
            resolution) and other channels. Sizes may be None.
            `keras_gan.networks.unet_generator` creates one.
        discriminator: Model, images -> logits `(batch, ...)` of any shape; or
            conditional, `[sources, images]` -> logits.
            `keras_gan.networks.patch_discriminator` creates both kinds.
        augmenter: As in `GAN`. A conditional discriminator gets source and
            image after the same random transformation, so both must have the
            same size.
        ema_momentum: As in `GAN`. `translate`, `call`, `predict` and `evaluate`
            use the averaged generator. None: no average.
        seed: Integer seed of random draws. None: a random one.
        name: Name of the model.

    Raises:
        ValueError: If the networks do not match each other or the arguments.

    Example:

    >>> photos = np.random.uniform(-1, 1, (32, 8, 8, 1)).astype("float32")
    >>> convolution = keras.layers.Conv2D(
    ...     1, 3, padding="same", activation="tanh"
    ... )
    >>> generator = keras.Sequential([keras.Input((8, 8, 1)), convolution])
    >>> discriminator = keras.Sequential(
    ...     [keras.Input((8, 8, 1)), keras.layers.Conv2D(1, 4, strides=2)]
    ... )
    >>> model = Pix2Pix(generator, discriminator, seed=1)
    >>> model.compile()
    >>> history = model.fit(-photos, photos, batch_size=16, verbose=0)
    >>> sorted(history.history)
    ['d_fake_accuracy', 'd_loss', 'd_real_accuracy', 'g_loss', 'pixel']
    >>> model.translate(-photos[:5]).shape
    (5, 8, 8, 1)

    Reference:
        [Isola et al., 2017](https://arxiv.org/abs/1611.07004).
    """

    is_adversarial = True
    """Whether the discriminator is trained: false with `loss=None`."""

    log_names = (
        *TwoPlayerModel.log_names,
        *("pixel", "perceptual", "style", "total_variation"),
    )

    def __init__(
        self,
        generator,
        discriminator,
        *,
        augmenter=None,
        ema_momentum=0.999,
        seed=None,
        name="pix2pix",
        **kwargs,
    ):
        _, seed = checks.check_arguments(None, ema_momentum, seed)
        super().__init__(name=name, seed=seed, **kwargs)
        shapes = translator_checks.check_generator(generator)
        self.is_conditional = translator_checks.check_discriminator(
            discriminator, *shapes
        )
        self.source_shape, self.image_shape = shapes
        checks.unfreeze("generator", generator)
        checks.unfreeze("discriminator", discriminator)
        checks.warn_if_sigmoid(discriminator)
        augmenter_checks.check_kind(augmenter)
        self.generator = generator
        self.discriminator = discriminator
        self.augmenter = augmenter
        self.seed = seed
        self.make_average(ema_momentum, generator.inputs[0])

    def compile(  # type: ignore[override]
        self,
        generator_optimizer=None,
        discriminator_optimizer=None,
        *,
        loss="non_saturating",
        adversarial_weight=1.0,
        reconstruction="auto",
        penalties=(),
        metrics=None,
        **options,
    ):
        """Configures how the two players are trained.

        Args:
            generator_optimizer: As in `GAN`. Default: Adam with learning rate
                2e-4 and `beta_1=0.5`.
            discriminator_optimizer: The same for the discriminator.
            loss: As in `GAN`; or None: the generator is trained by the
                reconstruction losses alone, and the discriminator stays as it
                is. A later `compile` with a loss goes on with these weights.
            adversarial_weight: Weight of the adversarial loss of the generator,
                0 or more.
            reconstruction: List of losses, callables `(targets, translations)`
                -> scalar, such as `keras_gan.losses.PixelLoss`, each with its
                own weight and name. `"auto"`: `[PixelLoss(100.0)]`.
            penalties: As in `GAN`, by default none.
            metrics: Metrics with `update_state(targets, translations)`,
                computed by `evaluate` and on validation data, such as
                `keras_gan.metrics.PSNR`.
            **options: `discriminator_steps`, `update`, `freeze_layers`,
                `run_eagerly`, `steps_per_execution` and `jit_compile`, as in
                `GAN.compile`.

        Raises:
            TypeError: If there is another argument, such as `optimizer`.
            ValueError: If an argument is not valid.
        """
        weight = checked_weight("adversarial_weight", adversarial_weight)
        terms = reconstruction_losses.get(reconstruction)
        with self.scope():
            chosen = translation.optimizers(
                generator_optimizer, discriminator_optimizer
            )
        with self.compiling_with(
            adversarial_weight=weight,
            _reconstruction=Untracked(terms),
            is_adversarial=loss is not None,
        ):
            if loss is None:
                reconstruction_losses.check_alone(terms, penalties)
                self._compile_generator(chosen[0], metrics=metrics, **options)
                return
            if self.is_conditional:
                with self.scope():
                    shapes = self.source_shape, self.image_shape
                    pairs.check_augmenter(self.augmenter, shapes)
            super().compile(
                *chosen,
                loss=loss,
                penalties=penalties,
                metrics=metrics,
                **options,
            )

    def _compile_generator(
        self,
        optimizer,
        *,
        discriminator_steps=1,
        update="alternating",
        freeze_layers=0,
        **options,
    ):
        """Configures training of the generator without a discriminator."""
        configuration.check_updates(discriminator_steps, update)
        with self.scope(), self.compiling_with(penalties=[]):
            if not isinstance(optimizer, AdversarialOptimizer):
                optimizer = AdversarialOptimizer.of({"generator": optimizer})
            # Not `TwoPlayerModel`'s, which is for both players.
            AdversarialModel.compile(self, optimizer, **options)
        self.loss, self._adaptive = None, Untracked(None)
        self.discriminator_steps, self.update = 1, update
        self.freeze_layers = freeze_layers

    # Training ----------------------------------------------------------------

    def make_players(self):
        players = super().make_players()
        return players if self.is_adversarial else players[:1]

    def turns(self, batch):
        if self.is_adversarial:
            return super().turns(batch)
        return [(self.players, batch)]

    def image_shapes(self) -> dict:
        return {"images": self.image_shape}

    def unpack(self, data):
        return pairs.unpack(data, (self.source_shape, self.image_shape))

    def sample(self, batch, training=True):
        """Returns translations of the sources, in testing by the average."""
        source, target = batch.images
        network = self.generator if training else self.sampler
        fake = in_float32(call_network(network, source, training))
        pairs.check_sizes(source, target, fake)
        return fake

    def scores(self, turn):
        source, target = turn.batch.images
        condition = source if self.is_conditional else None
        function = self.scorer(self.discriminator, turn.training, condition)
        return {"images": turn.score(function, real=target)}

    def discriminate(self, discriminator, inputs, training):
        if not self.is_conditional:
            return super().discriminate(discriminator, inputs, training)
        images, source = inputs
        if training and self.augmenter is not None:
            source, images = pairs.augmented(
                self.augmenter, self.seed_generator, source, images
            )
        return discriminator([source, images], training=training)

    def generator_loss(self, turn) -> tuple:
        terms = reconstruction_losses.values(
            self._reconstruction.value, turn.batch.images[1], turn.samples
        )
        parts, logs = list(terms.values()), {}
        if self.is_adversarial:
            loss, logs = super().generator_loss(turn)
            parts.append(self.adversarial_weight * loss)
        return sum_of(parts), {**logs, **terms}

    # Checks of data ----------------------------------------------------------

    def check_data(self, x, y=None) -> None:
        pairs.check_arrays((x, y), (self.source_shape, self.image_shape))

    def flags(self, batch) -> dict:
        return batch.out_of_range

    def flag_error(self, name: str) -> str:
        return pairs.out_of_range(name)

    # Saving ------------------------------------------------------------------

    def stateful_parts(self) -> list:
        return [*super().stateful_parts(), *self._reconstruction.value]

    def compile_arguments(self) -> dict:
        return {
            **super().compile_arguments(),
            "adversarial_weight": self.adversarial_weight,
            "reconstruction": keras.saving.serialize_keras_object(
                self._reconstruction.value
            ),
        }

    def deserialized_arguments(self, config) -> dict:
        return {
            **super().deserialized_arguments(config),
            "reconstruction": keras.saving.deserialize_keras_object(
                config["reconstruction"]
            ),
        }

    def get_config(self) -> dict:
        serialize = keras.saving.serialize_keras_object
        return {
            "generator": serialize(self.generator),
            "discriminator": serialize(self.discriminator),
            "augmenter": serialize(self.augmenter),
            "ema_momentum": self.ema_momentum,
            "seed": self.seed,
            "name": self.name,
        }
