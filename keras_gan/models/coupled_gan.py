"""`CoupledGAN`: generates pairs of images from unpaired data of two domains."""

import keras

from keras_gan.models import augmenter_checks, coupling, generation
from keras_gan.models import network_checks as checks
from keras_gan.models.averaging import AveragedGenerator
from keras_gan.models.two_domains import NAMES, TwoDomains
from keras_gan.models.two_player_model import TwoPlayerModel


@keras.saving.register_keras_serializable(package="keras_gan")
class CoupledGAN(TwoDomains, AveragedGenerator, TwoPlayerModel):
    """A pair of GANs for two domains that share weights and latents.

    Two generators map the same latents to an image in each of two domains. Each
    has a discriminator for its domain. The generators share their first layers,
    which determine the content of an image, and the discriminators share their
    last layers. As a result, the two images of one latent vector have the same
    content in both domains (a digit and its negative, a photo and its edges),
    although training uses no pairs.

    ```
    loss = loss of (G1, D1) on domain 1 + loss of (G2, D2) on domain 2
    ```

    All features of `GAN` (losses, penalties, augmentation, both update orders,
    precision, distribution, saving, resuming) are available. The data is
    unpaired: `fit(first_images, second_images)`, or a data set of such tuples
    (`keras_gan.datasets.domains`).

    Args:
        generators: Pair of models, latents `(batch, latent_dim)` -> images of
            one domain; or one model that returns the images of both.
        discriminators: Pair of models, images of one domain -> logits
            `(batch, ...)`; or one model, images of both -> both logits.
            `keras_gan.networks.coupled` creates all four networks. Layers that
            are in both models of a pair are shared.
        augmenter: As in `GAN`, for images of both domains.
        ema_momentum: Momentum in `[0, 1)` of the averaged generators, shorter
            early in training as in `GAN`. None: no average.
        seed: Integer seed of all latents. None: a random one.
        name: Name of the model.

    Raises:
        ValueError: If the networks do not match each other or the arguments.

    Example:

    >>> images = np.random.uniform(-1, 1, (32, 8, 8, 1)).astype("float32")
    >>> gan = CoupledGAN(*keras_gan.networks.coupled((8, 8, 1), width=8))
    >>> gan.compile()
    >>> history = gan.fit(images, -images[::-1], batch_size=16, verbose=0)
    >>> first, second = gan.generate(5)
    >>> first.shape, second.shape
    ((5, 8, 8, 1), (5, 8, 8, 1))

    Reference:
        [Liu and Tuzel, 2016](https://arxiv.org/abs/1606.07536).
    """

    num_classes = None

    def __init__(
        self,
        generators,
        discriminators,
        *,
        augmenter=None,
        ema_momentum=0.999,
        seed=None,
        name="coupled_gan",
        **kwargs,
    ):
        _, seed = checks.check_arguments(None, ema_momentum, seed)
        super().__init__(name=name, seed=seed, **kwargs)
        self.generator = coupling.joint_generator(generators)
        self.discriminator = coupling.joint_discriminator(discriminators)
        coupling.check_shapes(self.generator, self.discriminator)
        self.split_discriminator()
        self.latent_dim = self.generator.input_shape[-1]
        augmenter_checks.check_kind(augmenter)
        self.augmenter = augmenter
        self.seed = seed
        self.make_average(
            ema_momentum, checks.fake_inputs(self.latent_dim, None)
        )
        self.make_sampling_seed()

    # Training ----------------------------------------------------------------

    def image_shapes(self) -> dict:
        shapes = self.generator.output_shape
        return {
            name: tuple(shape[1:])
            for name, shape in zip(NAMES, shapes, strict=True)
        }

    def scores(self, turn):
        fakes = dict(zip(NAMES, turn.samples, strict=True))
        return self.scores_of(turn, fakes)

    # Drawing and saving ------------------------------------------------------

    def generate(
        self, num_images, *, truncation=None, seed=None, batch_size=64
    ):
        """Generates pairs of images, each from one latent vector.

        Args:
            num_images: Number of pairs, at least 1.
            truncation: Positive bound on the latents' absolute values. None: no
                bound.
            seed: Integer, for reproducible images. None: new images in each
                call.
            batch_size: Number of pairs generated at once.

        Returns:
            Two float32 NumPy arrays `(num_images, ...)`, the images of the
            first and of the second domain.

        Raises:
            ValueError: If an argument is out of its range.
        """
        return tuple(
            generation.generate(
                self,
                num_images,
                labels=None,
                truncation=truncation,
                seed=seed,
                batch_size=batch_size,
            )
        )

    def get_config(self) -> dict:
        serialize = keras.saving.serialize_keras_object
        return {
            "generators": serialize(self.generator),
            "discriminators": serialize(self.discriminator),
            "augmenter": serialize(self.augmenter),
            "ema_momentum": self.ema_momentum,
            "seed": self.seed,
            "name": self.name,
        }
