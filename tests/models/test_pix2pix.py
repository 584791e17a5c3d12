"""`Pix2Pix`: translation of images, learned from pairs."""

import keras
import numpy as np
import pytest
from keras import layers, ops
from pair_models import (
    SHAPE,
    SOURCES,
    TARGETS,
    fit,
    judge,
    make,
    product_judge,
    translator,
    uniform,
)
from portable import assert_close, assert_equal, corners, pipeline, to_numpy

from keras_gan import Pix2Pix, losses, penalties
from keras_gan.layers import AdaptiveAugment, DiffAugment
from keras_gan.models import pairs

RATE = 0.1


def step(generator=None, discriminator=None, **options):
    """A model after one step of gradient descent, its logs and moves."""
    rates = {
        f"{role}_optimizer": keras.optimizers.SGD(RATE)
        for role in ("generator", "discriminator")
    }
    model = make(generator, discriminator, **rates, **options)
    networks = model.generator, model.discriminator
    before = [network.get_weights() for network in networks]
    logs = model.train_on_batch(SOURCES, TARGETS, return_dict=True)
    moves = [
        [new - old for new, old in zip(one.get_weights(), start, strict=True)]
        for one, start in zip(networks, before, strict=True)
    ]
    return model, {name: float(value) for name, value in logs.items()}, *moves


def gain(start):
    """A generator with one weight, the factor of its images."""
    factor = layers.Conv2D(
        1,
        1,
        use_bias=False,
        kernel_initializer=keras.initializers.Constant(start),
    )
    return keras.Sequential([keras.Input(SHAPE), factor])


# One step --------------------------------------------------------------------


def test_without_a_loss_it_descends_the_reconstruction_losses():
    def squares(targets, images):
        return 3.0 * ops.mean((targets - images) ** 2)

    _, logs, moves, others = step(
        gain(0.5), loss=None, reconstruction=[losses.PixelLoss(2.0), squares]
    )
    error = 0.5 * SOURCES - TARGETS
    assert logs == pytest.approx(
        {"pixel": 2 * np.abs(error).mean(), "squares": 3 * (error**2).mean()},
        rel=1e-5,
    )
    slope = 2 * np.sign(error) * SOURCES + 6 * error * SOURCES
    assert_close(moves[0].ravel(), [-RATE * slope.mean()], rtol=1e-4)
    assert not any(np.any(move) for move in others)


def test_a_conditional_discriminator_judges_pairs():
    # Its loss is linear in its weight, so that the move has a closed form.
    _, logs, _, (move,) = step(
        gain(0.5), product_judge(), loss="wasserstein", reconstruction=()
    )
    gap = (SOURCES * (0.5 * SOURCES - TARGETS)).mean()
    assert logs["d_loss"] == pytest.approx(gap, rel=1e-4)
    assert move == pytest.approx(-RATE * gap, rel=1e-4)


@pytest.mark.once
@pytest.mark.parametrize(
    ("source", "update"), [(SHAPE, "alternating"), (None, "simultaneous")]
)
def test_losses_of_the_generator_add_up(source, update):
    def moves(**options):
        _, logs, *both = step(
            None,
            judge(source=source),
            loss="least_squares",
            update=update,
            **options,
        )
        return logs, *both

    adversarial, *one = moves(reconstruction=())
    pixel, *other = moves(adversarial_weight=0.0)
    logs, *both = moves(adversarial_weight=0.25)
    assert "pixel" not in adversarial
    assert logs["pixel"] == pytest.approx(pixel["pixel"], rel=1e-5)
    assert logs["g_loss"] == pytest.approx(adversarial["g_loss"], rel=1e-5)
    for a, b, c in zip(one[0], other[0], both[0], strict=True):
        assert_close(c, 0.25 * a + b, rtol=1e-3, atol=1e-6)
        assert np.abs(a).max() > 0 and np.abs(b).max() > 0
    assert_close(both[1][0], one[1][0], rtol=1e-4, atol=1e-7)


@pytest.mark.once
def test_all_losses_and_penalties():
    model = make(
        loss="relativistic",
        penalties=[penalties.R1(0.1, every=2), penalties.GradientPenalty(1.0)],
        discriminator_steps=2,
    )
    logs = fit(model)
    assert np.isfinite(list(logs.values())).all()
    terms = "pixel", "r1", "gradient_penalty"
    assert set(logs) == {*Pix2Pix.log_names[:4], *terms}


def test_training_goes_on_with_a_loss():
    model = make(loss=None)
    assert set(fit(model)) == {"pixel"}
    generator = model.generator.get_weights()
    judged = model.discriminator.get_weights()
    model.compile(loss="hinge", run_eagerly=model.run_eagerly)
    for now, then in zip(model.generator.weights, generator, strict=True):
        assert_equal(now, then)
    assert "d_loss" in fit(model)
    assert np.abs(model.discriminator.get_weights()[0] - judged[0]).max() > 0
    # A `compile` that fails leaves everything as it was.
    with pytest.raises(ValueError, match="unknown"):
        model.compile(loss="unknown", reconstruction=())
    assert "pixel" in fit(model)


@pytest.mark.once
def test_learns_a_translation():
    # Each step of gradient descent leaves a third of the error.
    model = make(
        gain(0.0),
        judge(),
        generator_optimizer=keras.optimizers.SGD(1.0),
        reconstruction=[losses.PixelLoss(kind="l2")],
        adversarial_weight=0.01,
    )
    for _ in range(6):
        model.train_on_batch(SOURCES, -0.9 * SOURCES)
    found = float(to_numpy(model.generator.weights[0]).item())
    assert found == pytest.approx(-0.9, abs=0.03)


# Shapes ----------------------------------------------------------------------


@pytest.mark.quickest
@pytest.mark.parametrize(
    ("source", "target", "scale"),
    [
        ((4, 4, 4), (8, 8, 1), 2),  # Super-resolution, with a mask.
        ((None, None, 2), (None, None, 3), 1),
    ],
)
def test_other_sizes_and_channels(source, target, scale):
    generator = translator(source, target[-1], scale=scale)
    model = make(generator, judge(target), loss="hinge")
    small, large = (
        tuple(side or 8 for side in shape) for shape in (source, target)
    )
    logs = fit(model, uniform(0, small), uniform(1, large))
    assert np.isfinite(list(logs.values())).all()
    assert model.translate(uniform(0, small, 3)).shape == (3, *large)


@pytest.mark.once
def test_pairs_of_sizes_that_do_not_match():
    model = make(translator((None, None, 1)), judge((None, None, 1)))
    with pytest.raises(ValueError, match=r"Targets must.*\(6, 8, 1\)"):
        fit(model, SOURCES, TARGETS[:, :6])


@pytest.mark.once
def test_logits_of_any_shape():
    flat = keras.Sequential(
        [keras.Input(SHAPE), layers.Flatten(), layers.Dense(3)]
    )
    logs = fit(make(None, flat))
    assert np.isfinite(list(logs.values())).all()


# Augmentation ----------------------------------------------------------------


@keras.saving.register_keras_serializable(package="tests")
class Signs(layers.Layer):
    """Changes the sign of half of the images."""

    def __init__(self, seed=1, **kwargs):
        super().__init__(**kwargs)
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, images, training=True):
        shape = (ops.shape(images)[0], 1, 1, 1)
        drawn = keras.random.uniform(shape, seed=self.seed_generator)
        return images * ops.where(drawn < 0.5, -1.0, 1.0)


def test_source_and_image_get_the_same_transformation():
    # The discriminator sees their product: no common sign can be noticed.
    plain, signed = (
        step(
            gain(0.5),
            product_judge(),
            loss="wasserstein",
            augmenter=augmenter,
        )
        for augmenter in (None, Signs())
    )
    assert signed[1] == pytest.approx(plain[1], rel=1e-4)
    for a, b in zip(signed[2] + signed[3], plain[2] + plain[3], strict=True):
        assert_close(a, b, rtol=1e-3)


@pytest.mark.quickest
def test_the_same_transformation_at_other_channels():
    layer = DiffAugment("translation,cutout", seed=1)
    model = make(augmenter=None)
    source = np.repeat(SOURCES, 3, axis=-1)
    moved, images = (
        to_numpy(one)
        for one in pairs.augmented(
            layer,
            model.seed_generator,
            ops.convert_to_tensor(source),
            ops.convert_to_tensor(SOURCES),
        )
    )
    assert_equal(moved, np.repeat(images, 3, axis=-1))
    assert np.abs(images - SOURCES).max() > 0
    # Each image gets its own.
    holes = (images == 0).reshape(8, -1)
    assert len(np.unique(holes, axis=0)) > 1


class Unrepeatable(Signs):
    """Draws what Keras knows nothing of."""

    random = np.random.default_rng(0)

    def call(self, images, training=True):
        shift = self.random.uniform()
        return images + ops.cast(shift, images.dtype)


@pytest.mark.once
@pytest.mark.parametrize(
    ("augmenter", "source", "message"),
    [
        (Unrepeatable, (8, 8, 1), "cannot be repeated"),
        (Signs, (4, 4, 1), "must have the same size"),
    ],
)
def test_augmenters_that_a_pair_cannot_have(augmenter, source, message):
    inputs = [keras.Input(source), keras.Input(SHAPE)]
    flat = layers.Concatenate()([layers.Flatten()(one) for one in inputs])
    discriminator = keras.Model(inputs, layers.Dense(1)(flat))
    generator = translator(source, scale=8 // source[0])
    with pytest.raises(ValueError, match=message):
        make(generator, discriminator, augmenter=augmenter())


# Translation and evaluation --------------------------------------------------


@pytest.mark.quickest
def test_dropout_is_for_training_only():
    model = make(translator(dropout=0.5))
    images = model.translate(SOURCES)
    assert_equal(model.translate(SOURCES), images)
    assert_close(model.generator(SOURCES, training=False), images, atol=1e-6)
    noisy = to_numpy(model.generator(SOURCES, training=True))
    assert np.abs(noisy - images).max() > 1e-3
    assert model.evaluate(SOURCES, TARGETS, verbose=0) == model.evaluate(
        SOURCES, TARGETS, verbose=0
    )


@pytest.mark.quickest
def test_the_average_translates():
    model = make(ema_momentum=0.75)
    start = model.generator.get_weights()
    fit(model, batch_size=8)
    averages = model.ema_generator.get_weights()
    for mean, old, new in zip(
        averages, start, model.generator.get_weights(), strict=True
    ):
        assert_close(mean, 0.75 * old + 0.25 * new, atol=1e-6)
    wanted = to_numpy(model.ema_generator(SOURCES))
    found = model(SOURCES), model.predict(SOURCES, verbose=0)
    for images in (*found, model.translate(SOURCES, batch_size=3)):
        assert_close(images, wanted, atol=1e-6)
    assert np.abs(to_numpy(model.generator(SOURCES)) - wanted).max() > 1e-5


@keras.saving.register_keras_serializable(package="tests")
class Error(keras.metrics.Mean):
    """Mean absolute error of the translations."""

    def update_state(self, real, fake):
        super().update_state(ops.abs(real - fake))


@pytest.mark.quickest
def test_metrics_compare_translations_with_targets():
    model = make(ema_momentum=0.5, metrics=[Error(name="error")])
    data = (SOURCES[::-1], TARGETS)
    logs = fit(model, validation_data=data)
    found = np.abs(model.translate(SOURCES[::-1]) - TARGETS).mean()
    assert logs["val_error"] == pytest.approx([found], rel=1e-5)
    assert "val_pixel" in logs and "val_d_loss" in logs
    alone = make(loss=None, ema_momentum=None, metrics=[Error(name="error")])
    values = alone.evaluate(*data, verbose=0, return_dict=True)
    assert values["pixel"] == pytest.approx(100 * values["error"], rel=1e-5)


@pytest.mark.once
def test_data_sets_of_pairs():
    model, twin = make(), make()
    logs = model.fit(pipeline((SOURCES, TARGETS), 4), verbose=0).history
    assert logs == fit(twin)
    twin.evaluate((SOURCES, TARGETS), verbose=0)


# Saving ----------------------------------------------------------------------


def everything():
    """Options that have a state of their own."""
    return {
        "augmenter": AdaptiveAugment(
            ["contrast"], interval=1, speed=1.0, seed=8
        ),
        "penalties": [penalties.LeCam()],
        "discriminator_steps": 2,
        "ema_momentum": 0.9,
        "adversarial_weight": 0.5,
        "reconstruction": [
            losses.PixelLoss(10.0),
            losses.PerceptualLoss(features()),
        ],
    }


def features():
    """A network that is not trained; its config does not fix its weights."""
    images = keras.Input(SHAPE, name="images")
    maps = layers.Conv2D(2, 3, name="maps")(images)
    network = keras.Model(images, maps, name="features")
    network.set_weights([uniform(4, (3, 1, 2), 3), np.zeros(2)])
    return network


@pytest.mark.parametrize(
    ("options", "policy"),
    corners(
        [
            (everything, "float32"),
            (lambda: {"loss": None}, "mixed_bfloat16"),
        ]
    ),
)
def test_saved_and_continued_equals_unbroken(
    options, policy, same_state, tmp_path
):
    keras.config.set_dtype_policy(policy)
    unbroken, broken = (
        make(translator(dropout=0.5), **one) for one in (options(), options())
    )
    fit(unbroken, batch_size=8, epochs=2)
    fit(broken, batch_size=8)
    broken.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    fit(loaded, batch_size=8, initial_epoch=1, epochs=2)
    same_state(unbroken, loaded)
    configs = [one.get_compile_config() for one in (unbroken, loaded)]
    terms = [config.pop("reconstruction") for config in configs]
    assert configs[0] == configs[1]
    names = [[one["class_name"] for one in some] for some in terms]
    assert names[0] == names[1] and names[0][0] == "PixelLoss"
    assert_equal(loaded.translate(SOURCES), unbroken.translate(SOURCES))


@pytest.mark.once
def test_config():
    model = make(seed=5, ema_momentum=0.5)
    loaded = Pix2Pix.from_config(model.get_config())
    assert (loaded.seed, loaded.ema_momentum) == (5, 0.5)
    assert loaded.is_conditional and loaded.source_shape == SHAPE
    assert len(loaded.weights) == len(model.weights)


# Errors ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def ready():
    return make()


@pytest.mark.once
@pytest.mark.parametrize(
    ("data", "message"),
    [
        ((SOURCES,), "pairs of a source and a target.*1 part"),
        ((SOURCES, TARGETS[:6]), "8 sources and 6 targets"),
        ((SOURCES[:, :6], TARGETS), "generator's inputs.*8, 6, 8, 1"),
        ((SOURCES, TARGETS[:, :6]), "generated images.*8, 6, 8, 1"),
        ((SOURCES[..., 0], TARGETS), "Add the channel axis"),
        ((127 * SOURCES, TARGETS), r"\[-1, 1\].*Received: values from"),
        ((SOURCES, np.full_like(TARGETS, np.nan)), "finite"),
    ],
)
def test_bad_data(ready, data, message):
    for method in (ready.fit, ready.evaluate, ready.train_on_batch):
        with pytest.raises(ValueError, match=message):
            method(*data)


@pytest.mark.once
@pytest.mark.parametrize(
    ("sources", "targets", "message"),
    [(3, 1, "sources with values"), (1, 3, "targets with values")],
)
def test_data_sets_out_of_range(ready, sources, targets, message):
    data = pipeline((sources * SOURCES, targets * TARGETS), 4)
    with pytest.raises(ValueError, match=message):
        ready.evaluate(data, verbose=0)


@pytest.mark.once
def test_data_sets_without_targets(ready):
    with pytest.raises(ValueError, match="pairs of a source and a target"):
        ready.evaluate(pipeline(SOURCES, 4), verbose=0)


@pytest.mark.once
@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"optimizer": "adam"}, TypeError, "an optimizer each"),
        ({"adversarial_weight": -1.0}, ValueError, "`adversarial_weight`"),
        ({"reconstruction": "l1"}, ValueError, "'l1'.*PixelLoss"),
        (
            {"reconstruction": [losses.PixelLoss()] * 2},
            ValueError,
            "different names",
        ),
        ({"loss": None, "reconstruction": ()}, ValueError, "at least one"),
        ({"loss": None, "penalties": ["r1"]}, ValueError, "`penalties` must"),
        ({"loss": None, "update": "both"}, ValueError, "`update`"),
        ({"update": "both"}, ValueError, "`update`"),
    ],
)
def test_bad_arguments_of_compile(ready, options, error, message):
    with pytest.raises(error, match=message):
        ready.compile(**options)


@pytest.mark.once
def test_no_loss_has_no_penalties(ready):
    ready.compile(loss=None, penalties="auto")
    assert ready.players[0].penalties == ()


@pytest.mark.once
def test_reconstruction_losses_must_be_scalars():
    model = make(reconstruction=lambda real, fake: ops.abs(real - fake))
    with pytest.raises(ValueError, match="scalars.*<lambda>.*shape"):
        fit(model)


def several_inputs():
    inputs = [keras.Input(SHAPE) for _ in range(3)]
    return keras.Model(inputs, layers.Add()(inputs))


@pytest.mark.once
@pytest.mark.parametrize(
    ("networks", "message"),
    [
        (lambda: (several_inputs(), judge()), "`generator` must.*3 inputs"),
        (
            lambda: (keras.Sequential([layers.Conv2D(1, 1)]), judge()),
            "no known inputs",
        ),
        (
            lambda: (_flat(), judge()),
            "as many axes as its inputs",
        ),
        (lambda: (translator(), several_inputs()), "3 inputs"),
        (lambda: (translator(), judge((8, 8, 3))), "must take the images"),
        (
            lambda: (translator(), judge(source=(8, 8, 3))),
            r"`\[sources, images\]`.*\(None, 8, 8, 3\)",
        ),
    ],
)
def test_networks_that_do_not_match(networks, message):
    with pytest.raises(ValueError, match=message):
        Pix2Pix(*networks())


def _flat():
    return keras.Sequential([keras.Input(SHAPE), layers.Flatten()])


@pytest.mark.once
def test_a_sigmoid_is_warned_of():
    sigmoid = keras.Sequential([judge(), layers.Activation("sigmoid")])
    with pytest.warns(UserWarning, match="ends in a sigmoid"):
        Pix2Pix(translator(), sigmoid)
