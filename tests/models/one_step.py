"""One training step for each penalty, system and family of networks.

The weights are given by a seed.

    KERAS_BACKEND=jax python one_step.py OUT.npz

Random numbers are a function of their shape, so that backends agree on them.
"""

import sys
from pathlib import Path

import keras
import numpy as np

SHAPE = (6, 6, 1)
REAL = np.random.default_rng(0).uniform(-1, 1, (8, *SHAPE)).astype("float32")


def fixed(draw):
    def random(shape, *args, seed=None, dtype=None, **kwargs):
        shape = tuple(int(size) for size in shape)
        values = draw(np.random.default_rng(shape), shape)
        return keras.ops.convert_to_tensor(values.astype(dtype or "float32"))

    return random


def fixed_integers(shape, low, high, *args, **kwargs):
    shape = tuple(int(size) for size in shape)
    values = np.random.default_rng(shape).integers(low, high, shape)
    return keras.ops.convert_to_tensor(values.astype("int32"))


def weights_of(model, seed, scale=0.4):
    generator = np.random.default_rng(seed)
    model.set_weights(
        [scale * generator.normal(size=w.shape) for w in model.get_weights()]
    )


def step(keras_gan, options):
    layers = keras.layers
    generator = keras.Sequential(
        [
            keras.Input((4,)),
            layers.Dense(12),
            layers.BatchNormalization(),
            layers.LeakyReLU(0.2),
            layers.Dense(36, activation="tanh"),
            layers.Reshape(SHAPE),
        ]
    )
    normalized = options.pop("normalized", lambda layer: layer)
    discriminator = keras.Sequential(
        [
            keras.Input(SHAPE),
            normalized(layers.Conv2D(3, 3, activation="silu")),
            layers.Flatten(),
            normalized(layers.Dense(8, activation="silu")),
            normalized(layers.Dense(1)),
        ]
    )
    if options.pop("styles", False):
        from style_models import style_generator

        generator = style_generator(SHAPE)
    weights_of(generator, 1)
    weights_of(discriminator, 2)
    augmenter = options.pop("augmenter", None)
    gan = keras_gan.GAN(
        generator, discriminator, augmenter=augmenter, ema_momentum=0.9, seed=3
    )
    gan.compile(
        keras.optimizers.SGD(0.1),
        keras.optimizers.SGD(0.1),
        # For one step, a graph takes longer; but JAX compiles all it does.
        run_eagerly=keras.backend.backend() != "jax",
        **options,
    )
    logs = gan.train_on_batch(REAL, return_dict=True)
    return logs, gan.get_weights()


def cases(keras_gan):
    penalties = keras_gan.penalties
    augmenter = keras_gan.layers.DiffAugment("color,translation", seed=1)
    # Each has a log of its own. To compile them one by one takes longer.
    every = [
        penalties.R1(0.5),
        penalties.R1(0.5, every=2, name="lazy"),
        penalties.R2(0.5),
        penalties.DRAGAN(1.0, seed=1),
        penalties.LeCam(0.3),
        penalties.GradientPenalty(1.0, seed=1),
        penalties.ConsistencyRegularization(augmenter),
    ]
    yield "penalties", {"penalties": every}
    spectral = {"normalized": keras_gan.layers.SpectralNormalization}
    path_length = penalties.PathLength(seed=1)
    yield (
        "path length",
        {"loss": "hinge", "penalties": [path_length], "styles": True},
    )
    twice = spectral | {"discriminator_steps": 2}
    yield "alternating", twice | {"penalties": [penalties.R1(0.5)]}
    yield "simultaneous", twice | {"update": "simultaneous"}
    yield (
        "augmented",
        {
            "augmenter": keras_gan.layers.AdaptiveAugment(
                "bgc", probability=0.5, seed=1
            ),
            "penalties": [penalties.R1(0.5)],
        },
    )


def pix2pix(keras_gan):
    """A step of `Pix2Pix`, with a discriminator of pairs."""
    layers = keras.layers
    sources, images = keras.Input(SHAPE), keras.Input(SHAPE)
    x = layers.Conv2D(3, 3, padding="same", activation="silu")(sources)
    x = layers.Conv2D(1, 1, activation="tanh")(x)
    generator = keras.Model(sources, x)
    x = layers.Concatenate()([sources, images])
    x = layers.Conv2D(3, 3, 2, activation="silu")(x)
    discriminator = keras.Model([sources, images], layers.Conv2D(1, 1)(x))
    weights_of(generator, 1)
    weights_of(discriminator, 2)
    model = keras_gan.Pix2Pix(
        generator,
        discriminator,
        augmenter=keras_gan.layers.DiffAugment("color,translation", seed=1),
        ema_momentum=0.9,
        seed=3,
    )
    model.compile(
        keras.optimizers.SGD(0.1),
        keras.optimizers.SGD(0.1),
        penalties=[keras_gan.penalties.R1(0.5)],
        run_eagerly=keras.backend.backend() != "jax",
    )
    logs = model.train_on_batch(REAL, -REAL[::-1], return_dict=True)
    return logs, model.get_weights()


SYSTEMS = {"pix2pix": pix2pix}


def of_family(keras_gan, build):
    """A step of a GAN of a family of networks."""
    from families import CLASSES, LABELS, images_for

    generator, discriminator = build()
    weights_of(generator, 1, scale=0.2)
    weights_of(discriminator, 2, scale=0.2)
    gan = keras_gan.GAN(
        generator,
        discriminator,
        num_classes=CLASSES,
        ema_momentum=0.9,
        seed=3,
    )
    gan.compile(
        keras.optimizers.SGD(0.01),
        keras.optimizers.SGD(0.01),
        loss="hinge",
        penalties=[],
        run_eagerly=keras.backend.backend() != "jax",
    )
    images = images_for(discriminator)
    logs = gan.train_on_batch(images, LABELS, return_dict=True)
    return logs, gan.get_weights()


def translating():
    """Yields a name and a translating system, with what it is trained on.

    Two steps, because the pools are empty in the first.
    """
    import semi_models as semi_supervised
    import table_models as tables
    import unpaired_models as small
    from class_pair_models import make_dagan

    from keras_gan.layers import DiffAugment
    from keras_gan.penalties import GradientPenalty

    def make_semi(generator_optimizer, discriminator_optimizer, **options):
        optimizers = generator_optimizer, discriminator_optimizer
        model = semi_supervised.make(optimizers=optimizers, **options)
        weights_of(model.ema_discriminator, 0)
        return model

    unpaired = small.FIRST[:8], small.SECOND[:8]
    alternating = {"update": "alternating", "discriminator_steps": 2}
    yield "CycleGAN", small.make_cycle, {"pool_size": 8}, unpaired
    yield "CycleGAN, alternating", small.make_cycle, alternating, unpaired
    labelled = small.FIRST[:8], small.ATTRIBUTES[:8]
    yield "StarGAN", small.make_star, {}, labelled
    exclusive = {"exclusive": True, "loss": "non_saturating"}
    labelled = small.FIRST[:8], np.arange(8) % small.COUNT
    yield "StarGAN, exclusive", small.make_star, exclusive, labelled
    augmented = {"augmenter": DiffAugment("color,translation", seed=1)}
    yield "DAGAN", make_dagan, augmented, unpaired
    data = semi_supervised.images(), semi_supervised.labels()
    yield "SemiSupervisedGAN", make_semi, {"consistency_weight": 2.0}, data
    adversarial = {"generator_loss": "adversarial", "feature_layer": "middle"}
    yield "SemiSupervisedGAN, adversarial", make_semi, adversarial, data
    # A stronger one makes steps so large that rounding grows a hundredfold.
    weak = GradientPenalty(0.1)
    twice = {"discriminator_steps": 2, "penalties": [weak]}
    yield "TableGAN", tables.make, twice, (tables.table(20),)


def two_steps(make, options, data):
    """Logs of the second step of a system, and its weights."""
    sgd = keras.optimizers.SGD
    model = make(
        generator_optimizer=sgd(0.1),
        discriminator_optimizer=sgd(0.1),
        **options,
    )
    for seed, name in enumerate(
        ("generator", "ema_generator", "discriminator")
    ):
        weights_of(getattr(model, name), seed % 2)
    model.train_on_batch(*data)
    return model.train_on_batch(*data, return_dict=True), model.get_weights()


def main(path):
    import keras_gan

    sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
    keras.random.normal = fixed(lambda rng, shape: rng.normal(size=shape))
    keras.random.uniform = fixed(
        lambda rng, shape: rng.uniform(0.05, 0.95, size=shape)
    )
    keras.random.randint = fixed_integers
    results = {}
    steps = {
        name: lambda keras_gan, options=options: step(keras_gan, options)
        for name, options in cases(keras_gan)
    }
    unpaired = {
        name: lambda _, system=system: two_steps(*system)
        for name, *system in translating()
    }
    from families import FAMILIES

    families = {
        name: lambda keras_gan, build=build: of_family(keras_gan, build)
        for name, build in FAMILIES.items()
    }
    for name, one in {**steps, **SYSTEMS, **unpaired, **families}.items():
        logs, weights = one(keras_gan)
        results |= {f"{name}/log/{key}": v for key, v in logs.items()}
        results |= {f"{name}/weight/{i}": w for i, w in enumerate(weights)}
    np.savez(path, **results)


if __name__ == "__main__":
    main(sys.argv[1])
