"""The augmentation layers inside what Keras, KerasCV and tf.data offer."""

import keras
import numpy as np
import pytest
from portable import (
    array,
    assert_close,
    assert_equal,
    corners,
    dtype_of,
    pipeline,
    to_numpy,
)

from keras_gan.layers import AdaptiveAugment, DiffAugment

AUTOTUNE = -1  # As tf.data calls it.
# The one size of batch: what JAX has compiled once it has for all.
BATCH = 3


def diff(**options):
    return DiffAugment(value_range=(0, 255), **options)


def adaptive(**options):
    operations = ["flip", "shift", "brightness"]
    return AdaptiveAugment(
        operations, probability=1.0, value_range=(0, 255), **options
    )


@pytest.fixture(params=corners([adaptive, diff]), ids=["adaptive", "diff"])
def make(request):
    return request.param


def same_images(dtype="float32"):
    """Six times the same image, so that only the changes differ."""
    image = np.random.default_rng(0).integers(0, 256, (1, 12, 10, 3))
    return np.repeat(image, 6, axis=0).astype(dtype)


def everything():
    return {
        "images": same_images(),
        "labels": np.eye(6, dtype="float32"),
        "segmentation_masks": same_images()[..., :1],
        "names": np.arange(6, dtype="float32"),
    }


def dataset(data):
    return pipeline(data)


def values(mapped):
    found = list(mapped.as_numpy_iterator())
    return np.concatenate(found) if found[0].ndim == 4 else np.stack(found)


def assert_changed(images, count=6):
    """Every image is of its kind, changed, and in its own way."""
    images = array(images)
    assert dtype_of(images) == "float32" and images.shape[1:] == (12, 10, 3)
    assert np.isfinite(images).all()
    different = {image.tobytes() for image in images}
    assert len(different) == len(images) == count
    assert same_images()[0].tobytes() not in different


# tf.data ----------------------------------------------------------------------


def test_map_before_and_after_batch(make):
    images = dataset(same_images("uint8"))
    orders = (
        lambda: images.map(make(seed=1)).batch(BATCH),
        lambda: images.batch(BATCH).map(make(seed=1)),
    )
    for order in orders:
        mapped = order()
        assert mapped.element_spec.shape == (None, 12, 10, 3)
        first, second = values(mapped), values(mapped)
        assert_changed(first)
        assert 0 <= first.min() and first.max() <= 255
        # Every epoch is another; the same seed gives the same ones.
        assert (first != second).any()
        assert_equal(values(order()), first)


def test_parallel_map(make):
    images = dataset(np.tile(same_images(), (10, 1, 1, 1)))
    mapped = values(images.map(make(), num_parallel_calls=AUTOTUNE))
    assert mapped.shape == (60, 12, 10, 3) and np.isfinite(mapped).all()
    assert not (mapped == same_images()[0]).all(axis=(1, 2, 3)).any()
    # As with Keras' own layers, two that are drawn in the same moment may be
    # the same.
    assert len({image.tobytes() for image in mapped}) > 30


@pytest.mark.parametrize("batch_size", corners([BATCH, None]))
def test_map_of_dicts(make, batch_size):
    data = everything()
    data["bounding_boxes"] = {
        "boxes": np.array([[[1, 2, 6, 9], [0, 0, 3, 3]]] * 6, "float32"),
        "labels": np.array([[0, -1]] * 6),
    }
    rows = dataset(data)
    if batch_size:
        rows = rows.batch(batch_size)
    mapped = rows.map(make(bounding_box_format="xyxy"))
    keras.tree.assert_same_structure(mapped.element_spec, rows.element_spec)
    mapped = mapped if batch_size else mapped.batch(6)
    (rows,) = mapped.unbatch().batch(6).as_numpy_iterator()
    assert_changed(rows["images"])
    for name in ("labels", "names"):
        assert_equal(rows[name], data[name])
    assert (rows["segmentation_masks"] != data["segmentation_masks"]).any()
    boxes = rows["bounding_boxes"]["boxes"]
    assert (boxes[:, 1] == -1).all() and len(np.unique(boxes[:, 0])) > 2


# Keras ------------------------------------------------------------------------


def test_keras_pipeline(make):
    layers = [make(), keras.layers.RandomFlip(), make()]
    pipeline = keras.layers.Pipeline(layers)
    images = same_images()[:BATCH]
    assert_changed(pipeline(images), BATCH)
    kept = pipeline(images, training=False)
    assert_equal(kept, images)
    config = pipeline.get_config()
    other = keras.layers.Pipeline.from_config(config)
    assert other.get_config() == config


def classifier(layer, kind):
    head = [
        keras.layers.Rescaling(1 / 255),
        keras.layers.Flatten(),
        keras.layers.Dense(2),
    ]
    if kind == "sequential":
        return keras.Sequential([keras.Input((12, 10, 3)), layer, *head])
    outputs = inputs = keras.Input((12, 10, 3))
    for one in (layer, *head):
        outputs = one(outputs)
    return keras.Model(inputs, outputs)


@pytest.mark.parametrize(
    "kind, make", corners([("functional", adaptive), ("sequential", diff)])
)
def test_in_a_model(kind, make, tmp_path):
    images = same_images()[:BATCH]
    model = classifier(make(), kind)
    assert model.compute_output_shape((6, 12, 10, 3)) == (6, 2)
    model.compile("sgd", "mse", jit_compile=False)
    history = model.fit(images, np.ones((BATCH, 2)), verbose=0)
    assert np.isfinite(history.history["loss"]).all()
    # Identity at inference, and a change in training.
    predicted = model.predict(images, verbose=0)
    head = keras.Sequential(model.layers[-3:])
    assert_close(predicted, head(images), rtol=1e-4)
    trained = model(images, training=True)
    assert np.abs(predicted - to_numpy(trained)).max() > 1e-4
    model.save(tmp_path / "model.keras")
    other = keras.saving.load_model(tmp_path / "model.keras")
    again = other.predict(images, verbose=0)
    assert_equal(again, predicted)
    assert [one.get_config() for one in other.layers] == [
        one.get_config() for one in model.layers
    ]


@pytest.mark.quickest
def test_in_a_model_of_dicts(make):
    inputs = {
        "images": keras.Input((12, 10, 3), name="images"),
        "segmentation_masks": keras.Input(
            (12, 10, 1), name="segmentation_masks"
        ),
    }
    model = keras.Model(inputs, make()(inputs))
    data = {name: everything()[name][:BATCH] for name in inputs}
    predicted = model.predict(data, verbose=0)
    for name in inputs:
        assert_equal(predicted[name], data[name])
    trained = model(data, training=True)
    assert_changed(trained["images"], BATCH)
    moved = to_numpy(trained["segmentation_masks"])
    assert (moved != data["segmentation_masks"]).any()
