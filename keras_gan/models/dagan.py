"""`DAGAN`: other images of the class of an image, also of a new class."""

import keras
import numpy as np

from keras_gan.models import augmenter_checks, class_images, pairs
from keras_gan.models import network_checks as checks
from keras_gan.models.averaging import in_float32
from keras_gan.models.batch import batch_size as size_of
from keras_gan.models.batch import call_network
from keras_gan.models.translation import TranslatingModel, checked_images
from keras_gan.models.two_player_model import TwoPlayerModel
from keras_gan.utils.arguments import integer, positive_integer


@keras.saving.register_keras_serializable(package="keras_gan")
class DAGAN(TranslatingModel, TwoPlayerModel):
    """Augments classes of few images by what it learned from other classes.

    The generator G turns an image x and latents z into another image of the
    class of x. The discriminator D sees two images side by side, and never the
    class: real pairs are two images x, x' of one class, fake pairs are
    x, G(x, z).

    ```
    D: discriminator loss of D(x, x') and D(x, G(x, z))
    G: generator loss of the same
    ```

    So what is learned is how images of one class differ. That can be applied
    to a class of five images, also to one that was not among the training
    data, where a GAN that knows the classes by their labels can only repeat
    the five. A copy of x is a fake that D recognizes easily, because it sees x;
    `keras_gan.metrics.source_distance_ratio` shows whether G copies.

    The data is pairs of different images of one class,
    `keras_gan.datasets.class_pairs`, with images in [-1, 1]. All features of
    `GAN` (losses, penalties, augmentation, both update orders, precision,
    distribution, saving, resuming) are available.

    Args:
        generator: Model, `[images, latents]` -> images of the same shape.
            `keras_gan.networks.dagan` creates both networks.
        discriminator: Model, `[sources, images]` -> logits `(batch, ...)` of
            any shape.
        augmenter: As in `GAN`. Both images of a pair get the same random
            transformation.
        ema_momentum: As in `GAN`. `augment`, `call`, `predict` and `evaluate`
            use the averaged generator. None: no average.
        seed: Integer seed of all draws. None: a random one.
        name: Name of the model.

    Raises:
        ValueError: If the networks do not match each other or the arguments.

    Example:

    >>> images = np.random.uniform(-1, 1, (40, 8, 8, 1)).astype("float32")
    >>> labels = np.repeat(range(4), 10)
    >>> dagan = DAGAN(*keras_gan.networks.dagan((8, 8, 1), width=4), seed=1)
    >>> dagan.compile()
    >>> data = keras_gan.datasets.class_pairs((images, labels), batch_size=20)
    >>> history = dagan.fit(data, verbose=0)
    >>> dagan.augment(images[:5], 3).shape
    (5, 3, 8, 8, 1)

    Reference:
        [Antoniou et al., 2017](https://arxiv.org/abs/1711.04340).
    """

    def __init__(
        self,
        generator,
        discriminator,
        *,
        augmenter=None,
        ema_momentum=0.999,
        seed=None,
        name="dagan",
        **kwargs,
    ):
        _, seed = checks.check_arguments(None, ema_momentum, seed)
        super().__init__(name=name, seed=seed, **kwargs)
        self.image_shape, self.latent_dim = class_images.check_networks(
            generator, discriminator
        )
        checks.unfreeze("generator", generator)
        checks.unfreeze("discriminator", discriminator)
        checks.warn_if_sigmoid(discriminator)
        augmenter_checks.check_kind(augmenter)
        self.generator = generator
        self.discriminator = discriminator
        self.augmenter = augmenter
        self.seed = seed
        self.make_average(ema_momentum, generator.inputs)
        self.make_sampling_seed()

    def compile(self, *args, **kwargs):
        """Configures how the two players are trained.

        Args:
            *args: As in `GAN.compile`, whose defaults these are, too. The
                paper has `loss="wasserstein"` and `discriminator_steps=5`, and
                for both players Adam with a learning rate of 1e-4 and betas of
                0 and 0.9.
            **kwargs: As in `GAN.compile`.

        Raises:
            TypeError: If there is another argument, such as `optimizer`.
            ValueError: If an argument is not valid.
        """
        with self.scope():
            pairs.check_augmenter(self.augmenter, (self.image_shape,) * 2)
        super().compile(*args, **kwargs)

    def image_shapes(self) -> dict:
        return {"images": self.image_shape}

    # Training ----------------------------------------------------------------

    def unpack(self, data):
        return pairs.unpack(data, (self.image_shape,) * 2)

    def sample_latents(self, batch, seed):
        shape = size_of(batch.images), self.latent_dim
        return keras.random.normal(shape, seed=seed)

    def sample(self, batch, training=True):
        """Returns other images for the sources, in testing by the average."""
        network = self.generator if training else self.sampler
        seed = self.seed_generator if training else self.evaluation_seed
        inputs = [batch.images[0], self.sample_latents(batch, seed)]
        return in_float32(call_network(network, inputs, training))

    def scores(self, turn):
        source, other = turn.batch.images
        function = self.scorer(self.discriminator, turn.training, source)
        return {"images": turn.score(function, real=other)}

    def discriminate(self, discriminator, inputs, training):
        images, source = inputs
        if training and self.augmenter is not None:
            source, images = pairs.augmented(
                self.augmenter, self.seed_generator, source, images
            )
        return discriminator([source, images], training=training)

    # Use ---------------------------------------------------------------------

    def augment(self, images, n=1, *, seed=None, batch_size=64):
        """Makes other images of the classes of the given ones.

        Args:
            images: Array `(num_images, height, width, channels)` in [-1, 1],
                of any classes.
            n: Number of images to make of each, at least 1.
            seed: Integer of 0 or more, for reproducible images. None: new
                images in each call.
            batch_size: Number of images made at once.

        Returns:
            Float32 NumPy array `(num_images, n, height, width, channels)`.

        Raises:
            ValueError: If the images do not have the shape of the generator's
                inputs, are not in [-1, 1], or an argument is out of its range.
        """
        n = positive_integer("n", n)
        if seed is not None:
            seed = integer("seed", seed, at_least=0)
        seed = self.sampling_seed if seed is None else seed
        images = checked_images(images, self.image_shape)
        sources = np.repeat(images, n, axis=0)
        shape = len(sources), self.latent_dim
        latents = keras.random.normal(shape, seed=seed)
        noise = keras.random.randint((1,), 0, 2**31 - 1, seed=seed)
        drawn = self.translate_with(
            self.sampler,
            sources,
            keras.ops.convert_to_numpy(latents),
            batch_size=batch_size,
            seed=int(keras.ops.convert_to_numpy(noise)[0]),
        )
        return drawn.reshape(len(images), n, *drawn.shape[1:])

    def translate(  # type: ignore[override]
        self, images, *, batch_size=64, seed=0
    ):
        """Makes one image of each, as `augment` does, for callbacks.

        Args:
            images: As in `augment`.
            batch_size: As in `augment`.
            seed: Integer of 0 or more.

        Returns:
            Float32 NumPy array of the shape of `images`.

        Raises:
            ValueError: As in `augment`.
        """
        seed = integer("seed", seed, at_least=0)
        return self.augment(images, seed=seed, batch_size=batch_size)[:, 0]

    def class_source(self, images, labels, *, num_classes=None):
        """Makes a source of new images of each class, from images of it.

        It takes the place of a conditional GAN: in
        `keras_gan.layers.GANDataGenerator`, `keras_gan.datasets.synthetic` and
        wherever else a GAN draws images of given classes. Each image that is
        drawn starts from a random one of the given images of its class.

        Args:
            images: Array `(num_images, height, width, channels)` in [-1, 1].
            labels: Their classes, integers `(num_images,)` from 0.
            num_classes: Number of classes. Default: the largest label + 1.

        Returns:
            A `keras_gan.sampling.GeneratorSource` of the averaged generator,
            which changes as training goes on.

        Raises:
            ValueError: If an image or label is not valid, or a class has no
                images.

        Example:

        >>> dagan = DAGAN(*keras_gan.networks.dagan((8, 8, 1), width=4))
        >>> images, labels = np.zeros((6, 8, 8, 1)), [0, 0, 0, 1, 1, 1]
        >>> source = dagan.class_source(images, labels)
        >>> data = keras_gan.datasets.synthetic(source, counts={1: 7})
        >>> sum(len(labels) for _, labels in data)
        7
        """
        return class_images.source(self, images, labels, num_classes)

    # Checks of data ----------------------------------------------------------

    def check_data(self, x, y=None) -> None:
        class_images.check_partners(y)
        pairs.check_arrays((x, y), (self.image_shape,) * 2)

    def flags(self, batch) -> dict:
        return batch.out_of_range

    def flag_error(self, name: str) -> str:
        return pairs.out_of_range(name)

    # Saving ------------------------------------------------------------------

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
