"""Discriminators whose last direction has a loss of its own."""

import keras
import numpy as np
import pytest
from keras import ops
from portable import (
    QUICK_STEPS,
    array,
    assert_close,
    corners,
    gradients,
    variable_gradients,
)

import keras_gan
from keras_gan import losses, networks
from keras_gan.layers import EqualizedDense, SANHead
from keras_gan.penalties import SANDirection, Scores

SHAPE = (8, 8, 1)
RNG = np.random.default_rng(3)
REAL, FAKE = RNG.normal(size=(2, 6, 4)).astype("float32")
LOSSES = ["hinge", "non_saturating", "relativistic"]


@pytest.fixture
def head():
    head = SANHead(seed=2)
    head.build((None, 4))
    head.scale.assign([[1.5]])
    head.bias.assign([[0.25]])
    return head


def unit_of(head):
    direction = array(head.direction)[0]
    return direction / np.linalg.norm(direction)


@pytest.mark.parametrize("name", corners(LOSSES))
def test_features_learn_from_the_loss_and_the_direction_from_means(name, head):
    loss = losses.get(name)

    def of_step(real, fake):
        scores = Scores(head, real, fake)
        adversarial = loss.discriminator_loss(
            scores.real.logits, scores.fake.logits
        )
        return adversarial + SANDirection().penalize(scores)

    def ordinary(real, fake):
        unit = ops.convert_to_tensor(unit_of(head))
        scores = [
            1.5 * ops.sum(x * unit, axis=-1, keepdims=True) + 0.25
            for x in (real, fake)
        ]
        return loss.discriminator_loss(*scores)

    found = gradients(of_step, REAL, FAKE)
    for one, other in zip(found, gradients(ordinary, REAL, FAKE), strict=True):
        assert_close(one, other, rtol=1e-5, atol=1e-6)
    # The derivative of <m, w / |w|> is the part of m across w, over |w|.
    unit, means = unit_of(head), FAKE.mean(0) - REAL.mean(0)
    across = means - (means @ unit) * unit
    expected = across / np.linalg.norm(array(head.direction))
    found = variable_gradients(lambda: of_step(REAL, FAKE), [head.direction])
    assert_close(found[0][0], expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", corners(LOSSES))
def test_the_step_of_the_generator_is_the_ordinary_one(name):
    ordinary = networks.mlp_discriminator(SHAPE, hidden=(8,), seed=1)
    san = networks.with_san_head(ordinary)
    real, fake = RNG.uniform(-1, 1, (2, 5, *SHAPE)).astype("float32")
    loss = losses.get(name)

    def of(network):
        def value(images):
            scores = Scores(network, real, images)
            return loss.generator_loss(scores.real.logits, scores.fake.logits)

        return gradients(value, fake)[0]

    assert_close(of(san), of(ordinary), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(
    "build",
    [
        lambda: networks.mlp_discriminator(SHAPE, hidden=(8,), seed=1),
        lambda: networks.r3gan_discriminator(SHAPE, width=2, seed=1),
        lambda: networks.compact_discriminator(
            SHAPE, width=2, num_classes=3, seed=1
        ),
        lambda: networks.dcgan_discriminator(
            SHAPE, width=2, num_classes=3, seed=1
        ),
        lambda: networks.sngan_discriminator(
            SHAPE, width=2, num_classes=3, seed=1
        ),
        lambda: networks.sagan_discriminator(SHAPE, width=2, seed=1),
        lambda: networks.biggan_discriminator(
            SHAPE, width=1, num_classes=3, seed=1
        ),
        lambda: networks.stylegan2_discriminator(SHAPE, width=2, seed=1),
        lambda: networks.progressive_discriminator(SHAPE, width=2, seed=1),
        lambda: keras.Sequential(
            [keras.Input(SHAPE), keras.layers.Flatten(), keras.layers.Dense(1)]
        ),
        lambda: keras.Sequential(
            [
                keras.Input(SHAPE),
                keras.layers.Flatten(),
                EqualizedDense(
                    1,
                    gain=2.0,
                    learning_rate_multiplier=0.1,
                    bias_initializer="ones",
                ),
            ]
        ),
    ],
)
@pytest.mark.quickest
def test_logits_stay_until_training(build):
    discriminator = build()
    inputs = [RNG.uniform(-1, 1, (5, *SHAPE)).astype("float32")]
    if len(discriminator.inputs) == 2:
        inputs.append(np.array([0, 1, 2, 0, 1]))
    inputs = inputs if len(inputs) == 2 else inputs[0]
    logits, directions = networks.with_san_head(discriminator)(inputs)
    assert_close(logits, discriminator(inputs), rtol=1e-4, atol=1e-5)
    assert directions.shape == (5, 1)


@pytest.mark.parametrize("num_classes", corners([3, None]))
def test_trains_and_comes_back(num_classes, tmp_path):
    generator, discriminator = networks.mlp(
        SHAPE, latent_dim=4, hidden=(8,), num_classes=num_classes, seed=1
    )
    san = networks.with_san_head(discriminator)
    gan = keras_gan.GAN(generator, san, num_classes=num_classes, seed=1)
    gan.compile(**QUICK_STEPS)
    assert [one.name for one in gan.penalties] == ["r1", "r2", "san_direction"]
    images = RNG.uniform(-1, 1, (8, *SHAPE)).astype("float32")
    labels = None if num_classes is None else np.arange(8) % 3
    before = array(san.get_layer("san_head").direction)
    logs = gan.train_on_batch(images, labels, return_dict=True)
    assert np.isfinite(list(logs.values())).all()
    direction = array(san.get_layer("san_head").direction)
    assert np.all(np.any(direction != before, axis=1))
    assert_close(np.linalg.norm(direction, axis=1), 1.0, rtol=1e-5)
    gan.save(tmp_path / "gan.keras")
    again = keras.saving.load_model(tmp_path / "gan.keras")
    assert [one.name for one in again.penalties] == [
        one.name for one in gan.penalties
    ]
    assert_close(again.discriminator.get_layer("san_head").direction, direction)


@pytest.mark.quickest
@pytest.mark.parametrize("num_classes", [None, 3])
def test_layer(num_classes):
    head = SANHead(num_classes, use_bias=False, seed=1, name="head")
    again = SANHead.from_config(head.get_config())
    assert again.get_config() == head.get_config()
    features, labels = np.ones((4, 5), "float32"), np.array([0, 1, 2, 2])
    inputs = features if num_classes is None else [features, labels]
    for one, other in zip(head(inputs), again(inputs), strict=True):
        assert_close(one, other)
        assert one.shape == (4, 1)


@pytest.mark.quickest
@pytest.mark.parametrize(
    "wrong",
    [
        lambda: keras.Sequential([keras.layers.Dense(1)]),
        lambda: keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)]),
        lambda: keras.Sequential(
            [keras.Input((4,)), keras.layers.Dense(1, activation="sigmoid")]
        ),
        lambda: networks.with_classifier(networks.mlp_discriminator(SHAPE), 3),
        lambda: networks.ladagan_discriminator(SHAPE, width=4),
        lambda: networks.ladagan_discriminator(SHAPE, width=4, num_classes=3),
        lambda: networks.stylegan2_discriminator(SHAPE, width=2, num_classes=3),
        lambda: networks.progressive_discriminator(
            SHAPE, width=2, num_classes=3
        ),
    ],
)
def test_other_discriminators_are_refused(wrong):
    with pytest.raises(
        ValueError, match="must be a functional or seq.*Received: one w.*Take"
    ):
        networks.with_san_head(wrong())


@pytest.mark.quickest
def test_a_bound_of_the_last_layer_is_not_lost_silently():
    discriminator = networks.mlp_discriminator(
        SHAPE, kernel_constraint=keras_gan.layers.WeightClip(0.01)
    )
    with pytest.raises(ValueError, match="must have no `kernel_constraint`"):
        networks.with_san_head(discriminator)
