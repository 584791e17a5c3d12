"""`ACGAN`: what its two heads learn, log and cost."""

import contextlib

import keras
import numpy as np
import portable
import pytest
from keras import layers, ops

from keras_gan import ACGAN, GAN, backend, networks, penalties
from keras_gan.layers import AdaptiveAugment
from keras_gan.models import Turn
from keras_gan.models.batch import Batch
from keras_gan.models.tracker import merge
from keras_gan.models.turn import loss_of, terms_of

CLASSES = 3
LOGS = {
    "d_loss",
    "g_loss",
    "d_real_accuracy",
    "d_fake_accuracy",
    "d_class_loss",
    "g_class_loss",
    "d_class_accuracy",
}


def to_numpy(values):
    return keras.tree.map_structure(ops.convert_to_numpy, values)


class LatentsFromData(ACGAN):
    """An ACGAN whose latents are the first numbers of each real vector."""

    def sample_latents(self, batch, seed):
        return batch.images[:, : self.latent_dim]


def one_head(dropout=0.0):
    """Vectors of four numbers -> logits."""
    images = keras.Input((4,))
    x = layers.Dense(16, kernel_initializer=keras.initializers.HeNormal(5))(
        images
    )
    x = layers.LeakyReLU(0.2)(x)
    x = layers.Dropout(dropout, seed=5)(x)
    logits = layers.Dense(
        1, kernel_initializer=keras.initializers.GlorotUniform(6)
    )(x)
    return keras.Model(images, logits)


def two_heads(dropout=0.0):
    """Vectors of four numbers -> logits and the logits of three classes."""
    return networks.with_classifier(one_head(dropout), CLASSES, seed=7)


def generator_of(num_classes=CLASSES):
    return networks.mlp_generator(
        (4,), latent_dim=2, num_classes=num_classes, hidden=(16,), seed=1
    )


def make(cls=ACGAN, *, dropout=0.0, **kwargs):
    kwargs = {"num_classes": CLASSES, "seed": 7, **kwargs}
    return cls(generator_of(), two_heads(dropout), **kwargs)


def compiled(cls=ACGAN, *, settings=None, **kwargs):
    gan = make(cls, **kwargs)
    # Some penalties have state: each GAN gets its own.
    made = {k: v() if callable(v) else v for k, v in (settings or {}).items()}
    gan.compile(**made)
    return gan


def sgd():
    return keras.optimizers.SGD(0.1)


def fit(gan, points, labels, **kwargs):
    kwargs = {"batch_size": 16, "shuffle": False, "verbose": 0, **kwargs}
    return gan.fit(points, labels, **kwargs).history


@pytest.fixture
def labels():
    """Labels of the 64 points: which of three numbers is the largest."""
    points = np.random.default_rng(0).normal(size=(64, 4))
    return points[:, :CLASSES].argmax(1).astype("int32")


# Losses ----------------------------------------------------------------------


@keras.saving.register_keras_serializable(package="test_acgan")
class Known(keras.Model):
    """A discriminator of known outputs that counts its passes.

    The image is the class logits; its sum is the logit.
    """

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.passes = 0
        self.factor = self.add_weight(name="factor", initializer="ones")

    def call(self, images, training=None):
        self.passes += 1
        images = self.factor * images
        return [ops.sum(images, axis=-1, keepdims=True), images]


def known_gan(loss, *, fake_weight=0.0, penalties=None):
    """An ACGAN with a `Known` discriminator and class losses times 2."""
    gan = ACGAN(
        networks.mlp_generator((3,), num_classes=CLASSES, hidden=(4,)),
        Known(),
        num_classes=CLASSES,
        classification_weight=2.0,
        fake_classification_weight=fake_weight,
    )
    gan.compile(loss=loss, penalties=penalties)
    gan.discriminator.passes = 0
    return gan


def terms(gan, batch, fakes, *names):
    """Losses and logs of players in one turn; of all in testing if none."""
    players = {player.name: player for player in gan.players}
    chosen = tuple(players[name] for name in names)
    turn = Turn(gan, batch, fakes, chosen, training=bool(chosen))
    found = [terms_of(player, turn, 0) for player in chosen]
    found = found or [loss_of(player, turn) for player in gan.players]
    return [loss for loss, _ in found], merge(
        [dict(enumerate(logs for _, logs in found))]
    )


BOTH = "discriminator", "generator"


def softplus(x):
    return np.log1p(np.exp(x))


def cross_entropy(class_logits, labels):
    shifted = np.exp(class_logits)
    chosen = shifted[np.arange(len(labels)), labels]
    return -np.log(chosen / shifted.sum(-1)).mean()


@pytest.fixture
def known_batch():
    """Five real and five generated images of three numbers, and labels."""
    rng = np.random.default_rng(3)
    real, fake = rng.normal(size=(2, 5, 3)).astype("float32")
    labels = np.array([0, 2, 1, 1, 0], "int32")
    batch = Batch(ops.convert_to_tensor(real), ops.convert_to_tensor(labels))
    return batch, ops.convert_to_tensor(fake), real, fake, labels


@pytest.mark.parametrize("fake_weight", portable.corners([0.5, 0.0]))
def test_losses_in_closed_form(known_batch, fake_weight):
    batch, fakes, real, fake, labels = known_batch
    gan = known_gan("non_saturating", fake_weight=fake_weight)
    d_adversarial = (
        softplus(-real.sum(-1)).mean() + softplus(fake.sum(-1)).mean()
    )
    g_adversarial = softplus(-fake.sum(-1)).mean()
    of_real, of_fake = (cross_entropy(x, labels) for x in (real, fake))
    d_expected = d_adversarial + 2 * of_real + fake_weight * of_fake
    g_expected = g_adversarial + 2 * of_fake
    expected = {
        "d_loss": d_adversarial,
        "g_loss": g_adversarial,
        "d_real_accuracy": (real.sum(-1) > 0).mean(),
        "d_fake_accuracy": (fake.sum(-1) < 0).mean(),
        "d_class_loss": of_real,
        "g_class_loss": of_fake,
        "d_class_accuracy": (real.argmax(-1) == labels).mean(),
    }
    assert set(expected) == set(gan.log_names)
    (d_loss,), d_logs = terms(gan, batch, fakes, "discriminator")
    (g_loss,), g_logs = terms(gan, batch, fakes, "generator")
    together, logs_together = terms(gan, batch, fakes, *BOTH)
    for losses in ([d_loss, g_loss], together):
        np.testing.assert_allclose(
            to_numpy(losses), [d_expected, g_expected], rtol=1e-5
        )
    _, test_logs = terms(gan, batch, fakes)
    for logs in ({**d_logs, **g_logs}, logs_together, test_logs):
        assert set(logs) == set(expected)
        for name, value in expected.items():
            np.testing.assert_allclose(to_numpy(logs[name]), value, rtol=1e-5)


@pytest.mark.quickest
@pytest.mark.parametrize(
    "loss, of_generator", [("non_saturating", 1), ("relativistic", 2)]
)
def test_one_pass_gives_both_heads(known_batch, loss, of_generator):
    batch, fakes, *_ = known_batch
    both = [penalties.R1(1.0), penalties.R2(1.0)]
    gan = known_gan(loss, fake_weight=1.0, penalties=both)
    # Real and generated: also the penalties take no other pass.
    for names, passes in (
        (("discriminator",), 2),
        (BOTH, 2),
        ((), 2),
        (("generator",), of_generator),
    ):
        gan.discriminator.passes = 0
        terms(gan, batch, fakes, *names)
        assert gan.discriminator.passes == passes


@pytest.mark.quickest
def test_penalties_are_of_the_logit_alone(known_batch):
    batch, fakes, *_ = known_batch
    gan = known_gan("hinge", penalties=[penalties.R1(2.0)])
    _, logs = terms(gan, batch, fakes, "discriminator")
    # The slope of a sum of three numbers: gamma / 2 * 3.
    np.testing.assert_allclose(to_numpy(logs["r1"]), 3.0, rtol=1e-6)


@pytest.mark.quickest
def test_an_empty_share_counts_nothing(known_batch):
    *_, real, _, _ = known_batch
    none = ops.convert_to_tensor(real[:0])
    batch = Batch(none, ops.zeros((0,), "int32"))
    _, logs = terms(known_gan("non_saturating"), batch, none)
    assert {float(value) for value in to_numpy(logs).values()} == {0.0}


# Training --------------------------------------------------------------------


def gradients(loss, groups):
    """Gradients of one loss, in one program."""
    return portable.compiled(
        lambda: backend.gradients(lambda: ([loss()], {}), groups)[0]
    )()


def test_step_equals_a_hand_written_one(points, labels):
    weights = {
        "classification_weight": 2.0,
        "fake_classification_weight": 0.5,
    }
    gan, twin = make(LatentsFromData, **weights), make(LatentsFromData)
    gan.compile(sgd(), sgd(), loss="non_saturating", penalties=None)
    fit(gan, points, labels, batch_size=64)
    generator, discriminator = twin.generator, twin.discriminator

    def fakes():
        return generator([points[:, :2], labels], training=True)

    def cross_entropy(class_logits):
        return ops.mean(
            ops.sparse_categorical_crossentropy(
                labels, class_logits, from_logits=True
            )
        )

    def of_discriminator():
        real, real_classes = discriminator(points)
        fake, fake_classes = discriminator(fakes())
        loss = ops.mean(ops.softplus(-real) + ops.softplus(fake))
        loss += 2.0 * cross_entropy(real_classes)
        return loss + 0.5 * cross_entropy(fake_classes)

    def of_generator():
        fake, fake_classes = discriminator(fakes())
        loss = ops.mean(ops.softplus(-fake))
        return loss + 2.0 * cross_entropy(fake_classes)

    for network, loss in (
        (discriminator, of_discriminator),
        (generator, of_generator),
    ):
        variables = network.trainable_variables
        (slopes,) = gradients(loss, [variables])
        for variable, slope in zip(variables, slopes, strict=True):
            variable.assign(to_numpy(variable) - 0.1 * to_numpy(slope))
    ours = gan.generator.weights + gan.discriminator.weights
    theirs = generator.weights + discriminator.weights
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(to_numpy(a), to_numpy(b), atol=1e-6)


@pytest.mark.quickest
def test_without_its_weight_it_is_a_gan(points, labels):
    acgan = make(LatentsFromData, classification_weight=0.0)

    class Plain(GAN):
        sample_latents = LatentsFromData.sample_latents

    images, classes = keras.Input((4,)), keras.Input((), dtype="int32")
    critic = keras.Model([images, classes], one_head()(images))
    plain = Plain(generator_of(), critic, num_classes=CLASSES, seed=7)
    for gan in (acgan, plain):
        gan.compile(penalties=[penalties.R1(1.0), penalties.LeCam()])
    ours, theirs = (fit(gan, points, labels) for gan in (acgan, plain))
    for name, values in theirs.items():
        np.testing.assert_allclose(ours[name], values, rtol=1e-6)
    for a, b in zip(acgan.generator.weights, plain.generator.weights,
                    strict=True):  # fmt: skip
        np.testing.assert_allclose(a, b, atol=1e-6)


@pytest.mark.quickest
def test_every_weight_moves_and_the_logs_are_as_promised(points, labels):
    gan = compiled(
        settings={"discriminator_steps": 2, "loss": "non_saturating"}
    )
    before = [ops.convert_to_numpy(v) for v in gan.trainable_variables]
    logs = fit(gan, points, labels, validation_data=(points, labels))
    assert set(logs) == LOGS | {f"val_{name}" for name in LOGS}
    for old, new in zip(before, gan.trainable_variables, strict=True):
        assert np.abs(old - new).max() > 0
    values = gan.evaluate(points, labels, return_dict=True, verbose=0)
    assert set(values) == LOGS
    expected = np.mean(
        gan.classifier().predict(points, verbose=0).argmax(-1) == labels
    )
    assert values["d_class_accuracy"] == pytest.approx(expected)


@portable.with_a_compiler
def test_ways_to_run_a_step_agree(points, labels):
    def logs_of(**settings):
        # A lazy penalty, so that there are two kinds of steps.
        settings["penalties"] = lambda: [penalties.R1(1.0, every=2)]
        gan = compiled(
            LatentsFromData, settings=settings, fake_classification_weight=0.5
        )
        return fit(gan, points, labels)

    expected = logs_of(run_eagerly=True)
    # JAX compiles anyhow.
    jit = True if portable.BACKEND == "tensorflow" else "auto"
    found = logs_of(run_eagerly=False, jit_compile=jit)
    for name, values in expected.items():
        np.testing.assert_allclose(found[name], values, rtol=2e-4, atol=1e-5)


@pytest.mark.quickest
def test_mixed_precision_with_an_adaptive_augmenter(points, labels):
    keras.config.set_dtype_policy("mixed_float16")
    images = np.tanh(np.tile(points, (1, 16))).reshape(-1, 8, 8, 1)
    shape = images.shape[1:]
    critic = networks.mlp_discriminator(shape, hidden=(8,))
    gan = ACGAN(
        networks.mlp_generator(shape, num_classes=CLASSES, hidden=(8,)),
        networks.with_classifier(critic, CLASSES),
        num_classes=CLASSES,
        # Colours alone: quick to trace.
        augmenter=AdaptiveAugment(["color"], seed=1),
        seed=1,
    )
    gan.compile(penalties=[penalties.R1(1.0)])
    logs = fit(gan, images, labels)
    assert LOGS | {"augment_probability"} <= set(logs)
    assert all(np.isfinite(v).all() for v in logs.values())
    class_logits = to_numpy(gan.classifier()(images))
    assert class_logits.dtype == "float32"


def test_two_replicas_are_one_device(points, labels, two_cpus):
    logs, gans = [], []
    for scope in (contextlib.nullcontext, two_cpus.scope):
        with scope():
            gan = make(LatentsFromData, fake_classification_weight=0.5)
            gan.compile(
                sgd(), sgd(), update="simultaneous",
                penalties=[penalties.R1(1.0)], run_eagerly=True,
            )  # fmt: skip
        # The last batch, of one image, leaves the second replica with none.
        logs.append(fit(gan, points[:33], labels[:33], epochs=2))
        gans.append(gan)
    for a, b in zip(gans[0].weights, gans[1].weights, strict=True):
        a, b = (ops.convert_to_numpy(v) for v in (a, b))
        assert np.abs(a - b).max() <= 1e-5 * np.abs(a).max()
    for name, values in logs[0].items():
        np.testing.assert_allclose(logs[1][name], values, rtol=1e-4, atol=1e-6)


# Of hundreds of steps: a graph is quicker.
@pytest.mark.once
def test_generated_digits_are_the_digits_asked_for():
    from sklearn.datasets import load_digits
    from sklearn.linear_model import LogisticRegression

    pixels, digits = load_digits(return_X_y=True)
    images = (pixels / 8 - 1).astype("float32").reshape(-1, 8, 8, 1)
    shape = images.shape[1:]
    critic = networks.mlp_discriminator(shape, hidden=(128, 128), seed=1)
    gan = ACGAN(
        networks.mlp_generator(
            shape, latent_dim=32, num_classes=10, hidden=(128, 128), seed=1
        ),
        networks.with_classifier(critic, 10, seed=1),
        num_classes=10,
        ema_momentum=0.99,
        seed=1,
    )
    gan.compile(update="simultaneous")
    fit(gan, images, digits, batch_size=64, epochs=20, shuffle=True)
    wanted = np.arange(500) % 10
    generated = gan.generate(500, labels=wanted, seed=1)
    judge = LogisticRegression(max_iter=300).fit(images.reshape(-1, 64), digits)
    # Chance is 0.1, and what a generator that ignores its labels gets.
    assert judge.score(generated.reshape(-1, 64), wanted) > 0.7
    own = gan.classifier().predict(images, verbose=0).argmax(-1)
    assert np.mean(own == digits) > 0.85


# Saving and sharing ----------------------------------------------------------


def test_a_resumed_run_is_the_run(points, labels, same_state, tmp_path):
    settings = {
        "update": "simultaneous",
        "penalties": lambda: [penalties.R1(1.0, every=3), penalties.LeCam()],
    }
    build = {
        "settings": settings,
        "dropout": 0.3,
        "classification_weight": 0.5,
        "fake_classification_weight": 0.25,
    }
    whole = compiled(**build)
    save = keras.callbacks.ModelCheckpoint(tmp_path / "{epoch}.keras")
    fit(whole, points, labels, epochs=2, callbacks=[save])
    rest = keras.saving.load_model(tmp_path / "1.keras")
    assert type(rest) is ACGAN
    fit(rest, points, labels, epochs=2, initial_epoch=1)
    same_state(whole, rest)
    ours, theirs = (gan.get_config() for gan in (whole, rest))
    plain = set(ours) - {"generator", "discriminator"}
    assert {k: ours[k] for k in plain} == {k: theirs[k] for k in plain}
    assert ours["classification_weight"] == 0.5
    assert ours["fake_classification_weight"] == 0.25


@pytest.mark.quickest
def test_classifier_shares_what_the_discriminator_learns(
    points, labels, tmp_path
):
    gan = compiled(settings={"loss": "hinge"})
    classifier = gan.classifier()
    before = classifier.predict(points, verbose=0)
    fit(gan, points, labels, epochs=2)
    after = classifier.predict(points, verbose=0)
    assert np.abs(after - before).max() > 1e-3
    expected = ops.convert_to_numpy(gan.discriminator(points)[1])
    np.testing.assert_allclose(after, expected, atol=1e-6)
    classifier.save(tmp_path / "classifier.keras")
    alone = keras.saving.load_model(tmp_path / "classifier.keras")
    np.testing.assert_array_equal(alone.predict(points, verbose=0), after)


@keras.saving.register_keras_serializable(package="test_acgan")
class Subclassed(keras.Model):
    """Two heads that know their input only when they are called."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.judge, self.name_it = layers.Dense(1), layers.Dense(CLASSES)

    def call(self, images):
        return self.judge(images), self.name_it(images)


@pytest.mark.quickest
def test_a_subclassed_discriminator(points, labels):
    gan = ACGAN(generator_of(), Subclassed(), num_classes=CLASSES)
    gan.compile(loss="hinge")
    assert np.isfinite(fit(gan, points, labels)["d_class_loss"]).all()
    assert gan.classifier()(points).shape == (64, CLASSES)


# Errors ----------------------------------------------------------------------


def heads(*outputs, inputs=1):
    images = keras.Input((4,))
    others = [keras.Input((), dtype="int32") for _ in range(inputs - 1)]
    made = [layers.Dense(units)(images) for units in outputs]
    return keras.Model([images, *others] if others else images, made)


@pytest.mark.quickest
@pytest.mark.parametrize(
    "discriminator, words",
    [
        (lambda: heads(1), r"`discriminator` must return `\[logits, class_lo"),
        (lambda: networks.mlp_discriminator((4,)),
         r"Received: .* of shapes \(None, 1\).*with_classifier"),
        (lambda: heads(1, 4), r"\(batch, 3\).*\(None, 1\) and \(None, 4\)"),
        (lambda: heads(3, 1), r"\(None, 3\) and \(None, 1\)"),
        (lambda: heads(1, 3, inputs=2), "only images.*2 inputs"),
        (lambda: networks.with_classifier(
            networks.mlp_discriminator((5,)), 3), r"\(4,\).*\(5,\)"),
    ],
)  # fmt: skip
def test_other_discriminators_are_refused(discriminator, words):
    with pytest.raises(ValueError, match=words):
        ACGAN(generator_of(), discriminator(), num_classes=CLASSES)


@pytest.mark.quickest
@pytest.mark.parametrize(
    "arguments, words",
    [
        ({"num_classes": None}, "`num_classes` must be.*None.*use `GAN`"),
        ({"num_classes": 1}, "`num_classes` must be.*at least 2.*: 1"),
        ({"classification_weight": -1.0}, "`classification_weight`.*-1.0"),
        ({"classification_weight": "1"}, "`classification_weight`.*'1'"),
        ({"fake_classification_weight": float("nan")},
         "`fake_classification_weight`.*nan.*Pass 0"),
    ],
)  # fmt: skip
def test_arguments_out_of_range_are_refused(arguments, words):
    with pytest.raises(ValueError, match=words):
        make(**arguments)


@pytest.mark.quickest
def test_a_generator_without_labels_is_refused():
    with pytest.raises(ValueError, match=r"`generator` must take .*labels"):
        ACGAN(generator_of(None), two_heads(), num_classes=CLASSES)


@pytest.mark.quickest
def test_probabilities_are_warned_of():
    images = keras.Input((4,))
    outputs = [
        layers.Dense(1)(images),
        layers.Dense(CLASSES, activation="softmax")(images),
    ]
    discriminator = keras.Model(images, outputs)
    with pytest.warns(UserWarning, match="softmax"):
        ACGAN(generator_of(), discriminator, num_classes=CLASSES)
