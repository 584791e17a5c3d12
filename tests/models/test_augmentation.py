"""An augmenter between every image and the discriminator."""

import contextlib

import keras
import numpy as np
import pytest
from keras import layers, ops
from portable import QUICK_STEPS, corners

from keras_gan.layers import AdaptiveAugment, DiffAugment
from keras_gan.models.augmenter_checks import check
from keras_gan.penalties import R1, ConsistencyRegularization, LeCam

SHAPE = (8, 8, 1)
to_numpy = ops.convert_to_numpy


@keras.saving.register_keras_serializable(package="tests")
class Adaptive(layers.Layer):
    """Adds its probability, and counts what it is told."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.probability = self._scalar("probability")
        self.sign_statistic = self._scalar("sign_statistic")

    def _scalar(self, name):
        return self.add_weight(
            name=name, shape=(), initializer="zeros", trainable=False
        )

    def call(self, images):
        return images + self.probability

    def update_state(self, real_logits):
        self.probability.assign_add(1.0)
        self.sign_statistic.assign(ops.mean(ops.sign(real_logits)))


@keras.saving.register_keras_serializable(package="tests")
class Rounding(layers.Layer):
    """Has no gradient."""

    def call(self, images):
        return ops.round(images * 4.0) / 4.0


@pytest.fixture
def images():
    """64 images in [-1, 1]."""
    draw = np.random.default_rng(0).uniform
    return draw(-1, 1, (64, *SHAPE)).astype("float32")


def fit(gan, images, **kwargs):
    kwargs = {"batch_size": 16, "shuffle": False, "verbose": 0, **kwargs}
    return gan.fit(images, **kwargs).history


# Where it acts --------------------------------------------------------------


def test_every_image_is_augmented_in_both_updates(make_gan, images):
    class Constant(layers.Layer):
        def call(self, images):
            return 0.0 * images + 0.25

    gan = make_gan(shape=SHAPE, augmenter=Constant())
    gan.compile(penalties=None, run_eagerly=True)
    first, passes = gan.discriminator.layers[0], []
    call = first.call

    def spy(inputs, *args, **kwargs):
        passes.append(inputs.shape)
        return call(inputs, *args, **kwargs)

    first.call = spy
    logs = fit(gan, images[:8])
    # Real and fake in D's update, both again in G's relativistic one: all are
    # the same image, so that D cannot tell them apart.
    assert len(passes) == 4
    for name in ("d_loss", "g_loss"):
        np.testing.assert_allclose(logs[name], np.log(2.0), rtol=1e-6)


def test_the_gradient_passes_to_the_generator(make_gan, images):
    weights = []
    for factor in (1.0, 0.0):
        gan = make_gan(shape=SHAPE, augmenter=layers.Rescaling(factor))
        sgd = keras.optimizers.SGD
        gan.compile(sgd(0.1), sgd(0.1), penalties=None, **QUICK_STEPS)
        before = gan.generator.get_weights()[0].copy()
        fit(gan, images)
        weights.append(np.abs(gan.generator.get_weights()[0] - before).max())
    assert weights[0] > 0 and weights[1] == 0


@pytest.mark.quickest
def test_evaluation_sees_the_images_as_they_are(make_gan, images):
    results = []
    for augmenter in (None, layers.Rescaling(0.0, 0.5)):
        gan = make_gan(shape=SHAPE, augmenter=augmenter)
        gan.compile(penalties=None)
        results.append(gan.evaluate(images, verbose=0))
    assert results[0] == results[1]


@pytest.mark.quickest
def test_points_may_be_augmented_too(make_gan, points):
    gan = make_gan(augmenter=layers.GaussianNoise(0.1, seed=1))
    gan.compile(penalties=None, **QUICK_STEPS)
    fit(gan, points)


# An adaptive one ------------------------------------------------------------


SETTINGS = {
    "two discriminator steps, lazy penalty": (
        {"discriminator_steps": 2, "penalties": [R1(0.1, every=2)]},
        8,
    ),
    "simultaneous, xla": ({"update": "simultaneous", "jit_compile": True}, 4),
    "eager": ({"run_eagerly": True}, 4),
}
if keras.backend.backend() == "torch":
    # Its compiler takes a minute for each network; it has a test of its own.
    SETTINGS["simultaneous, xla"][0].pop("jit_compile")


@pytest.mark.parametrize("name", corners(SETTINGS, everywhere=2))
def test_it_is_told_at_each_discriminator_update(make_gan, images, name):
    arguments, updates = SETTINGS[name]
    gan = make_gan(shape=SHAPE, augmenter=Adaptive())
    gan.compile(**{"penalties": None, **arguments})
    logs = fit(gan, images, epochs=2)
    # The value of the moment, not a mean over the epoch.
    assert logs["augment_probability"] == [updates, 2 * updates]
    sign = float(to_numpy(gan.augmenter.sign_statistic))
    assert logs["real_sign"][-1] == sign and -1 <= sign <= 1


@pytest.mark.quickest
def test_logs_of_evaluation_have_no_probability(make_gan, images):
    gan = make_gan(shape=SHAPE, augmenter=Adaptive())
    gan.compile(penalties=None, **QUICK_STEPS)
    logs = fit(gan, images, validation_data=images)
    assert "augment_probability" in logs
    assert not any(name.startswith("val_augment") for name in logs)
    assert "real_sign" not in gan.evaluate(images, verbose=0, return_dict=True)
    assert float(to_numpy(gan.augmenter.probability)) == 4


@pytest.mark.quickest
@pytest.mark.parametrize(
    "around",
    [layers.Pipeline, keras.Sequential],
    ids=["Pipeline", "Sequential"],
)
def test_it_may_be_inside_a_container(make_gan, images, around, tmp_path):
    container = around([layers.RandomFlip(seed=1), Adaptive()])
    gan = make_gan(shape=SHAPE, augmenter=container)
    gan.compile(penalties=None)
    assert fit(gan, images)["augment_probability"] == [4]
    gan.save(tmp_path / "gan.keras")
    loaded = keras.saving.load_model(tmp_path / "gan.keras")
    assert fit(loaded, images)["augment_probability"] == [8]


@pytest.mark.quickest
def test_a_fixed_probability_is_logged_too(make_gan, images):
    augmenter = AdaptiveAugment(["contrast"], probability=0.25, interval=2)
    gan = make_gan(shape=SHAPE, augmenter=augmenter)
    gan.compile(penalties=None, **QUICK_STEPS)
    logs = fit(gan, images)
    assert logs["augment_probability"] == [0.25]
    assert -1 <= logs["real_sign"][0] <= 1


@pytest.mark.quickest
def test_two_controllers_are_refused(make_gan):
    pair = layers.Pipeline([AdaptiveAugment(), AdaptiveAugment()])
    with pytest.raises(ValueError, match="one adaptive layer at most.*adapt"):
        make_gan(shape=SHAPE, augmenter=pair)


@pytest.mark.quickest
def test_one_beside_a_fixed_probability_is_steered(make_gan, images):
    fixed = AdaptiveAugment(["contrast"], probability=0.25)
    ada = AdaptiveAugment(["contrast"], -1.0, interval=1, speed=0.64)
    gan = make_gan(shape=SHAPE, augmenter=layers.Pipeline([fixed, ada]))
    gan.compile(penalties=None)
    (probability,) = fit(gan, images)["augment_probability"]
    assert probability == float(to_numpy(ada.probability)) > 0
    assert float(to_numpy(fixed.probability)) == 0.25


# Saved and continued --------------------------------------------------------


def _adaptive():
    # Colours alone: quick to trace.
    return AdaptiveAugment(["color"], -0.9, interval=2, speed=0.3, seed=3)


CONTINUED = {
    "AdaptiveAugment": (_adaptive, {}),
    "bCR, LeCam": (
        lambda: None,
        {"penalties": lambda: [_bcr(), LeCam()], "update": "simultaneous"},
    ),
    "lazy bCR beside another": (
        lambda: layers.Pipeline([layers.RandomFlip(seed=3), Adaptive()]),
        {"penalties": lambda: [_bcr(every=3)]},
    ),
}


def _bcr(**kwargs):
    pipeline = layers.Pipeline([layers.RandomFlip(seed=5), Adaptive()])
    return ConsistencyRegularization(pipeline, 1.0, 2.0, **kwargs)


@pytest.mark.parametrize("name", corners(CONTINUED))
def test_one_and_one_epoch_are_two(
    make_gan, images, same_state, tmp_path, name
):
    def begin():
        make, settings = CONTINUED[name]
        gan = make_gan(shape=SHAPE, augmenter=make(), dropout=0.3)
        settings = {"penalties": None, "loss": "hinge", **settings}
        gan.compile(
            **{k: v() if callable(v) else v for k, v in settings.items()}
        )
        return gan

    whole, path = begin(), tmp_path / "{epoch}.keras"
    save = keras.callbacks.ModelCheckpoint(path)
    logs = fit(whole, images, epochs=2, callbacks=[save])
    rest = keras.saving.load_model(tmp_path / "1.keras")
    assert fit(rest, images, epochs=2, initial_epoch=1) == {
        name: values[1:] for name, values in logs.items()
    }
    same_state(whole, rest)
    for one, other in zip(whole.penalties, rest.penalties, strict=True):
        for a, b in zip(
            getattr(one, "variables", []),
            getattr(other, "variables", []),
            strict=True,
        ):
            np.testing.assert_array_equal(to_numpy(a), to_numpy(b))
    if name == "AdaptiveAugment":
        assert 0 < logs["augment_probability"][0] < 1


# What is refused ------------------------------------------------------------


def refused(augmenter, *penalties, shape=SHAPE):
    with pytest.raises((ValueError, TypeError)) as error:
        check(augmenter, penalties, shape)
    return str(error.value)


def test_a_layer_without_a_gradient_is_named():
    message = refused(Rounding(name="steps"))
    assert "`augmenter` must be differentiable" in message
    assert "'steps' (Rounding), which does not have a gradient" in message
    inside = layers.Pipeline([layers.RandomFlip(), Rounding(name="steps")])
    assert "'steps' (Rounding) inside 'pipe" in refused(inside)
    inside = keras.Sequential([layers.RandomFlip(), Rounding(name="steps")])
    assert "'steps' (Rounding) inside 'seq" in refused(inside)


@pytest.mark.quickest
@pytest.mark.parametrize(
    "make, words",
    [
        (lambda: layers.Resizing(4, 4), r"'resizing.*shape \(16, 4, 4, 1\)"),
        (lambda: layers.RandomBrightness(0.1), r"value_range=\(0, 255\)"),
        (
            lambda: layers.Pipeline([layers.RandomBrightness(0.1)]),
            r"'random_brightness.* .*value_range=\(0, 255\)",
        ),
        (lambda: DiffAugment(value_range=(0, 1)), r"value_range=\(0.*1"),
        (lambda: "ada", "must be a Keras layer.*Received: str"),
        (lambda: layers.Dense, "must be a Keras layer"),
    ],
)
def test_other_images_are_refused(make, words):
    with pytest.raises((ValueError, TypeError), match=words):
        check(make(), [], SHAPE)


@pytest.mark.quickest
def test_another_data_format_is_refused_by_name(make_gan):
    def make():
        return AdaptiveAugment(data_format="channels_first", name="first")

    words = "`augmenter` must have the data format.*'channels_last'.*'first'"
    for augmenter in (make(), layers.Pipeline([layers.RandomFlip(), make()])):
        with pytest.raises(ValueError, match=words):
            make_gan(shape=(8, 8, 3), augmenter=augmenter)
    with pytest.raises(ValueError, match=words):
        check(None, [ConsistencyRegularization(make())], (8, 8, 3))


@pytest.mark.quickest
def test_networks_with_the_channels_first_get_such_an_augmenter():
    keras.config.set_image_data_format("channels_first")
    try:
        check(AdaptiveAugment(), [], (3, 8, 10))
        with pytest.raises(ValueError, match="'channels_first'. Received"):
            check(AdaptiveAugment(data_format="channels_last"), [], (3, 8, 10))
    finally:
        keras.config.set_image_data_format("channels_last")


@pytest.mark.quickest
def test_points_are_no_images():
    for augmenter in (AdaptiveAugment(name="ada"), DiffAugment(name="ada")):
        message = refused(augmenter, shape=(2,))
        assert "'ada'" in message and "height, width, channels" in message
        assert "GaussianNoise" in message


@pytest.mark.quickest
def test_an_error_leaves_the_gan_as_it_was(make_gan, images):
    gan = make_gan(shape=SHAPE, augmenter=Rounding())
    with pytest.raises(ValueError, match="differentiable"):
        gan.compile(penalties=None)
    assert not gan.compiled


@pytest.mark.quickest
def test_augmenters_have_to_be_different_layers():
    flip = layers.RandomFlip(name="mirror")
    penalty = ConsistencyRegularization(flip)
    message = refused(layers.Pipeline([flip]), penalty)
    assert "the GAN and of the penalty 'consistency'" in message
    assert "'mirror' (RandomFlip) in both" in message


@pytest.mark.quickest
def test_an_augmenter_of_a_penalty_need_not_be_differentiable():
    check(None, [ConsistencyRegularization(Rounding())], SHAPE)
    message = refused(None, ConsistencyRegularization(layers.Resizing(4, 4)))
    assert "'resizing" in message


# What trying changes --------------------------------------------------------


# Replicas -------------------------------------------------------------------


class LatentsFromData:
    """Makes draws the same on one device and on two."""

    def sample_latents(self, batch, seed):
        rows = keras.ops.reshape(batch.images, (-1, 64))
        return rows[:, : self.latent_dim]


def test_two_replicas_are_one_device(make_gan, images, two_cpus, monkeypatch):
    from keras_gan import GAN

    # Noise differs between replicas, as it should; here it is none.
    monkeypatch.setattr(
        AdaptiveAugment, "augment_images", lambda self, images: images
    )
    cls = type("Fixed", (LatentsFromData, GAN), {})
    results = []
    for scope in (contextlib.nullcontext, two_cpus.scope):
        with scope():
            plain = make_gan(shape=SHAPE)
            gan = cls(
                _without_batch_norm(plain.generator),
                plain.discriminator,
                augmenter=_adaptive(),
                seed=7,
            )
            sgd = keras.optimizers.SGD
            # Each has an entry of its own in the logs.
            flip = layers.Rescaling(-1.0)
            penalties = [LeCam(), ConsistencyRegularization(flip)]
            gan.compile(sgd(0.01), sgd(0.01), penalties=penalties)
        # The last batch is of one image: one replica gets none.
        logs = fit(gan, images[:33], epochs=2)
        results.append((gan, logs))
    (one, one_logs), (two, two_logs) = results
    for a, b in zip(one.weights, two.weights, strict=True):
        a, b = (keras.ops.convert_to_numpy(v) for v in (a, b))
        assert np.abs(a - b).max() <= 1e-6 * max(1.0, np.abs(a).max())
    for key, values in one_logs.items():
        np.testing.assert_allclose(two_logs[key], values, 1e-4, 1e-6)
    assert one_logs["augment_probability"][-1] > 0
    assert {"lecam", "consistency"} <= one_logs.keys()


def _without_batch_norm(model):
    kind = layers.BatchNormalization
    kept = [layer for layer in model.layers if not isinstance(layer, kind)]
    return keras.Sequential([layers.Input((2,)), *kept])
