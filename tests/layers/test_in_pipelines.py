"""Layers in `tf.data`, in loops and in models."""

import keras
import numpy as np
import pytest
from portable import assert_close, assert_equal, corners, pipeline, to_numpy

import keras_gan
from keras_gan import layers

SHAPE = (8, 8, 1)
IMAGES = np.random.default_rng(0).uniform(-1, 1, (24, *SHAPE))
IMAGES = IMAGES.astype("float32")
LABELS = np.repeat(np.arange(3, dtype="int32"), [16, 6, 2])


def make_gan():
    pair = keras_gan.networks.mlp(
        SHAPE, latent_dim=4, hidden=(16,), num_classes=3, seed=1
    )
    return keras_gan.GAN(*pair, num_classes=3, seed=2)


def batches(layer, calls=None):
    data = pipeline((IMAGES, LABELS), 8)
    mixed = data.map(lambda *both: layer(*both), num_parallel_calls=calls)
    return [(to_numpy(x), to_numpy(y)) for x, y in mixed]


def generator(**options):
    return layers.GANDataGenerator(make_gan(), 0.5, seed=3, **options)


@pytest.mark.parametrize(
    "options", [{}, {"balance": "uniform", "pool_size": 30}]
)
def test_generated_images_in_a_pipeline(options):
    one, other = (batches(generator(**options), n) for n in (None, 4))
    for (x, y), (u, v) in zip(one, other, strict=True):
        assert_equal(x, u)
        assert_equal(y, v)
    changed = [np.any(x != i) for x, i in zip(one[0][0], IMAGES, strict=False)]
    assert sum(changed) == 4


@pytest.mark.quickest
def test_single_images_become_batches_by_append():
    layer = generator(mode="append")
    data = pipeline((IMAGES, LABELS))
    for images, labels in data.take(3).map(layer):
        assert images.shape[1:] == SHAPE and len(images) == len(labels)


def test_pool_inside_a_fitted_model():
    layer = generator(pool_size=30)
    inputs = keras.Input(SHAPE), keras.Input((), dtype="int32")
    images, _ = layer(*inputs)
    outputs = keras.layers.Dense(1)(keras.layers.Flatten()(images))
    model = keras.Model(inputs, outputs)
    model.compile("sgd", "mse")
    history = model.fit([IMAGES, LABELS], LABELS, verbose=0).history
    assert np.isfinite(history["loss"][0])


@pytest.mark.skipif(
    keras.backend.backend() != "jax", reason="others have batches of any size"
)
def test_append_inside_a_compiled_model_is_refused():
    inputs = keras.Input(SHAPE), keras.Input((), dtype="int32")
    images, _ = generator(mode="append")(*inputs)
    outputs = keras.layers.Dense(1)(keras.layers.Flatten()(images))
    model = keras.Model(inputs, outputs)
    model.compile("sgd", "mse")
    with pytest.raises(ValueError, match="compiled JAX program cannot"):
        model.fit([IMAGES, LABELS], LABELS, verbose=0)


@pytest.mark.parametrize("filter", corners(["threshold", None, "rejection"]))
def test_generated_images_in_a_loop(filter):
    layer = generator(filter=filter)
    images = IMAGES[:8]
    x, _ = layer(images, LABELS[:8])
    assert tuple(x.shape) == images.shape
    x = keras.ops.convert_to_numpy(x)
    assert sum(np.any(a != b) for a, b in zip(x, images, strict=True)) == 4


@pytest.mark.quickest
def test_uniform_balance_over_batches():
    layer, counts = generator(balance="uniform"), 0
    for _ in range(20):
        labels = keras.ops.convert_to_numpy(layer(IMAGES, LABELS)[1])
        counts = counts + np.bincount(labels, minlength=3)
    assert_close(counts / counts.sum(), 1 / 3, atol=0.01)


def test_model_with_the_layer_is_saved_and_loaded(tmp_path):
    inputs = keras.Input(SHAPE)
    layer = layers.GANDataGenerator(
        keras_gan.GAN(
            *keras_gan.networks.mlp(SHAPE, latent_dim=4, hidden=(8,))
        ),
        1.0,
        seed=3,
    )
    model = keras.Model(inputs, layer(inputs))
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    one, other = (
        keras.ops.convert_to_numpy(m(IMAGES, training=True))
        for m in (model, loaded)
    )
    assert_equal(one, other)
    assert np.any(one != IMAGES)


@pytest.mark.parametrize(
    "make",
    [
        lambda: layers.DiffAugment(seed=1),
        lambda: layers.AdaptiveAugment(
            ["shift", "contrast"], probability=0.8, seed=1
        ),
    ],
)
def test_augmentation_in_a_pipeline(make):
    layer = make()
    data = {"images": IMAGES, "labels": LABELS}
    mapped = pipeline(data, 8).map(layer)
    found = list(mapped)
    assert found[0]["images"].shape == (8, *SHAPE)
    changed = np.concatenate([one["images"] for one in found])
    assert np.isfinite(changed).all() and np.any(changed != IMAGES)
    labels = np.concatenate([one["labels"] for one in found])
    assert_equal(labels, LABELS)
    assert len(list(mapped.map(lambda one: one["images"]))) == 3


@pytest.mark.quickest
def test_synthetic_data_and_load_feed_fit():
    gan = make_gan()
    gan.compile()
    source = make_gan()
    data = keras_gan.datasets.synthetic(source, num_images=24, batch_size=8)
    history = gan.fit(data, verbose=0).history
    assert np.isfinite(history["d_loss"][0])
    digits = keras_gan.datasets.load(
        (IMAGES, LABELS), batch_size=8, seed=1, balance="uniform"
    )
    assert np.isfinite(gan.fit(digits, verbose=0).history["d_loss"][0])
