"""`StarGAN`: changes attributes of images."""

import keras
import numpy as np
import pytest
from keras import ops
from portable import (
    array,
    assert_close,
    assert_equal,
    tensor,
    variable_gradients,
)
from unpaired_models import (
    ATTRIBUTES,
    COUNT,
    FIRST,
    SHAPE,
    editor,
    fit,
    generator,
    judge,
    make_star,
)

from keras_gan import StarGAN, penalties
from keras_gan.models import attributes as attribute_data

LABELS = np.arange(16) % COUNT


class Reversed(StarGAN):
    """The target attributes are those of the batch from its end."""

    def target_attributes(self, batch, seed):
        return ops.flip(batch.labels, axis=0)


# Losses ----------------------------------------------------------------------


def cross_entropy(logits, rows, exclusive):
    """Of attribute logits, as it is in textbooks."""
    logits = array(logits).astype("float64")
    if exclusive:
        shares = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
        return -(rows * np.log(shares)).sum(-1).mean()
    chance = 1 / (1 + np.exp(-logits))
    right = rows * np.log(chance) + (1 - rows) * np.log(1 - chance)
    return -right.sum(-1).mean()


@pytest.mark.quickest
@pytest.mark.parametrize("exclusive", [False, True])
def test_losses_are_those_of_the_paper(exclusive):
    parts = make, tell = editor(), judge()
    given = LABELS if exclusive else ATTRIBUTES
    own = np.eye(COUNT)[LABELS] if exclusive else ATTRIBUTES
    own = own.astype("float32")
    edited = make([FIRST, own[::-1]])
    back = make([array(edited), own])
    real, fake = tell(FIRST), tell(edited)
    found = array(real[1])
    right = found.argmax(-1) == own.argmax(-1)
    wanted = {
        "d_loss": array(fake[0]).mean() - array(real[0]).mean(),
        "g_loss": -array(fake[0]).mean(),
        "d_class_loss": cross_entropy(real[1], own, exclusive),
        "g_class_loss": cross_entropy(fake[1], own[::-1], exclusive),
        "d_class_accuracy": (
            right if exclusive else (found > 0) == (own > 0.5)
        ).mean(),
        "cycle_loss": np.abs(array(back) - FIRST).mean(),
    }
    model = make_star(parts, cls=Reversed, exclusive=exclusive)
    logs = model.evaluate(FIRST, given, verbose=0, return_dict=True)
    for name, value in wanted.items():
        assert logs[name] == pytest.approx(float(value), rel=1e-4, abs=1e-6)
    assert type(model.penalties[0]) is penalties.GradientPenalty
    assert not make_star(loss="non_saturating").penalties


def test_one_step_follows_the_gradients_of_the_paper():
    parts = make, tell = editor(), judge()
    images, own = (tensor(one[:8], "float32") for one in (FIRST, ATTRIBUTES))
    wanted = ops.flip(own, axis=0)

    def judging():
        (real, found), (fake, _) = tell(images), tell(make([images, wanted]))
        adversarial = ops.mean(ops.softplus(-real) + ops.softplus(fake))
        return adversarial + 0.5 * entropy(found, own)

    def making():
        edited = make([images, wanted])
        fake, found = tell(edited)
        cycle = ops.mean(ops.abs(make([edited, own]) - images))
        fooling = ops.mean(ops.softplus(-fake))
        return fooling + 0.5 * entropy(found, wanted) + 10.0 * cycle

    def entropy(logits, rows):
        losses = ops.softplus(logits) - rows * logits
        return ops.mean(ops.sum(losses, axis=-1))

    slopes = [
        slope
        for loss, network in ((making, make), (judging, tell))
        for slope in variable_gradients(loss, network.trainable_variables)
    ]
    before = [array(v) for one in parts for v in one.weights]
    rates = [keras.optimizers.SGD(0.1) for _ in "gd"]
    model = make_star(
        parts, cls=Reversed, generator_optimizer=rates[0],
        discriminator_optimizer=rates[1], loss="non_saturating",
        update="simultaneous", classification_weight=0.5,
    )  # fmt: skip
    model.train_on_batch(FIRST[:8], ATTRIBUTES[:8])
    after = [array(v) for one in parts for v in one.weights]
    for old, new, slope in zip(before, after, slopes, strict=True):
        assert_close(new - old, -0.1 * slope, rtol=1e-3, atol=1e-5)
        assert np.abs(new - old).max() > 1e-6


@pytest.mark.quickest
def test_targets_are_the_attributes_in_another_order():
    model = make_star()
    batch = model.unpack((tensor(FIRST), tensor(ATTRIBUTES)))
    orders = [
        array(model.target_attributes(batch, model.seed_generator))
        for _ in range(2)
    ]
    for one in orders:
        assert sorted(one.tolist()) == sorted(ATTRIBUTES.tolist())
        assert np.abs(one - ATTRIBUTES).max() == 1
    assert np.abs(orders[0] - orders[1]).max() == 1


# Of hundreds of steps: a graph is quicker.
@pytest.mark.once
def test_it_learns_an_attribute():
    # The attribute is the brightness of the image.
    bright = np.arange(32) % 2
    images = np.where(bright, 0.7, -0.7)[:, None, None, None]
    images = images + np.random.default_rng(0).uniform(-0.2, 0.2, (32, *SHAPE))
    rows = np.stack([bright, 1 - bright, np.arange(32) // 2 % 2], 1)
    model = make_star(
        generator_optimizer=keras.optimizers.Adam(0.02, beta_1=0.5),
        discriminator_optimizer=keras.optimizers.Adam(0.02, beta_1=0.5),
        loss="non_saturating",
        cycle_weight=1.0,
        ema_momentum=None,
        run_eagerly=False,
    )
    fit(model, images.astype("float32"), rows, epochs=40)
    darker, brighter = (
        model.translate(images, [one, 1 - one, np.nan]).mean((1, 2, 3))
        for one in (0, 1)
    )
    assert (brighter - darker).min() > 0.5
    found = model.read_attributes(images)[:, 0]
    assert ((found > 0.5) == bright).mean() > 0.9


@pytest.mark.quickest
def test_discriminator_steps():
    model = StarGAN(editor(), judge())
    model.compile()
    assert model.discriminator_steps == 5
    with pytest.raises(ValueError, match="must divide the size.*=5.*8 images"):
        fit(model, FIRST, ATTRIBUTES)


# Use -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def model():
    return StarGAN(editor(), judge(), seed=1)


@pytest.mark.quickest
def test_translates_to_attributes(model):
    rows = np.tile([1, 0, 1], (16, 1))
    wanted = array(model.sampler([FIRST, rows.astype("float32")]))
    for given in ([1, 0, 1], rows):
        found = model.translate(FIRST, given, batch_size=5)
        assert found.dtype == np.float32
        assert_close(found, wanted, atol=1e-6)


@pytest.mark.quickest
def test_strength_goes_from_the_own_attributes_to_the_wanted(model):
    own = np.array([0.0, 0.0, 1.0])
    for strength, row in ((0.0, own), (0.5, [0.5, 0, 1]), (2.0, [2, 0, 1])):
        found = model.translate(FIRST, [1, 0, 1], strength, source=own)
        rows = np.tile(np.float32(row), (16, 1))
        wanted = model.sampler([FIRST, rows])
        assert_close(found, wanted, atol=1e-6)
    # Not given, they are what the discriminator sees.
    seen = 1 / (1 + np.exp(-array(judge()(FIRST)[1])))
    assert_close(model.read_attributes(FIRST), seen, atol=1e-6)
    found = model.translate(FIRST, [1, np.nan, np.nan])
    seen[:, 0] = 1.0
    assert_close(found, model.sampler([FIRST, seen]), atol=1e-6)


@pytest.mark.quickest
def test_exclusive_attributes_may_be_integers():
    model = StarGAN(editor(), judge(), exclusive=True, seed=1)
    rows = np.eye(COUNT, dtype="float32")
    for given, wanted in ((2, rows[[2] * 16]), (LABELS, rows[LABELS])):
        found = model.translate(FIRST, given)
        assert_close(found, model.sampler([FIRST, wanted]), atol=1e-6)
    assert_close(model.read_attributes(FIRST).sum(1), np.ones(16), atol=1e-5)


# Saving ----------------------------------------------------------------------


def test_saved_and_continued_equals_unbroken(same_state, tmp_path):
    options = {"loss": "hinge", "exclusive": True, "cycle_weight": 3.0}
    unbroken, broken = (make_star(**options) for _ in "ab")
    fit(unbroken, y=LABELS, epochs=2)
    fit(broken, y=LABELS)
    broken.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert (loaded.cycle_weight, loaded.exclusive) == (3.0, True)
    fit(loaded, y=LABELS, initial_epoch=1, epochs=2)
    same_state(unbroken, loaded)
    found = [m.translate(FIRST, LABELS) for m in (unbroken, loaded)]
    assert_equal(*found)


def test_mixed_precision():
    keras.config.set_dtype_policy("mixed_float16")
    model = make_star()
    logs = fit(model, y=ATTRIBUTES)
    assert np.isfinite(list(logs.values())).all()
    assert {v.dtype for v in model.trainable_variables} == {"float32"}
    assert model.translate(FIRST[:2], [1, 0, 1]).dtype == np.float32


# Data ------------------------------------------------------------------------


@pytest.mark.quickest
def test_forms_of_attributes_mean_the_same():
    onehot = np.eye(COUNT)[LABELS]
    plain = make_star(cls=Reversed, exclusive=True)
    logs = [
        plain.evaluate(FIRST, one, verbose=0)
        for one in (LABELS, LABELS[:, None], onehot, onehot.astype(bool))
    ]
    for one in logs[1:]:
        np.testing.assert_allclose(one, logs[0], rtol=1e-6)


@pytest.mark.quickest
@pytest.mark.parametrize(
    ("attributes", "exclusive", "shown"),
    [
        (np.ones((16, COUNT)), False, "0, 1, 2"),
        (ATTRIBUTES * [1, 0, 1], False, "of attribute.* 1, so"),
        (np.zeros(16, int), True, "0, 1, 2"),
    ],
)
def test_constant_attributes_cause_a_warning(attributes, exclusive, shown):
    with pytest.warns(UserWarning, match=f"All 16 images.*{shown}"):
        attribute_data.warn_if_constant(attributes, COUNT, exclusive)
    # An error in tests, so nothing is trained.
    with pytest.raises(UserWarning, match="All 16 images"):
        fit(make_star(exclusive=exclusive), FIRST, attributes)


@pytest.mark.quickest
def test_other_attributes_cause_none():
    attribute_data.warn_if_constant(ATTRIBUTES, COUNT, False)
    # One class has no images.
    attribute_data.warn_if_constant(LABELS % 2, COUNT, True)


BAD = {
    "needs the attributes of each image": (None, False),
    r"must have the shape \(batch, 3\).*exclusive=True": (LABELS, False),
    r"must have the shape \(batch, 3\).*a row": (ATTRIBUTES[:, :2], False),
    "attributes for each image.*16 images and 8 rows": (ATTRIBUTES[:8], False),
    r"must be numbers in \[0, 1\]": (2 * ATTRIBUTES, False),
    "or NaN": (np.where(ATTRIBUTES == 1, np.nan, 0.0), False),
    "Attributes must be numbers": (ATTRIBUTES.astype(str), False),
    "Exclusive attributes must be integers": (LABELS + 1, True),
    "with a sum of 1": (ATTRIBUTES, True),
    "labels.*must be integers": (LABELS.astype("float32"), True),
}


@pytest.mark.quickest
@pytest.mark.parametrize("message", BAD)
def test_bad_attributes(message):
    attributes, exclusive = BAD[message]
    model = make_star(exclusive=exclusive)
    with pytest.raises(ValueError, match=message):
        fit(model, y=attributes)


@pytest.mark.quickest
def test_bad_attributes_in_a_data_set():
    tf = pytest.importorskip("tensorflow")
    data = tf.data.Dataset.from_tensor_slices((FIRST, 2.0 * ATTRIBUTES))
    with pytest.raises(ValueError, match=r"must be numbers in \[0, 1\]"):
        make_star().evaluate(data.batch(8), verbose=0)


@pytest.mark.quickest
def test_bad_attributes_in_a_data_set_do_not_reach_the_weights():
    tf = pytest.importorskip("tensorflow")
    rows = np.where(ATTRIBUTES == 1, np.nan, 0.0)
    data = tf.data.Dataset.from_tensor_slices((FIRST, rows)).batch(8)
    model = make_star()
    with pytest.raises(ValueError, match="or NaN"):
        model.fit(data, verbose=0)
    assert all(np.isfinite(one).all() for one in model.get_weights())


@pytest.mark.quickest
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1], 1.0), "`attributes` must be a row of 3 numbers.*16 images"),
        (([1, 0], 1.0), "`attributes` must be a row of 3 numbers.*16 images"),
        (([1, 0, 2], 1.0), r"must be numbers in \[0, 1\]"),
        (([1, 0, 1], np.nan), "`strength` must be"),
        (("blond", 1.0), "`attributes` must be a row of 3 numbers.*'blond'"),
    ],
)
def test_bad_wishes(model, arguments, message):
    with pytest.raises(ValueError, match=message):
        model.translate(FIRST, *arguments)


@pytest.mark.quickest
def test_the_discriminator_reads_only_images_of_its_size():
    small = keras.Input((None, None, 1)), keras.Input((COUNT,))
    scale = keras.layers.Dense(1)(small[1])[:, None, None]
    made = keras.layers.Multiply()([small[0], scale])
    model = StarGAN(keras.Model(small, made), judge())
    large = np.zeros((2, 9, 9, 1))
    assert model.translate(large, [1, 0, 1]).shape == large.shape
    with pytest.raises(ValueError, match="`source`.*9, 9, 1"):
        model.translate(large, [1, 0, 1], 0.5)


@pytest.mark.quickest
@pytest.mark.parametrize(
    ("parts", "options", "message"),
    [
        ((generator, judge), {}, "`generator` must be a model of"),
        ((editor, generator), {}, r"must return .\[logits, attribute_log"),
        ((editor, editor), {}, "`discriminator` must take only images"),
        ((editor, judge), {"seed": -1}, "`seed` must be"),
        ((editor, judge), {"cycle_weight": -1}, "`cycle_weight` must be"),
    ],
)
def test_bad_arguments(parts, options, message):
    with pytest.raises(ValueError, match=f"{message}.*Received"):
        make_star([make() for make in parts], **options)
