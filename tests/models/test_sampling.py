"""Images drawn from a generator: `GAN.generate`."""

import keras
import numpy as np
import pytest
from keras import layers
from portable import corners

from keras_gan import GAN, networks


@pytest.fixture
def identity():
    """A GAN, never compiled, whose images are its latents."""
    generator = keras.Sequential(
        [layers.Input((8,)), layers.Activation("linear")]
    )
    discriminator = keras.Sequential([layers.Input((8,)), layers.Dense(1)])
    return GAN(generator, discriminator, seed=3)


@pytest.fixture
def conditional():
    """A GAN of three classes, whose images are one-hot labels."""
    latents, labels = layers.Input((2,)), layers.Input((), dtype="int32")
    images = layers.CategoryEncoding(3, output_mode="one_hot")(labels)
    images = layers.Add()([images, 0.0 * layers.Dense(3)(latents)])
    generator = keras.Model([latents, labels], images)
    discriminator = networks.mlp_discriminator((3,), num_classes=3)
    return GAN(generator, discriminator, num_classes=3, seed=3)


@pytest.mark.quickest
def test_shape_and_type_without_compile(make_gan):
    gan = make_gan(shape=(4, 4, 2))
    assert not gan.compiled
    images = gan.generate(5)
    assert isinstance(images, np.ndarray)
    assert images.shape == (5, 4, 4, 2) and images.dtype == np.float32
    assert gan.generate(1).shape == (1, 4, 4, 2)


@pytest.mark.parametrize("batch_size", corners([3, 1, 7, 100]))
def test_same_seed_same_images_in_batches_of_any_size(make_gan, batch_size):
    gan = make_gan()
    expected = gan.generate(7, seed=11)
    np.testing.assert_allclose(
        gan.generate(7, seed=11, batch_size=batch_size), expected, atol=1e-6
    )
    assert np.abs(gan.generate(7, seed=12) - expected).max() > 1e-3


@pytest.mark.quickest
def test_without_seed_new_images_at_each_call(make_gan):
    gan, twin = make_gan(), make_gan()
    first, second = gan.generate(4), gan.generate(4)
    assert np.abs(first - second).min() > 0
    # All of them follow from the seed of the model.
    np.testing.assert_array_equal(first, twin.generate(4))
    np.testing.assert_array_equal(second, twin.generate(4))


def test_looking_leaves_the_training_state_alone(make_gan):
    gan = make_gan(dropout=0.3)
    gan.compile()
    sampling = gan.sampling_seed.state

    def state():
        return [
            keras.ops.convert_to_numpy(v)
            for v in gan.variables + gan.optimizer.variables
            if v is not sampling
        ]

    before = state()
    gan.generate(4)
    gan.generate(4, truncation=0.5, seed=1)
    for old, new in zip(before, state(), strict=True):
        np.testing.assert_array_equal(old, new)


@pytest.mark.quickest
def test_latents_are_normal(identity):
    latents = identity.generate(4000, batch_size=4000, seed=5)
    assert abs(latents.mean()) < 0.02
    assert abs(latents.std() - 1.0) < 0.02


@pytest.mark.parametrize("bound", corners([0.7, 0.1, 2.0]))
def test_truncated_latents_are_a_truncated_normal(identity, bound):
    from math import erf, exp, pi, sqrt

    latents = identity.generate(
        4000, truncation=bound, batch_size=4000, seed=5
    ).ravel()
    assert np.abs(latents).max() <= bound
    assert np.abs(latents).max() > 0.98 * bound
    mass = erf(bound / sqrt(2))
    density = exp(-(bound**2) / 2) / sqrt(2 * pi)
    variance = 1 - 2 * bound * density / mass
    assert abs(latents.mean()) < 0.02 * bound
    assert latents.var() == pytest.approx(variance, rel=0.03)
    inner = erf(bound / 2 / sqrt(2)) / mass
    share = np.mean(np.abs(latents) < bound / 2)
    assert share == pytest.approx(inner, abs=0.015)


@pytest.mark.quickest
@pytest.mark.parametrize("bound", [1, 9.0, 1e6, float("inf")])
def test_far_bounds_leave_finite_latents(identity, bound):
    latents = identity.generate(2000, truncation=bound, seed=1)
    assert np.isfinite(latents).all() and np.abs(latents).max() <= bound


def test_labels(conditional):
    def classes(*args, **kwargs):
        return conditional.generate(*args, **kwargs).argmax(-1).tolist()

    assert classes(5) == [0, 1, 2, 0, 1]
    assert classes(3, labels=2) == [2, 2, 2]
    assert classes(3, labels=np.int64(1)) == [1, 1, 1]
    assert classes(4, labels=[0, 2, 2, 1], batch_size=3) == [0, 2, 2, 1]
    assert classes(2, labels=np.array([2, 0], "uint8")) == [2, 0]
    labels = keras.ops.convert_to_tensor([1, 2])
    assert classes(2, labels=labels) == [1, 2]


@pytest.mark.quickest
@pytest.mark.parametrize(
    "labels", [3, -1, [0, 1], [0, 1, 5], [0.0, 1.0, 2.0], [[0], [1], [2]]]
)
def test_bad_labels(conditional, labels):
    with pytest.raises(ValueError, match=r"`labels`.*\[0, 3\).*Received"):
        conditional.generate(3, labels=labels)


@pytest.mark.quickest
@pytest.mark.parametrize(
    "arguments",
    [
        {"num_images": 0}, {"num_images": -1}, {"num_images": 2.0},
        {"num_images": True}, {"num_images": 2, "batch_size": 0},
        {"num_images": 2, "truncation": 0.0},
        {"num_images": 2, "truncation": -1.0},
        {"num_images": 2, "truncation": float("nan")},
        {"num_images": 2, "truncation": "1"},
        {"num_images": 2, "labels": 1},
        {"num_images": 2, "seed": 1.5}, {"num_images": 2, "seed": -1},
    ],
    ids=str,
)  # fmt: skip
def test_bad_arguments(identity, arguments):
    name = list(arguments)[-1]
    with pytest.raises(ValueError, match=f"`{name}`.*Received: "):
        identity.generate(**arguments)


@pytest.mark.quickest
def test_average_is_what_is_drawn_from(make_gan):
    gan = make_gan()
    before = gan.generate(3, seed=1)
    for variable in gan.generator.trainable_weights:
        variable.assign(variable + 1.0)
    np.testing.assert_array_equal(gan.generate(3, seed=1), before)
    for variable in gan.ema_generator.weights:
        variable.assign(variable + 1.0)
    assert np.abs(gan.generate(3, seed=1) - before).max() > 0.1


class Sealed(keras.Model):
    """A network that Keras cannot make another of."""

    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def call(self, inputs):
        return self.layer(inputs)


@pytest.mark.quickest
def test_a_generator_that_cannot_be_copied():
    def build(**kwargs):
        sealed = Sealed(layers.Dense(4))
        discriminator = keras.Sequential([layers.Input((4,)), layers.Dense(1)])
        return GAN(sealed, discriminator, latent_dim=2, **kwargs)

    with pytest.raises(ValueError, match="(?s)Sealed.*`ema_momentum=None`"):
        build()
    assert build(ema_momentum=None).generate(2).shape == (2, 4)
