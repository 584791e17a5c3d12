"""What networks and data a `CoupledGAN` takes, and what it says of others."""

import keras
import numpy as np
import pytest
from coupled_models import FIRST, LATENTS, SECOND, SHAPE, coupled, fit, make
from keras import layers
from portable import QUICK_STEPS, assert_equal, corners

from keras_gan import CoupledGAN, networks

# Networks of one's own -------------------------------------------------------


def separate():
    """Models with inputs of their own that share a trunk, also a model."""
    trunk = keras.Sequential(
        [keras.Input((3,)), layers.Dense(5), layers.BatchNormalization()]
    )
    end = keras.Sequential([keras.Input((4,)), layers.Dense(1)])
    generators, discriminators = [], []
    for _ in range(2):
        latents, images = keras.Input((3,)), keras.Input(SHAPE)
        drawn = layers.Reshape(SHAPE)(layers.Dense(64)(trunk(latents)))
        generators.append(keras.Model(latents, drawn))
        logits = end(layers.Dense(4)(layers.Flatten()(images)))
        discriminators.append(keras.Model(images, logits))
    return generators, discriminators


def sequential():
    """Sequential models that share layers."""
    trunk = [layers.Dense(5), layers.BatchNormalization()]
    end = [layers.LeakyReLU(), layers.Dense(1)]
    generators, discriminators = (
        [keras.Sequential([keras.Input(shape), *between()]) for _ in range(2)]
        for shape, between in (
            ((3,), lambda: [*trunk, layers.Dense(64), layers.Reshape(SHAPE)]),
            (SHAPE, lambda: [layers.Flatten(), layers.Dense(4), *end]),
        )
    )
    return generators, discriminators


def joint():
    """One model of both domains on each side."""
    latents = keras.Input((3,))
    features = layers.BatchNormalization()(layers.Dense(5)(latents))
    drawn = [layers.Reshape(SHAPE)(layers.Dense(64)(features)) for _ in "ab"]
    images, end = [keras.Input(SHAPE) for _ in "ab"], layers.Dense(1)
    logits = [end(layers.Dense(4)(layers.Flatten()(x))) for x in images]
    return keras.Model(latents, drawn), keras.Model(images, logits)


@pytest.mark.parametrize("build", corners([separate, sequential, joint]))
def test_networks_of_ones_own(build, same_state, tmp_path):
    gan = make(build(), loss="hinge")
    fit(gan)
    gan.save(tmp_path / "gan.keras")
    loaded = keras.saving.load_model(tmp_path / "gan.keras")
    same_state(gan, loaded)
    for one in (gan, loaded):
        # Two for the trunk, four of its normalization, two for each end.
        assert len(one.generator.weights) == 2 + 4 + 2 * 2
        assert len(one.ema_generator.weights) == 10
        assert len(one.discriminator.weights) == 2 + 2 * 2
        fit(one)
    same_state(gan, loaded)
    for a, b in zip(gan.generate(3), loaded.generate(3), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.quickest
@pytest.mark.parametrize("built", ["mlp", "shared inputs"])
def test_networks_that_share_nothing(built, same_state, tmp_path):
    generators, discriminators = zip(
        *(
            networks.mlp(SHAPE, latent_dim=3, hidden=(4,), seed=seed)
            for seed in range(2)
        ),
        strict=True,
    )
    if built == "shared inputs":
        latents = keras.Input((3,))
        generators = [
            keras.Model(latents, one(latents), name=one.name)
            for one in generators
        ]
    gan = make((generators, discriminators), loss="hinge", **QUICK_STEPS)
    alone = [one(LATENTS, training=False) for one in generators]
    assert_equal(gan.generator(LATENTS, training=False), alone)
    fit(gan)
    counts = [
        sum(len(m.weights) for m in p) for p in (generators, discriminators)
    ]
    found = [len(gan.generator.weights), len(gan.discriminator.weights)]
    assert found == counts and len(gan.ema_generator.weights) == counts[0]
    gan.save(tmp_path / "gan.keras")
    loaded = keras.saving.load_model(tmp_path / "gan.keras")
    for one in (gan, loaded):
        fit(one)
    same_state(gan, loaded)


@pytest.mark.quickest
def test_one_discriminator_for_both_domains():
    generators, (first, _) = coupled()
    gan = make((generators, (first, first)), loss="hinge")
    assert len(gan.discriminator.weights) == len(first.weights)
    assert np.isfinite(list(fit(gan).values())).all()


@pytest.mark.quickest
def test_a_sigmoid_is_warned_of():
    generators, discriminators = coupled()
    last = discriminators[0]
    logits = layers.Activation("sigmoid")(last.output)
    last = keras.Model(last.input, logits)
    with pytest.warns(UserWarning, match="ends in a sigmoid"):
        CoupledGAN(generators, (last, discriminators[1]))


def _named(*names):
    """Generators that share their first layer."""
    models, shared = [], layers.Dense(4)
    for name in names:
        latents = keras.Input((3,))
        x = layers.Dense(64, name=name)(shared(latents))
        models.append(keras.Model(latents, layers.Reshape(SHAPE)(x)))
    return models


def _two_inputs():
    latents = [keras.Input((3,)) for _ in "ab"]
    images = [layers.Reshape(SHAPE)(layers.Dense(64)(x)) for x in latents]
    return keras.Model(latents, images)


def _mixed(outputs):
    images = [keras.Input(SHAPE) for _ in "ab"]
    x = layers.Flatten()(layers.Add()(images))
    return keras.Model(images, [layers.Dense(1)(x) for _ in range(outputs)])


BAD_NETWORKS = {
    "latents": lambda g, d: (
        (g[0], coupled(latent_dim=4)[0][1]),
        d,
        r"same latents.*\(None, 3\) and \(None, 4\)",
    ),
    "names": lambda g, d: (
        _named("dense_of_mine", "dense_of_mine"),
        d,
        "`generators` must be .* different names.*dense_of_mine. Rename",
    ),
    "channels": lambda g, d: (
        g,
        coupled((8, 8, 3))[1],
        r"generator of images of shape \(8, 8, 1\).*\(8, 8, 3\)",
    ),
    "no pair": lambda g, d: (g[0], d, "`generators` must be .*pair"),
    "three": lambda g, d: (g, (*d, d[0]), "`discriminators` must be a pair"),
    "none": lambda g, d: (g, None, "`discriminators` .*Received: None"),
    "not built": lambda g, d: (
        (g[0], keras.Sequential([layers.Dense(2)])),
        d,
        "`generators` must be a pair of models with known inputs",
    ),
    "two inputs": lambda g, d: (
        _two_inputs(),
        d,
        "with 2 inputs and 2 outputs, where 1 input",
    ),
    "inputs in a pair": lambda g, d: (
        (g[0], _two_inputs()),
        d,
        "with 2 inputs and 2 outputs, where 1 input",
    ),
    "one output": lambda g, d: (g, _mixed(1), "2 inputs and 1 output"),
    "crossed": lambda g, d: (g, _mixed(2), "input of its own domain"),
}


@pytest.mark.quickest
@pytest.mark.parametrize("case", BAD_NETWORKS)
def test_networks_that_do_not_fit(case):
    *parts, message = BAD_NETWORKS[case](*coupled())
    with pytest.raises(ValueError, match=message):
        CoupledGAN(*parts)


# Data ------------------------------------------------------------------------


BAD_DATA = {
    "one domain": ((FIRST,), "two domains.*1 part"),
    "three domains": (((FIRST,) * 3,), "two domains.*3 part"),
    "lengths": ((FIRST, SECOND[:8]), "16 and 8 images.*datasets.domains"),
    "range": ((FIRST, 127 * SECOND), r"must be in \[-1, 1\]"),
    "not finite": ((FIRST * np.nan, SECOND), "must be finite"),
    "shape": ((FIRST, SECOND[:, :4]), r"\(batch, 8, 8, 1\).*\(16, 4, 8, 1\)"),
    "no channels": ((FIRST, SECOND[..., 0]), r"images\[..., None\]"),
}


@pytest.fixture(scope="module")
def plain():
    """A compiled model that nobody trains."""
    return make(loss="hinge")


@pytest.mark.quickest
@pytest.mark.parametrize("case", BAD_DATA)
def test_bad_data_is_refused_before_training(plain, case):
    data, message = BAD_DATA[case]
    before = plain.get_weights()
    with pytest.raises(ValueError, match=message):
        plain.fit(*data, batch_size=8, verbose=0)
    with pytest.raises(ValueError, match=message):
        plain.evaluate(*data, batch_size=8, verbose=0)
    for old, new in zip(before, plain.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


@pytest.mark.parametrize("domain", [0, 1])
def test_images_of_a_data_set_out_of_range_are_found(domain):
    def batches():
        pair = [FIRST[:8], SECOND[:8]]
        pair[domain] = 100 * pair[domain]
        while True:
            yield tuple(pair)

    with pytest.raises(ValueError, match=r"must be in \[-1, 1\]"):
        make(loss="hinge").fit(batches(), steps_per_epoch=1, verbose=0)


@pytest.mark.quickest
def test_batches_that_cannot_be_cut():
    gan = make(loss="hinge", discriminator_steps=3)
    for data in ((FIRST, SECOND), ((FIRST, SECOND), None)):
        with pytest.raises(ValueError, match="discriminator_steps=3"):
            fit(gan, *data)


@pytest.mark.quickest
def test_generators_and_discriminators_are_not_swapped():
    generators, discriminators = networks.coupled((8, 8, 1), width=2)
    with pytest.raises(ValueError, match="Pass the generators first"):
        CoupledGAN(discriminators, generators)
