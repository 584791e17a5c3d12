"""The GANs of `imbalanced.py`, as sources of images of classes.

Each function takes the imbalanced training images (0 to 255) and labels, the
rare class, the settings and a seed.
"""

from collections.abc import Callable
from typing import Any

import imbalanced_bagan as bagan
import numpy as np
from imbalanced_settings import Arrays, Setting

CYCLE_BATCH = 16
# Those of `networks.recipe("dagan", ...)` and of `CycleGAN.compile`.
DAGAN_RATE, CYCLE_RATE = 5e-4, 2e-4


def train_gan(train: Arrays, rare: int, setting: Setting, seed: int) -> Any:
    """Returns a conditional GAN, trained on imbalanced data."""
    pair = _networks(train, setting, seed)
    return _trained(*pair, train, setting, seed, setting.gan_balance)


def train_bagan(train: Arrays, rare: int, setting: Setting, seed: int) -> Any:
    """Returns a conditional GAN that starts from an autoencoder (BAGAN).

    As in the paper, an autoencoder is trained on all images, its decoder is
    where the generator starts and its encoder where the discriminator does, the
    latents of a class are drawn from the normal distribution of the codes of
    its images, and all classes are generated equally often. Here real images
    are of all classes equally often as well, and the discriminator is that of
    the GAN, which is told the class; that of the paper predicts it.
    """
    import keras

    keras.utils.set_random_seed(seed)
    decoder, _ = _family(train, setting, seed, latent_dim=bagan.CODE)
    _, discriminator = _networks(train, setting, seed)
    generator = bagan.started(train, decoder, discriminator, setting, seed)
    return _trained(generator, discriminator, train, setting, seed, "uniform")


def train_dagan(train: Arrays, rare: int, setting: Setting, seed: int) -> Any:
    """Returns the source of images of a DAGAN, from images of the class."""
    import keras

    import keras_gan

    keras.utils.set_random_seed(seed)
    images, labels = train
    shape = images.shape[1:]
    dagan = keras_gan.DAGAN(
        *keras_gan.networks.dagan(shape, width=16, seed=seed),
        ema_momentum=0.998,
        seed=seed,
    )
    dagan.compile(*_optimizers(DAGAN_RATE, setting, beta_2=0.99))
    pairs = keras_gan.datasets.class_pairs(
        (images, labels), batch_size=setting.batch_size, repeat=True, seed=seed
    )
    dagan.fit(pairs, steps_per_epoch=setting.gan_steps, verbose=0)
    return dagan.class_source(images / np.float32(127.5) - 1, labels)


def train_cycle(train: Arrays, rare: int, setting: Setting, seed: int) -> Any:
    """Returns images of the most similar class, translated to the rare one.

    The most similar class is the one whose mean image is nearest. The source
    has its images, translated by a `CycleGAN`, for the rare class, and real
    images for the others.
    """
    import keras

    import keras_gan

    keras.utils.set_random_seed(seed)
    images, labels = train
    few, many = images[labels == rare], images[labels == nearest(train, rare)]
    shape = images.shape[1:]
    networks = keras_gan.networks
    gan = keras_gan.CycleGAN(
        [
            networks.resnet_generator(shape, width=16, blocks=2, seed=seed + n)
            for n in (0, 1)
        ],
        [
            networks.patch_discriminator(
                shape, width=16, receptive_field=7, seed=seed + n
            )
            for n in (0, 1)
        ],
        seed=seed,
    )
    # The identity loss is for colors; here it would keep the frequent class.
    gan.compile(
        *_optimizers(CYCLE_RATE, setting, beta_1=0.5), identity_weight=0.0
    )
    pairs = keras_gan.datasets.domains(
        many, few, batch_size=min(CYCLE_BATCH, len(few)), repeat=True, seed=seed
    )
    gan.fit(pairs, steps_per_epoch=setting.gan_steps, verbose=0)
    made = gan.translate(many / np.float32(127.5) - 1, to="second")
    others = labels != rare
    return held(
        np.concatenate([images[others] / np.float32(127.5) - 1, made]),
        np.concatenate([labels[others], np.full(len(made), rare)]),
    )


TRAINERS: dict[str, Callable[[Arrays, int, Setting, int], Any]] = {
    "GAN": train_gan,
    "BAGAN": train_bagan,
    "CycleGAN": train_cycle,
    "DAGAN": train_dagan,
}
"""Of each word in the names of arms, what trains the source."""


def nearest(train: Arrays, rare: int) -> int:
    """Returns the class whose mean image is most like that of a class."""
    images, labels = train
    means = np.stack(
        [
            images[labels == number].mean(0).ravel()
            for number in range(labels.max() + 1)
        ]
    )
    distances = np.linalg.norm(means - means[rare], axis=1)
    distances[rare] = np.inf
    return int(distances.argmin())


def held(images: np.ndarray, labels: np.ndarray) -> Any:
    """Returns a source that draws from given images in [-1, 1] of classes."""
    import keras

    import keras_gan

    classes = int(labels.max()) + 1
    bank = keras_gan.layers.ClassImages(images.shape, classes)
    inputs = [keras.Input((1,)), keras.Input((), dtype="int32")]
    chosen = bank(inputs)
    bank.fill(images, labels)
    return keras_gan.sampling.GeneratorSource(
        keras.Model(inputs, chosen), 1, images.shape[1:], classes
    )


def _networks(train, setting, seed):
    return _family(train, setting, seed, num_classes=int(train[1].max()) + 1)


def _family(train, setting, seed, **arguments):
    import keras_gan

    build = getattr(keras_gan.networks, setting.network)
    size: dict[str, Any] = {"width": setting.width}
    if setting.network == "mlp":
        size = {"hidden": (setting.width,) * 2}
    return build(train[0].shape[1:], seed=seed, **size, **arguments)


def _trained(generator, discriminator, train, setting, seed, balance):
    import keras

    import keras_gan

    keras.utils.set_random_seed(seed)
    images, labels = train
    augmenter = None
    if setting.augment != "none":
        augmenter = keras_gan.layers.augmenter(setting.augment, seed=seed)
    gan = keras_gan.GAN(
        generator,
        discriminator,
        num_classes=int(labels.max()) + 1,
        augmenter=augmenter,
        seed=seed,
        ema_momentum=0.998,
    )
    gan.compile(**_compile_arguments(setting))
    stream = keras_gan.datasets.load(
        (images, labels),
        batch_size=setting.batch_size,
        seed=seed,
        repeat=True,
        balance=balance,
    )
    gan.fit(stream, steps_per_epoch=setting.gan_steps, verbose=0)
    return gan


def _optimizers(rate, setting, **arguments):
    """Two optimizers whose learning rate decays to a tenth along a cosine."""
    import keras

    rate = keras.optimizers.schedules.CosineDecay(
        rate, setting.gan_steps, alpha=0.1
    )
    arguments = {"beta_1": 0.0, "epsilon": 1e-8, **arguments}
    return [keras.optimizers.Adam(rate, **arguments) for _ in range(2)]


def _compile_arguments(setting):
    import keras_gan

    pair = _optimizers(setting.learning_rate, setting, beta_2=0.99)
    arguments = {
        "generator_optimizer": pair[0],
        "discriminator_optimizer": pair[1],
        "jit_compile": setting.network == "mlp",
    }
    if setting.gamma is not None:
        arguments["penalties"] = [
            keras_gan.penalties.R1(setting.gamma),
            keras_gan.penalties.R2(setting.gamma),
        ]
    return arguments
