"""Layers of Keras and KerasCV as augmenters, and what TensorFlow does to them.

Which layers have a gradient, also in half precision, is another matter on
each backend.
"""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from keras_gan.models.augmenter_checks import check
from keras_gan.penalties import R1

SHAPE = (8, 8, 1)


@pytest.fixture
def images():
    """64 images in [-1, 1]."""
    draw = np.random.default_rng(0).uniform
    return draw(-1, 1, (64, *SHAPE)).astype("float32")


def fit(gan, images, **kwargs):
    kwargs = {"batch_size": 16, "shuffle": False, "verbose": 0, **kwargs}
    return gan.fit(images, **kwargs).history


def refused(augmenter, *penalties, shape=SHAPE):
    with pytest.raises((ValueError, TypeError)) as error:
        check(augmenter, penalties, shape)
    return str(error.value)


def test_kerascv_goes_on_from_its_own_generator(make_gan, images, tmp_path):
    keras_cv = pytest.importorskip("keras_cv", reason="KerasCV is optional")

    flip = keras_cv.layers.RandomFlip(seed=4)
    whole = make_gan(shape=SHAPE, augmenter=flip)
    whole.compile(penalties=None)
    save = keras.callbacks.ModelCheckpoint(tmp_path / "{epoch}.keras")
    logs = fit(whole, images, epochs=2, callbacks=[save])
    rest = keras.saving.load_model(tmp_path / "1.keras")
    assert fit(rest, images)["d_loss"] == logs["d_loss"][1:]


@pytest.mark.parametrize(
    "make, culprit",
    [
        (lambda: layers.RandAugment(value_range=(-1, 1)), "Posterization"),
        (lambda: layers.Equalization(value_range=(-1, 1)), "Equalization"),
        (lambda: layers.RandomSaturation(0.5, value_range=(-1, 1)), "Satur"),
    ],
)
def test_layers_of_keras_without_a_gradient(make, culprit):
    assert culprit in refused(make(), shape=(8, 8, 3))


@pytest.mark.parametrize(
    "make",
    [
        lambda: layers.RandomFlip(),
        lambda: layers.RandomTranslation(0.2, 0.2),
        lambda: layers.RandomRotation(0.2),
        lambda: layers.RandomZoom(0.2),
        lambda: layers.RandomContrast(0.3, value_range=(-1, 1)),
        lambda: layers.RandomBrightness(0.5, value_range=(-1, 1)),
        lambda: layers.RandomErasing(1.0, value_range=(-1, 1)),
        lambda: layers.GaussianNoise(0.1),
    ],
)
def test_layers_of_keras_that_will_do(make):
    check(make(), [R1(1.0)], SHAPE)


def test_layers_of_kerascv():
    cv = pytest.importorskip("keras_cv", reason="KerasCV is optional").layers
    for layer in (cv.RandomFlip(), cv.RandomCutout(0.5, 0.5)):
        check(layer, [R1(1.0)], SHAPE)
    check(cv.GridMask(), [], SHAPE)
    message = refused(cv.RandAugment((-1, 1), name="rand"), shape=(8, 8, 3))
    assert "(Equalization) inside 'rand' (RandAugment)" in message
    crop = cv.RandomCrop(8, 8, name="crop")
    check(crop, [], SHAPE)
    message = refused(crop, R1(1.0))
    assert "'crop' (RandomCrop), which does not have second" in message
    assert "or train without that penalty" in message
    assert "Received: Augmenter." in refused(cv.Augmenter([cv.RandomFlip()]))


def test_a_layer_that_needs_float32_is_told_so():
    keras.config.set_dtype_policy("mixed_bfloat16")
    message = refused(layers.RandomRotation(0.1))
    assert 'create it with `dtype="float32"`' in message
    check(layers.RandomRotation(0.1, dtype="float32"), [], SHAPE)


def test_another_range_between_two_rescalings_will_do():
    pipeline = layers.Pipeline(
        [
            layers.Rescaling(127.5, 127.5),
            layers.RandomBrightness(0.1),
            layers.Rescaling(1 / 127.5, -1.0),
        ]
    )
    check(pipeline, [], SHAPE)


def test_trying_changes_no_seed_and_no_state():
    generator = tf.random.Generator.from_seed(3)

    class Draws(layers.Layer):
        def __init__(self):
            super().__init__()
            self.generator = generator

        def call(self, images):
            return images + self.generator.normal(())

    pipeline = layers.Pipeline([layers.RandomFlip(seed=2), Draws()])
    before = [v.numpy() for v in pipeline.variables], generator.state.numpy()
    check(pipeline, [R1(1.0)], SHAPE)
    after = [v.numpy() for v in pipeline.variables], generator.state.numpy()
    np.testing.assert_array_equal(before[0], after[0])
    np.testing.assert_array_equal(before[1], after[1])


def test_a_layer_that_xla_cannot_compile_is_marked():
    class Strings(layers.Layer):
        def call(self, images):
            length = tf.strings.length(tf.strings.as_string(images[0, 0, 0]))
            return images * tf.cast(tf.reduce_sum(length), "float32")

    layer = Strings()
    check(layer, [], SHAPE)
    assert layer.supports_jit
    check(layer, [], SHAPE, jit_compile=True)
    assert not layer.supports_jit
