"""A second head for discriminators."""

import keras
import numpy as np
import pytest
from keras import layers
from portable import array, assert_close, assert_equal, corners, to_numpy

from keras_gan import networks
from keras_gan.layers import SpectralNormalization

SHAPE = (8, 8, 1)
BUILDERS = {
    "mlp": lambda: networks.mlp_discriminator(SHAPE, hidden=(8,), seed=1),
    "dcgan": lambda: networks.dcgan_discriminator(SHAPE, width=4, seed=1),
    "r3gan": lambda: networks.r3gan_discriminator(SHAPE, width=4, seed=1),
    "stylegan2": lambda: networks.stylegan2_discriminator(
        SHAPE, width=2, seed=1
    ),
    "sequential": lambda: keras.Sequential(
        [layers.Input(SHAPE), layers.Flatten(), layers.Dense(1)]
    ),
}


@pytest.fixture
def images():
    """Five images of 8 x 8 pixels."""
    rng = np.random.default_rng(0)
    return rng.uniform(-1, 1, (5, *SHAPE)).astype("float32")


@pytest.mark.parametrize("name", corners(BUILDERS, everywhere=2))
def test_logits_stay_and_classes_are_linear_in_the_features(name, images):
    discriminator = BUILDERS[name]()
    both = networks.with_classifier(discriminator, 3)
    logits, class_logits = both(images)
    assert_equal(logits, discriminator(images))
    head = both.get_layer("class_logits")
    last = discriminator.layers[-1]
    features = keras.Model(discriminator.inputs[0], last.input)(images)
    kernel, bias = (array(w) for w in head.weights)
    expected = to_numpy(features) @ kernel + bias
    assert_close(class_logits, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.quickest
@pytest.mark.parametrize("name", BUILDERS)
def test_weights_are_shared_and_two_more(name, images):
    discriminator = BUILDERS[name]()
    both = networks.with_classifier(discriminator, 3)
    shared = {id(w) for w in discriminator.weights}
    assert shared <= {id(w) for w in both.weights}
    assert len(both.weights) == len(shared) + 2
    discriminator.weights[0].assign(discriminator.weights[0] + 1.0)
    assert_equal(both(images)[0], discriminator(images))


@pytest.mark.quickest
def test_seed_determines_the_head():
    def head(seed):
        both = networks.with_classifier(BUILDERS["mlp"](), 3, seed=seed)
        return array(both.get_layer("class_logits").kernel)

    assert_equal(head(1), head(1))
    assert np.abs(head(1) - head(2)).max() > 0


@pytest.mark.quickest
@pytest.mark.parametrize(
    "kind", [SpectralNormalization, layers.SpectralNormalization]
)
def test_spectral_normalization_is_taken_over(images, kind):
    discriminator = keras.Sequential(
        [keras.Input(SHAPE), layers.Flatten(), kind(layers.Dense(1))]
    )
    both = networks.with_classifier(discriminator, 3)
    head = both.layers[-1]
    assert isinstance(head, SpectralNormalization)
    for _ in range(30):
        both(images, training=True)
    kernel = np.asarray(head.layer.kernel)
    features = np.reshape(images, (len(images), -1))
    largest = np.linalg.norm(kernel, ord=2)
    assert_close(
        both(images)[1], features @ kernel / largest, rtol=1e-2, atol=1e-3
    )


def test_outputs_are_float32_under_a_mixed_policy(images):
    keras.config.set_dtype_policy("mixed_bfloat16")
    both = networks.with_classifier(BUILDERS["dcgan"](), 3)
    dtypes = [keras.backend.standardize_dtype(x.dtype) for x in both(images)]
    assert dtypes == ["float32", "float32"]


@pytest.mark.quickest
@pytest.mark.parametrize(
    "discriminator, words",
    [
        (lambda: networks.mlp_discriminator((4,), num_classes=3), "2 inputs"),
        (lambda: networks.with_classifier(BUILDERS["mlp"](), 3), "2 outputs"),
        (lambda: networks.mlp_generator((4,)), "one that ends in <"),
        (lambda: keras.Sequential([layers.Dense(1)]), "know its input shape"),
    ],
)
def test_other_models_are_refused(discriminator, words):
    with pytest.raises(ValueError, match=f"`discriminator` must.*{words}"):
        networks.with_classifier(discriminator(), 3)


@pytest.mark.quickest
@pytest.mark.parametrize(
    "num_classes, error", [(1, ValueError), (2.5, TypeError)]
)
def test_bad_number_of_classes(num_classes, error):
    with pytest.raises(error, match="`num_classes`.*Received"):
        networks.with_classifier(BUILDERS["mlp"](), num_classes)
