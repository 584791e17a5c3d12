"""Bad data, and what is said of it."""

import re

import keras
import numpy as np
import pytest
from portable import QUICK_STEPS, corners

from keras_gan import GAN, networks


@pytest.fixture
def images():
    """Forty images of 4 x 4 pixels, in range."""
    rng = np.random.default_rng(0)
    return rng.uniform(-1, 1, (40, 4, 4, 1)).astype("float32")


@pytest.fixture
def image_gan():
    """A GAN of 4 x 4 images; arguments go to `compile`."""

    def make(num_classes=None, **settings):
        pair = networks.mlp(
            (4, 4, 1), latent_dim=2, hidden=(4,), num_classes=num_classes
        )
        gan = GAN(*pair, num_classes=num_classes, seed=1)
        gan.compile(**{"loss": "hinge", **QUICK_STEPS, **settings})
        return gan

    return make


def state_of(gan):
    return [keras.ops.convert_to_numpy(v) for v in gan.weights]


def assert_untouched(gan, before):
    for old, new in zip(before, gan.weights, strict=True):
        np.testing.assert_array_equal(old, new)
    assert int(gan.optimizer.iterations) == 0


def dataset(*arrays, batch=16, drop=False):
    import tensorflow as tf

    data = arrays if len(arrays) > 1 else arrays[0]
    return tf.data.Dataset.from_tensor_slices(data).batch(batch, drop)


# discriminator_steps ---------------------------------------------------------


@pytest.mark.quickest
@pytest.mark.parametrize("batch_size", [15, 16, None])
def test_batches_of_an_array_that_cannot_be_cut(image_gan, images, batch_size):
    gan = image_gan(discriminator_steps=3)
    before = state_of(gan)
    # The last batch of 16 has 8, that of 15 has 10, that of Keras' 32 has 8.
    with pytest.raises(ValueError, match="discriminator_steps=3.*multiple"):
        gan.fit(images, batch_size=batch_size, verbose=0)
    assert_untouched(gan, before)


@pytest.mark.quickest
def test_validation_split_is_taken_off_before(image_gan, images):
    gan = image_gan(discriminator_steps=3)
    gan.fit(images, batch_size=15, validation_split=0.25, verbose=0)
    with pytest.raises(ValueError, match="batch of 5 images"):
        gan.fit(images, batch_size=15, validation_split=0.5, verbose=0)


@pytest.mark.quickest
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
    import tensorflow as tf

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
    "empty": (lambda x: x[:0], "There must be at least one image"),
}  # fmt: skip


@pytest.mark.quickest
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


@pytest.mark.parametrize(
    "kind", corners(["range", "bytes", "channel", "shape"])
)
def test_bad_data_sets_of_images(image_gan, images, kind):
    gan = image_gan()
    data = dataset(BAD_IMAGES[kind][0](images))
    with pytest.raises(ValueError, match="Images must"):
        gan.fit(data, epochs=5, verbose=0)
    assert int(gan.optimizer.iterations) <= 3
    with pytest.raises(ValueError, match="Images must"):
        gan.evaluate(data, verbose=0)


@pytest.mark.parametrize("index", corners([3, 0]))
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


@pytest.mark.quickest
def test_vectors_have_no_range(make_gan, points):
    gan = make_gan()
    gan.compile(loss="hinge")
    gan.fit(100 * points, verbose=0)


LABELS = np.arange(40) % 3
BAD_LABELS = {
    "high": (LABELS + 1, r"\[0, 3\).*Received: .*Number the classes"),
    "low": (LABELS - 1, r"\[0, 3\).*Received: "),
    "floats": (LABELS.astype("float32"), "integers. Received: dtype float32"),
    "texts": (np.array(["a", "b", "c"])[LABELS], "return_inverse=True"),
    "one-hot": (np.eye(3, dtype=int)[LABELS], "argmax"),
    "missing": (None, r"num_classes=3.*needs labels.*images without labels"),
}


@pytest.mark.quickest
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


@pytest.mark.quickest
def test_labels_in_a_column_and_in_a_row(image_gan, images):
    gan = image_gan(num_classes=3)
    for labels in (LABELS[:, None], LABELS, LABELS[:, None]):
        gan.fit(images, labels, verbose=0)
    assert int(gan.optimizer.iterations) > 0


@pytest.mark.quickest
def test_two_arrays_in_one(image_gan, images):
    gan = image_gan(num_classes=2)
    labels = np.arange(40) % 2
    words = r"`images` must be one array.*a tuple of 2.*`fit\(x, y\)`"
    for method in (
        *(gan.fit, gan.evaluate),
        *(gan.train_on_batch, gan.test_on_batch),
    ):
        with pytest.raises(ValueError, match=words):
            method((images, labels))
        with pytest.raises(ValueError, match="`labels` must be one.*of 40"):
            method(images, tuple(labels))


@pytest.mark.quickest
def test_two_arrays_in_one_of_a_data_set(image_gan, images):
    pairs = dataset((images, np.arange(40) % 2)).map(lambda *x: (x,))
    with pytest.raises(ValueError, match="a (tuple|list) of 2"):
        image_gan(num_classes=2).fit(pairs, verbose=0)


@pytest.mark.quickest
def test_weights_of_classes(image_gan, images):
    gan = image_gan()
    for method in (gan.fit, gan.train_on_batch):
        with pytest.raises(ValueError, match="`class_weight` is not supported"):
            method(images, class_weight={0: 1.0})


@pytest.mark.quickest
def test_images_that_are_no_real_numbers(image_gan, images):
    gan = image_gan()
    for method in (gan.fit, gan.train_on_batch, gan.test_on_batch):
        for dtype in ("complex64", "str", "object"):
            with pytest.raises(ValueError, match="must be real numbers"):
                method(images.astype(dtype))


@pytest.mark.quickest
def test_a_dict_without_images(image_gan, images):
    with pytest.raises(ValueError, match='"images".*Received.*pictures'):
        image_gan().fit({"pictures": images}, verbose=0)


# steps_per_execution ---------------------------------------------------------


class Ticks(keras.callbacks.Callback):
    """Counts the steps that the optimizer has done after each epoch."""

    def on_train_begin(self, logs=None):
        self.steps = []

    def on_epoch_end(self, epoch, logs=None):
        self.steps.append(int(self.model.optimizer.iterations))


def compiled_for(gan, width):
    # PyTorch's own word on this comes when `fit` begins.
    gan.steps_per_execution = width
    return gan


@pytest.mark.quickest
@pytest.mark.parametrize("name", ["steps_per_epoch", "validation_steps"])
def test_steps_that_executions_cannot_make_up(image_gan, images, name):
    gan = compiled_for(image_gan(), 4)
    before = state_of(gan)
    steps = {"steps_per_epoch": 8, "validation_steps": 8, name: 10}
    words = (
        f"`{name}` must be a multiple of `steps_per_execution`, or 2 more .*"
        f"Received: {name}=10, steps_per_execution=4. Pass 12, or compile with "
        "`steps_per_execution=2`"
    )
    with pytest.raises(ValueError, match=words):
        gan.fit(images, validation_data=images, verbose=0, **steps)
    assert_untouched(gan, before)


@pytest.mark.skipif(keras.backend.backend() == "torch", reason="one at a time")
def test_a_last_execution_of_fewer_steps_is_said(image_gan, images):
    gan = image_gan(steps_per_execution=4, run_eagerly=False)
    ticks = Ticks()
    options = {"epochs": 2, "verbose": 0, "callbacks": [ticks]}
    words = "does not divide the 5 steps.* last execution does 1, .* 8 steps"
    for data in (images, dataset(images, batch=8)):
        size = {"batch_size": 8} if data is images else {}
        with pytest.warns(UserWarning, match=words) as warned:
            gan.fit(data, **size, **options)
        said = [w for w in warned if "steps_per_execution" in str(w.message)]
        assert len(said) == 1
        assert ticks.steps[1] - ticks.steps[0] == 5  # All data is used.
    gan.fit(images, batch_size=10, **options)  # 4 steps
    gan.fit(dataset(images, batch=8).repeat(), steps_per_epoch=4, **options)
    # Nobody knows how long it is.
    some = dataset(images, batch=8).repeat().filter(lambda _: True)
    gan.fit(some, steps_per_epoch=4, **options)
