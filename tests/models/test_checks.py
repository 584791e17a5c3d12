"""Bad networks, arguments and data, and what is said of them."""

import re

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from keras_gan import GAN, networks, penalties


def dense(inputs, outputs):
    return keras.Sequential([layers.Input((inputs,)), layers.Dense(outputs)])


@keras.saving.register_keras_serializable(package="test_checks")
class Unbuilt(keras.Model):
    """A subclassed network that knows its input only when it is called."""

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.dense = layers.Dense(units)

    def call(self, inputs):
        return self.dense(inputs)

    def get_config(self):
        return {**super().get_config(), "units": self.units}


@pytest.fixture
def images():
    """Forty images of 4 x 4 pixels, in range."""
    rng = np.random.default_rng(0)
    return rng.uniform(-1, 1, (40, 4, 4, 1)).astype("float32")


@pytest.fixture
def image_gan():
    """A GAN of 4 x 4 images; arguments go to `compile`."""

    def make(num_classes=None, *, run_eagerly=True, **settings):
        # A few eager steps take less time than to trace a graph.
        pair = networks.mlp(
            (4, 4, 1), latent_dim=2, hidden=(4,), num_classes=num_classes
        )
        gan = GAN(*pair, num_classes=num_classes, seed=1)
        gan.compile(run_eagerly=run_eagerly, **settings)
        return gan

    return make


def state_of(gan):
    return [keras.ops.convert_to_numpy(v) for v in gan.weights]


def assert_untouched(gan, before):
    for old, new in zip(before, gan.weights, strict=True):
        np.testing.assert_array_equal(old, new)
    assert int(gan.optimizer.iterations) == 0


def dataset(*arrays, batch=16, drop=False):
    data = arrays if len(arrays) > 1 else arrays[0]
    return tf.data.Dataset.from_tensor_slices(data).batch(batch, drop)


# Networks --------------------------------------------------------------------


@pytest.mark.parametrize(
    "make, words",
    [
        (lambda: GAN(dense(2, 4), dense(5, 1)), r"\(4,\).*\(5,\).*same image"),
        (lambda: GAN(dense(2, 4), dense(4, 1), latent_dim=3),
         "`latent_dim`.*2.*Received: latent_dim=3.*Leave it out"),
        (lambda: GAN(dense(2, 4), dense(4, 1), num_classes=3),
         "`generator` must take `.latents, labels.`.*Received.*1 input"),
        (lambda: GAN(*networks.mlp((4,), num_classes=3)),
         "`generator` must take `latents`.*Received.*2 input.*`num_classes=`"),
        (lambda: GAN(networks.mlp_generator((4,)),
                     networks.mlp_discriminator((4,), num_classes=3)),
         "`discriminator` must take `images`.*Received.*2 input"),
        (lambda: GAN(dense(2, 4), dense(4, 3)), r"logit.*Received.*3.*Dense"),
        (lambda: GAN(Unbuilt(4), dense(4, 1)), "Pass `latent_dim=`"),
        (lambda: GAN(Unbuilt(4), dense(4, 1), latent_dim=0), "latent_dim=0"),
    ],
)  # fmt: skip
def test_networks_that_do_not_fit(make, words):
    with pytest.raises(ValueError, match=f"(?s){words}"):
        make()


def test_network_with_several_outputs():
    inputs = layers.Input((2,))
    two = keras.Model(inputs, [layers.Dense(4)(inputs)] * 2)
    with pytest.raises(ValueError, match="`generator` must return one tensor"):
        GAN(two, dense(4, 1))


@pytest.mark.parametrize("ema_momentum", [None, 0.9])
@pytest.mark.parametrize(
    "make",
    [Unbuilt, lambda units: keras.Sequential([layers.Dense(units)])],
    ids=["subclass", "sequential"],
)
def test_unbuilt_networks(make, ema_momentum, points):
    gan = GAN(make(4), make(1), latent_dim=3, ema_momentum=ema_momentum)
    assert (gan.latent_dim, gan.image_shape) == (3, (4,))
    gan.compile(run_eagerly=True)
    gan.fit(points, verbose=0)
    assert gan.generate(2).shape == (2, 4)


def test_unbuilt_networks_under_a_strategy(two_cpus, points):
    with two_cpus.scope():
        gan = GAN(Unbuilt(4), Unbuilt(1), latent_dim=3)
        gan.compile()
    for variable in gan.variables:
        assert isinstance(variable.value, tf.distribute.DistributedValues)
    assert np.isfinite(gan.fit(points, verbose=0).history["d_loss"]).all()


# Warnings --------------------------------------------------------------------


def functional_sigmoid():
    inputs = layers.Input((4,))
    outputs = keras.ops.sigmoid(layers.Dense(1)(inputs))
    return keras.Model(inputs, outputs), "sigmoid"


def ends_in(*last, name):
    return keras.Sequential([layers.Input((4,)), *last]), name


@pytest.mark.parametrize(
    "make",
    [
        lambda: ends_in(layers.Dense(1, activation="sigmoid", name="end"),
                        name="end"),
        lambda: ends_in(layers.Dense(1),
                        layers.Activation("sigmoid", name="end"), name="end"),
        lambda: ends_in(layers.Dense(1, activation="sigmoid", name="end"),
                        layers.Reshape((1,)), name="end"),
        lambda: ends_in(ends_in(layers.Dense(1, activation="sigmoid",
                                             name="end"), name="")[0],
                        name="end"),
        lambda: ends_in(layers.SpectralNormalization(
            layers.Dense(1, activation="sigmoid"), name="end"), name="end"),
        functional_sigmoid,
    ],
    ids=["dense", "activation", "reshaped", "nested", "wrapped", "operation"],
)  # fmt: skip
def test_sigmoid_at_the_end_of_the_discriminator(make):
    discriminator, name = make()
    with pytest.warns(UserWarning, match=f"sigmoid.*{name}.*Remove"):
        GAN(dense(2, 4), discriminator)


def test_sigmoid_inside_the_discriminator_is_fine():
    hidden = layers.Dense(4, activation="sigmoid")
    GAN(dense(2, 4), ends_in(hidden, layers.Dense(1), name="")[0])


class Block(layers.Layer):
    """A layer that has its batch normalisation inside."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.norm = layers.BatchNormalization(name="norm")

    def build(self, shape):
        self.norm.build(shape)

    def call(self, inputs, training=None):
        return self.norm(inputs, training=training)


@pytest.mark.parametrize("kind", ["layer", "model", "block"])
def test_batch_normalisation_under_a_gradient_penalty(kind):
    norm = layers.BatchNormalization(name="norm")
    if kind == "model":
        norm = ends_in(norm, name="")[0]
    if kind == "block":
        norm = Block()
    gan = GAN(dense(2, 4), ends_in(norm, layers.Dense(1), name="")[0])
    with pytest.warns(UserWarning, match=r"batch normalisation \(norm\)"):
        gan.compile(penalties=[penalties.R1(1.0)])
    # No gradient penalty, no warning: warnings are errors here.
    gan.compile(penalties=None)
    gan.compile(penalties=[penalties.LeCam()])


# Arguments -------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        {"num_classes": 0}, {"num_classes": 2.0}, {"num_classes": True},
        {"ema_momentum": 1.0}, {"ema_momentum": -0.1}, {"ema_momentum": "x"},
        {"seed": -1}, {"seed": 1.5}, {"seed": "x"},
    ],
    ids=str,
)  # fmt: skip
def test_arguments_of_the_constructor(arguments):
    ((name, value),) = arguments.items()
    with pytest.raises(ValueError, match=f"`{name}`.*Received: {value!r}"):
        GAN(dense(2, 4), dense(4, 1), **arguments)


def test_numpy_integers_are_integers():
    gan = GAN(
        dense(2, 4), dense(4, 1), latent_dim=np.int64(2), seed=np.int32(3)
    )
    gan.compile(discriminator_steps=np.int64(2))


@pytest.mark.parametrize(
    "arguments, words",
    [
        ({"loss": "hing"}, "Received: 'hing'.*names are.*hinge"),
        ({"penalties": ["r3"]}, "Received: 'r3'.*names are.*dragan"),
        ({"update": "both"}, "alternating.*simultaneous.*Received: 'both'"),
        ({"discriminator_steps": 0}, "`discriminator_steps`.*Received: 0"),
        ({"discriminator_steps": 1.0}, "`discriminator_steps`.*1.0"),
        ({"penalties": ["r1", "r1"]}, "different names.*`name=`"),
        ({"metrics": ["fid"]}, "`metrics`.*update_state.*Received: 'fid'"),
        ({"metrics": "fid"}, "`metrics`.*list.*Received: 'fid'"),
    ],
    ids=str,
)
def test_arguments_of_compile(make_gan, arguments, words):
    gan = make_gan()
    with pytest.raises(ValueError, match=f"(?s){words}"):
        gan.compile(**arguments)
    assert not gan.compiled


def test_one_optimizer_for_both(make_gan):
    adam = keras.optimizers.Adam()
    with pytest.raises(ValueError, match="same object twice.*Make two"):
        make_gan().compile(adam, adam)


# discriminator_steps ---------------------------------------------------------


@pytest.mark.parametrize("batch_size", [15, 16, None])
def test_batches_of_an_array_that_cannot_be_cut(image_gan, images, batch_size):
    gan = image_gan(discriminator_steps=3)
    before = state_of(gan)
    # The last batch of 16 has 8, that of 15 has 10, that of Keras' 32 has 8.
    with pytest.raises(ValueError, match="discriminator_steps=3.*multiple"):
        gan.fit(images, batch_size=batch_size, verbose=0)
    assert_untouched(gan, before)


def test_validation_split_is_taken_off_before(image_gan, images):
    gan = image_gan(discriminator_steps=3)
    gan.fit(images, batch_size=15, validation_split=0.25, verbose=0)
    with pytest.raises(ValueError, match="batch of 5 images"):
        gan.fit(images, batch_size=15, validation_split=0.5, verbose=0)


@pytest.mark.parametrize(
    "settings",
    [
        {"run_eagerly": False},
        {"run_eagerly": False, "jit_compile": True},
        {"run_eagerly": True},
    ],
    ids=str,
)
@pytest.mark.parametrize("drop", [True, False], ids=["static", "dynamic"])
def test_batches_of_a_data_set_that_cannot_be_cut(
    image_gan, images, settings, drop
):
    gan = image_gan(discriminator_steps=3, **settings)
    with pytest.raises(ValueError, match="discriminator_steps=3.*multiple"):
        gan.fit(dataset(images, drop=drop), verbose=0)
    # Whatever else goes wrong keeps its own words.
    failing = tf.data.Dataset.from_generator(
        lambda: 1 / 0, output_signature=tf.TensorSpec((3, 4, 4, 1))
    )
    if drop:
        with pytest.raises(tf.errors.OpError, match="ZeroDivisionError"):
            gan.fit(failing, verbose=0)


# Data ------------------------------------------------------------------------


def with_one(images, value):
    changed = images.copy()
    changed[5, 0, 0, 0] = value
    return changed


BAD_IMAGES = {
    "range": (lambda x: with_one(x, 7.0), r"from -0.99\d+ to 7\. Scale"),
    "NaN": (lambda x: with_one(x, np.nan), "1 of 40 images.*first at index 5"),
    "infinite": (lambda x: with_one(x, -np.inf), "index 5"),
    "bytes": (lambda x: np.uint8(127 * (x + 1)),
              r"from \d to 25\d\. Scale them first.*/ 127.5 - 1.0"),
    "channel": (lambda x: x[..., 0], r"\(batch, 4, 4, 1\).*\[..., None\]"),
    "shape": (lambda x: x[:, :3], r"Received: shape \(40, 3, 4, 1\). Resize"),
    "empty": (lambda x: x[:0], "There must be images"),
}  # fmt: skip


@pytest.mark.parametrize("kind", BAD_IMAGES)
def test_bad_arrays_of_images(image_gan, images, kind):
    change, words = BAD_IMAGES[kind]
    gan = image_gan()
    before = state_of(gan)
    bad = change(images)
    for call in (
        lambda: gan.fit(bad, verbose=0),
        lambda: gan.fit(images, validation_data=bad, verbose=0),
        lambda: gan.fit({"images": bad}, verbose=0),
        lambda: gan.evaluate(bad, verbose=0),
    ):
        with pytest.raises(ValueError, match=words):
            call()
    assert_untouched(gan, before)


@pytest.mark.parametrize("kind", ["range", "bytes", "channel", "shape"])
def test_bad_data_sets_of_images(image_gan, images, kind):
    gan = image_gan()
    data = dataset(BAD_IMAGES[kind][0](images))
    with pytest.raises(ValueError, match="Images must"):
        gan.fit(data, epochs=5, verbose=0)
    assert int(gan.optimizer.iterations) <= 3
    with pytest.raises(ValueError, match="Images must"):
        gan.evaluate(data, verbose=0)


@pytest.mark.parametrize("index", [0, 3])
def test_each_part_of_the_first_batch_is_looked_at(image_gan, images, index):
    gan = image_gan(discriminator_steps=2)
    images[index, 0, 0, 0] = 2.0
    seen = []
    count = keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: seen.append(batch)
    )
    data = dataset(images, batch=8)
    with pytest.raises(ValueError, match=r"must be in \[-1, 1\]"):
        gan.fit(data, verbose=0, callbacks=[count])
    assert seen == []  # No other callback has heard of the first batch.
    assert int(gan.optimizer.iterations) == 1


def test_a_later_batch_out_of_range_ends_the_epoch(image_gan, images):
    gan = image_gan()
    images[-1] = 3.0
    with pytest.raises(ValueError, match=r"must be in \[-1, 1\]"):
        gan.fit(dataset(images), epochs=3, verbose=0)
    assert int(gan.optimizer.iterations) == 3


def test_vectors_have_no_range(make_gan, points):
    gan = make_gan()
    gan.compile()
    gan.fit(100 * points, verbose=0)


LABELS = np.arange(40) % 3
BAD_LABELS = {
    "high": (LABELS + 1, r"\[0, 3\).*Received: .*Number the classes"),
    "low": (LABELS - 1, r"\[0, 3\).*Received: "),
    "floats": (LABELS.astype("float32"), "integers. Received: dtype float32"),
    "one-hot": (np.eye(3, dtype=int)[LABELS], "argmax"),
    "missing": (None, r"num_classes=3.*needs labels.*images alone"),
}


@pytest.mark.parametrize("kind", BAD_LABELS)
def test_bad_labels(image_gan, images, kind):
    labels, words = BAD_LABELS[kind]
    gan = image_gan(num_classes=3)
    before = state_of(gan)
    with pytest.raises(ValueError, match=re.compile(words)):
        gan.fit(images, labels, verbose=0)
    assert_untouched(gan, before)
    arrays = (images,) if labels is None else (images, labels)
    with pytest.raises(ValueError, match=re.compile(words)):
        gan.fit(dataset(*arrays), epochs=5, verbose=0)
    assert int(gan.optimizer.iterations) <= 3


def test_a_dict_without_images(image_gan, images):
    with pytest.raises(ValueError, match='"images".*Received.*pictures'):
        image_gan().fit({"pictures": images}, verbose=0)
