"""What Keras users do to models: it works, or one sentence says what does."""

import keras
import numpy as np
import pytest
from keras import layers, ops
from portable import corners

import keras_gan

BACKEND = keras.config.backend()
IMAGES = np.random.default_rng(0).uniform(-1, 1, (32, 4)).astype("float32")


def numpy_weights(network):
    return [ops.convert_to_numpy(v).copy() for v in network.weights]


def ema(rate):
    return keras.optimizers.SGD(rate, use_ema=True, ema_momentum=0.5)


@pytest.mark.parametrize("validation_data", corners([IMAGES, None]))
def test_averages_of_optimizers_are_swapped_in(make_gan, validation_data):
    seen = []

    class See(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            seen.append(numpy_weights(self.model.discriminator))

    gan = make_gan(ema_momentum=None)
    gan.compile(ema(0.1), ema(0.1), loss="non_saturating")
    swap = keras.callbacks.SwapEMAWeights(swap_on_epoch=True)
    data = {"validation_data": validation_data, "verbose": 0}
    gan.fit(IMAGES, batch_size=8, callbacks=[See(), swap, See()], **data)
    trained, averaged = seen
    assert all(
        not np.array_equal(a, b) for a, b in zip(trained, averaged, strict=True)
    )
    # With averages of neither, Keras says so.
    gan = make_gan()
    gan.compile()
    with pytest.raises(ValueError, match="use_ema"):
        gan.fit(IMAGES, callbacks=[keras.callbacks.SwapEMAWeights(True)])


@pytest.mark.quickest
@pytest.mark.parametrize("role", ["generator", "discriminator"])
def test_networks_that_were_frozen_for_a_combined_model(make_gan, role):
    networks = make_gan()
    generator, discriminator = networks.generator, networks.discriminator
    getattr(networks, role).trainable = False
    with pytest.warns(UserWarning, match=f"`{role}` had `trainable = False`"):
        gan = keras_gan.GAN(generator, discriminator, seed=1)
    gan.compile()
    before = numpy_weights(getattr(gan, role))
    gan.fit(IMAGES, verbose=0)
    after = numpy_weights(getattr(gan, role))
    assert not np.array_equal(before[0], after[0])


def test_random_numbers_of_another_library(make_gan):
    class Noisy(layers.Layer):
        def __init__(self):
            super().__init__()
            self.seed_generator = np.random.default_rng(0)

        def call(self, inputs):
            return inputs

    gan = make_gan(ema_momentum=None)
    noisy = keras.Sequential([gan.discriminator, Noisy()])
    gan = keras_gan.GAN(gan.generator, noisy, ema_momentum=None)
    gan.compile(penalties=[])
    assert np.isfinite(gan.train_on_batch(IMAGES)).all()


@pytest.fixture
def float64():
    keras.config.set_floatx("float64")
    keras.config.set_dtype_policy("float64")
    yield
    keras.config.set_floatx("float32")


@pytest.mark.skipif(BACKEND == "jax", reason="JAX has 64 bits by a setting")
@pytest.mark.parametrize("name", ["DiffAugment", "AdaptiveAugment"])
def test_double_precision_as_the_default(float64, name):
    generator = keras.Sequential(
        [keras.Input((2,)), layers.Dense(64), layers.Reshape((8, 8, 1))]
    )
    discriminator = keras.Sequential(
        [keras.Input((8, 8, 1)), layers.Flatten(), layers.Dense(1)]
    )
    augmenter = getattr(keras_gan.layers, name)(seed=1)
    gan = keras_gan.GAN(generator, discriminator, augmenter=augmenter, seed=1)
    gan.compile(penalties=[])
    images = np.tanh(np.random.default_rng(1).normal(size=(8, 8, 8, 1)))
    gan.fit(images, verbose=0)
    assert all(v.dtype == "float64" for v in gan.generator.weights)
    metric = keras_gan.metrics.KernelInceptionDistance("digits")
    metric.update_state(images, images)
    assert np.isfinite(ops.convert_to_numpy(metric.result()))


@pytest.mark.parametrize("make", corners(["dcgan", "r3gan", "coupled"]))
def test_channels_first(make):
    keras.config.set_image_data_format("channels_first")
    try:
        with pytest.raises(ValueError, match="channels last.*channels_first"):
            getattr(keras_gan.networks, make)((1, 8, 8))
    finally:
        keras.config.set_image_data_format("channels_last")


def conditional_gan():
    keras.utils.set_random_seed(1)
    networks = keras_gan.networks.mlp((4, 4, 1), hidden=(8,), num_classes=2)
    gan = keras_gan.GAN(*networks, num_classes=2, seed=1)
    gan.compile(penalties=[])
    return gan


def direct_step(gan, data):
    if BACKEND != "jax":
        return gan.train_step(data)
    state = [
        [v.value for v in getattr(gan, f"{kind}_variables")]
        for kind in ("trainable", "non_trainable", "metrics")
    ]
    state.insert(2, [v.value for v in gan.optimizer.variables])
    return gan.train_step(state, data)


WAYS = {
    "fit": lambda gan, data: gan.fit(*data, verbose=0),
    "train_on_batch": lambda gan, data: gan.train_on_batch(*data),
    "test_on_batch": lambda gan, data: gan.test_on_batch(*data),
    "evaluate": lambda gan, data: gan.evaluate(*data, verbose=0),
    "train_step": direct_step,
}
GRAY = np.tanh(np.random.default_rng(2).normal(size=(8, 4, 4, 1)))
CLASSES = np.arange(8) % 2
BAD_DATA = {
    "bytes": ((GRAY * 127.5 + 127.5, CLASSES), r"\[-1, 1\]"),
    "NaN": ((np.where(GRAY > 0.5, np.nan, GRAY), CLASSES), "finite"),
    "classes from 1": ((GRAY, CLASSES + 1), r"`labels` must be in \[0, 2\)"),
    "negative class": ((GRAY, CLASSES - 1), r"`labels` must be in \[0, 2\)"),
    "text": ((GRAY, np.array(["a", "b"] * 4)), "`labels` must be integers"),
    "floats": ((GRAY, CLASSES / 1.0), "`labels` must be integers"),
    "nothing": ((None, None), "must be images"),
    "an empty list": (([], []), "`images` must be one array"),
    "a number": ((np.float32(0.5), CLASSES), "Images must have the shape"),
    "list of images": ((list(GRAY), CLASSES), "`images` must be one array"),
    "list of labels": ((GRAY, CLASSES.tolist()), "`labels` must be one array"),
}


@pytest.fixture(scope="module")
def conditional():
    return conditional_gan()


@pytest.mark.quickest
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", BAD_DATA)
def test_all_ways_to_train_refuse_the_same(conditional, way, kind):
    data, message = BAD_DATA[kind]
    before = numpy_weights(conditional)
    with pytest.raises(ValueError, match=message):
        WAYS[way](conditional, data)
    for old, new in zip(before, numpy_weights(conditional), strict=True):
        np.testing.assert_array_equal(old, new)


@pytest.mark.quickest
@pytest.mark.parametrize("way", ["fit", "evaluate"])
def test_floats_from_0_to_1(conditional, way):
    words = r"look like \[0, 1\].*\* 2.0 - 1.0"
    with pytest.warns(UserWarning, match=words) as warned:
        getattr(conditional, way)((GRAY + 1) / 2, CLASSES, verbose=0)
    # It is about the line that passes them.
    assert warned[0].filename == __file__


@pytest.mark.quickest
@pytest.mark.parametrize("suffix", ["h5", "HDF5", "model", "keras.h5"])
def test_hdf5_is_refused_before_training(conditional, tmp_path, suffix):
    path = tmp_path / f"gan.{suffix}"
    before = numpy_weights(conditional)
    words = "saved as a `.keras` file.*`.weights.h5`"
    with pytest.raises(ValueError, match=words):
        conditional.save(path)
    if suffix == "h5":
        checkpoint = keras.callbacks.ModelCheckpoint(path)
        ours = keras.callbacks.CallbackList([checkpoint], model=conditional)
        for callbacks in (checkpoint, [checkpoint], ours):
            with pytest.raises(ValueError, match=words):
                conditional.fit(GRAY, CLASSES, callbacks=callbacks, verbose=0)
    assert not path.exists()
    np.testing.assert_array_equal(before[0], numpy_weights(conditional)[0])


def test_weights_in_hdf5_come_back(conditional, tmp_path):
    conditional.save_weights(tmp_path / "gan.weights.h5")
    other = conditional_gan()
    other.load_weights(tmp_path / "gan.weights.h5")
    for ours, theirs in zip(
        numpy_weights(other), numpy_weights(conditional), strict=True
    ):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.quickest
def test_one_optimizer_is_not_enough_and_says_so(conditional):
    with pytest.raises(TypeError, match="`generator_optimizer=` and"):
        conditional.compile(optimizer="adam")
    with pytest.raises(TypeError, match="argument 'weighted_metrics'"):
        conditional.compile(weighted_metrics=[])
