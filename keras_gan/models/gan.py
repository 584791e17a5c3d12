"""`GAN`: a generator and a discriminator as one Keras model."""

import keras

from keras_gan.models import (
    augmenter_checks,
    data_checks,
    exporting,
    generation,
    growing,
    transfer,
)
from keras_gan.models import batch as batches
from keras_gan.models import network_checks as checks
from keras_gan.models.averaging import AveragedGenerator
from keras_gan.models.two_player_model import TwoPlayerModel


@keras.saving.register_keras_serializable(package="keras_gan")
class GAN(AveragedGenerator, TwoPlayerModel):
    """A generative adversarial network as a Keras model.

    Two networks are trained against each other: the generator G generates
    images from latents, and the discriminator D distinguishes them from real
    images. They can be any two Keras models with matching shapes. `compile`,
    `fit`, `evaluate`, `predict`, saving, callbacks, mixed precision and
    `tf.distribute` work as in Keras.

    Args:
        generator: Model, latents `(batch, latent_dim)` -> images
            `(batch, ...)`; conditional: `[latents, labels]` -> images.
        discriminator: Model, images -> logits `(batch, 1)`; conditional:
            `[images, labels]` -> logits, not probabilities.
        latent_dim: Size of the latents. Default: that of the generator's input.
        num_classes: Number of classes of a conditional GAN, whose labels are
            integers `(batch,)` in `[0, num_classes)`.
        augmenter: Differentiable Keras or KerasCV layer, images -> images. In
            training it is applied to all images before the discriminator.
        ema_momentum: Momentum in `[0, 1)` of the averaged generator, which
            `call`, `predict`, `generate` and `evaluate` use. Early in training
            its half-life is shorter: 5 % of the updates so far, at least 10.
            None: no average.
        seed: Integer seed of all latents. None: a random one.
        name: Name of the model.

    Raises:
        ValueError: If the networks do not match each other or the arguments.

    Example:

    >>> images = np.random.uniform(-1, 1, (32, 8, 8, 1)).astype("float32")
    >>> gan = keras_gan.GAN(*keras_gan.networks.mlp((8, 8, 1)), seed=1)
    >>> gan.compile()
    >>> history = gan.fit(images, batch_size=16, verbose=0)
    >>> gan.generate(5).shape
    (5, 8, 8, 1)

    Reference:
        [Goodfellow et al., 2014](https://arxiv.org/abs/1406.2661).
    """

    discriminator_takes_labels = True
    """Whether a conditional discriminator takes labels."""

    class_output: int | None = None
    """Which output of the discriminator is class logits, if one is."""

    taken = None
    """What `take_weights` returned last. It is not saved."""

    def __init__(
        self,
        generator,
        discriminator,
        *,
        latent_dim=None,
        num_classes=None,
        augmenter=None,
        ema_momentum=0.999,
        seed=None,
        name="gan",
        **kwargs,
    ):
        num_classes, seed = checks.check_arguments(
            num_classes, ema_momentum, seed
        )
        super().__init__(name=name, seed=seed, **kwargs)
        self.latent_dim, self.image_shape = self.build_networks(
            generator, discriminator, latent_dim, num_classes
        )
        checks.unfreeze("generator", generator)
        checks.unfreeze("discriminator", discriminator)
        checks.warn_if_sigmoid(discriminator)
        augmenter_checks.check_kind(augmenter)
        self.generator = generator
        self.discriminator = discriminator
        self.augmenter = augmenter
        self.num_classes = num_classes
        self.seed = seed
        self.make_average(
            ema_momentum, checks.fake_inputs(self.latent_dim, num_classes)
        )
        self.make_sampling_seed()

    def build_networks(
        self, generator, discriminator, latent_dim, num_classes
    ) -> tuple:
        """Builds the networks; returns `latent_dim` and the image's shape."""
        return checks.build(generator, discriminator, latent_dim, num_classes)

    # Training ----------------------------------------------------------------

    def unpack(self, data):
        # A system of one's own may have another use for them.
        if self.num_classes is None and type(self).unpack is GAN.unpack:
            data_checks.warn_if_labeled(self, data)
        return batches.unpack(data, self.image_shape, self.num_classes)

    def scores(self, turn):
        batch = turn.batch
        labels = batch.labels if self.discriminator_takes_labels else None
        function = self.scorer(self.discriminator, turn.training, labels)
        images = batch.images
        if turn.training:
            layers = self._growing_layers.value["discriminator"]
            images = growing.as_seen(layers, images)
        return {"images": turn.score(function, real=images)}

    # Checks of data ----------------------------------------------------------

    def image_shapes(self) -> dict:
        return {"images": self.image_shape}

    def check_data(self, x, y=None) -> None:
        data_checks.check_arrays(x, y, self.image_shape, self.num_classes)

    def flags(self, batch) -> dict:
        return batch.out_of_range

    def flag_error(self, name: str) -> str:
        if name == "images":
            return data_checks.out_of_range("values beyond that range")
        return data_checks.wrong_labels("others", self.num_classes)

    # Sampling ---------------------------------------------------------------

    def generate(
        self,
        num_images,
        *,
        labels=None,
        truncation=None,
        seed=None,
        batch_size=64,
    ):
        """Generates images with the (averaged) generator.

        Args:
            num_images: Number of images, at least 1.
            labels: Label of all images, or integers `(num_images,)`. Default:
                all classes in turn.
            truncation: Positive bound on the latents' absolute values. Smaller
                values give more typical and less diverse images. None: no
                bound. Of a generator with styles (`networks.stylegan2`): the
                share in [0, 1] of each style's distance from the mean style
                that is kept; 0 gives one image, apart from noise.
            seed: Integer, for reproducible images, also if layers of the
                generator draw noise from a `keras.random.SeedGenerator`. None:
                new images in each call.
            batch_size: Number of images generated at once. Noise that layers
                draw depends on it.

        Returns:
            Float32 NumPy array `(num_images, ...)`.

        Raises:
            ValueError: If an argument is out of its range.

        Reference:
            [Brock et al., 2018](https://arxiv.org/abs/1809.11096) (truncation),
            [Karras et al., 2019](https://arxiv.org/abs/1812.04948) (of styles).
        """
        return generation.generate(
            self,
            num_images,
            labels=labels,
            truncation=truncation,
            seed=seed,
            batch_size=batch_size,
        )

    def exported(self):
        return exporting.with_named_inputs(
            self.sampler, self.latent_dim, self.num_classes
        )

    # Transfer ----------------------------------------------------------------

    def take_weights(self, other, *, keep_classes=False):
        """Starts from the weights of another GAN, trained on other images.

        Layers of the two networks are compared in their order. Those of the
        same class, with weights of the same shapes and, if they were given
        names, the same name take the weights; all others keep theirs. The
        average takes those of the other's average. Optimizers start anew.
        Networks that grow (`networks.progressive`) begin with as many levels as
        the other's have, in a schedule of their own.

        Args:
            other: A GAN with networks of the same architecture, of any number
                of classes and size of images.
            keep_classes: Whether the classes are the same ones, so that what
                was learned of each (embeddings) is taken, too.

        Returns:
            A `Transfer` with the names of the layers.

        Raises:
            ValueError: If less than a third of the layers of a network fit.

        Example:

        >>> digits = keras_gan.GAN(*keras_gan.networks.mlp((8, 8, 1)))
        >>> letters = keras_gan.GAN(*keras_gan.networks.mlp((8, 8, 1)))
        >>> print(letters.take_weights(digits))
        all 8 layers

        Reference:
            [Wang et al., 2018](https://arxiv.org/abs/1805.01677) (transferring
            GANs).
        """
        self.taken = transfer.take_weights(self, other, keep_classes)
        return self.taken

    # Saving -----------------------------------------------------------------

    def get_config(self) -> dict:
        serialize = keras.saving.serialize_keras_object
        return {
            "generator": serialize(self.generator),
            "discriminator": serialize(self.discriminator),
            "latent_dim": self.latent_dim,
            "num_classes": self.num_classes,
            "augmenter": serialize(self.augmenter),
            "ema_momentum": self.ema_momentum,
            "seed": self.seed,
            "name": self.name,
        }
