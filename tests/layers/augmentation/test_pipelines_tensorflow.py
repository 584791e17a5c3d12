"""Pipelines: what is TensorFlow's own."""

import keras
import keras_cv
import numpy as np
import pytest
import tensorflow as tf
from portable import (
    array,
    assert_close,
    assert_equal,
    dtype_of,
    pipeline,
    to_numpy,
)

from keras_gan.layers import AdaptiveAugment, DiffAugment


def diff(**options):
    return DiffAugment(value_range=(0, 255), **options)


def adaptive(**options):
    operations = ["flip", "shift", "brightness"]
    return AdaptiveAugment(
        operations, probability=1.0, value_range=(0, 255), **options
    )


@pytest.fixture(params=[diff, adaptive], ids=["diff", "adaptive"])
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


def test_images_of_many_sizes(make):
    sizes = [(9, 14), (12, 10), (7, 7)]

    def images():
        return (np.full((*size, 3), 30, "uint8") for size in sizes)

    unknown = tf.TensorSpec((None, None, 3), "uint8")
    many = tf.data.Dataset.from_generator(images, output_signature=unknown)
    mapped = many.map(make())
    assert mapped.element_spec.shape == (None, None, 3)
    assert [image.shape[:2] for image in mapped] == sizes


def test_agrees_with_images_of_known_size(make):
    known = make(seed=1)(same_images())
    layer = make(seed=1)
    unknown = tf.function(
        layer, input_signature=[tf.TensorSpec((None, None, None, 3))]
    )
    assert_close(unknown(same_images()), known, atol=2e-3)


WRAPPERS = {
    "augmenter": lambda layer: keras_cv.layers.Augmenter(
        [layer, keras_cv.layers.RandomFlip()]
    ),
    "pipeline": lambda layer: keras_cv.layers.RandomAugmentationPipeline(
        [layer], augmentations_per_image=1, rate=1.0, seed=1
    ),
    "apply": lambda layer: keras_cv.layers.RandomApply(layer, rate=1.0, seed=1),
}


@pytest.mark.parametrize(
    "name, make",
    [("augmenter", adaptive), ("pipeline", diff), ("apply", adaptive)],
)
def test_inside_keras_cv(make, name):
    wrapped = WRAPPERS[name](make())
    assert_changed(wrapped(same_images()))
    data = everything()
    (rows,) = dataset(data).batch(6).map(wrapped)
    assert_changed(rows["images"])
    for other in ("labels", "names"):
        assert_equal(rows[other], data[other])
    masks = to_numpy(rows["segmentation_masks"])
    assert (masks != data["segmentation_masks"]).any()


@pytest.mark.parametrize(
    "name, make", [("augmenter", diff), ("pipeline", adaptive)]
)
def test_single_images_inside_keras_cv(make, name):
    # Its `RandomApply` takes none in a graph, whatever the layer.
    wrapped = WRAPPERS[name](make())
    assert_changed(values(dataset(same_images()).map(wrapped)))


def test_random_apply_changes_a_share():
    apply = keras_cv.layers.RandomApply(diff(), rate=0.5, seed=1)
    images = np.concatenate([same_images()] * 4)
    changed = (to_numpy(apply(images)) != images).any(axis=(1, 2, 3))
    assert 4 <= changed.sum() <= 20


def test_random_apply_of_whole_batches(make):
    apply = keras_cv.layers.RandomApply(make(), rate=1.0, batchwise=True)
    assert_changed(apply(same_images()))


def test_repeated_augmentation(make):
    repeated = keras_cv.layers.RepeatedAugmentation([make(), make()])
    data = {name: everything()[name] for name in ("images", "labels")}
    (rows,) = dataset(data).batch(6).map(repeated)
    assert_changed(rows["images"], count=12)
    assert_equal(to_numpy(rows["labels"]).sum(axis=0), [2] * 6)


def boxes_of_keras_cv():
    """Ragged, as KerasCV's loaders give them: one box, then two."""
    return {
        "boxes": tf.ragged.constant(
            [[[2, 3, 9, 9]], [[1, 1, 5, 5], [4, 4, 9, 12]]] * 3,
            ragged_rank=1,
            inner_shape=(4,),
            dtype="float32",
        ),
        "classes": tf.ragged.constant([[1], [0, 2]] * 3, dtype="float32"),
    }


def test_boxes_of_keras_cv(make):
    data = {"images": same_images(), "bounding_boxes": boxes_of_keras_cv()}
    layer = make(bounding_box_format="xyxy", seed=1)
    augmenter = keras_cv.layers.Augmenter(
        [layer, keras_cv.layers.RandomFlip(bounding_box_format="xyxy")]
    )
    (rows,) = tf.data.Dataset.from_tensors(data).map(augmenter)
    boxes = keras_cv.bounding_box.to_dense(rows["bounding_boxes"])
    assert boxes["boxes"].shape[::2] == (6, 4)
    kept = to_numpy(boxes["classes"]) != -1
    assert kept.sum() >= 4
    corners = to_numpy(boxes["boxes"])[kept]
    assert (corners[:, :2] < corners[:, 2:]).all()
    assert corners.min() >= 0 and corners.max() <= 12


@pytest.mark.parametrize(
    "name, make", [("augmenter", adaptive), ("pipeline", diff)]
)
def test_boxes_of_single_images_of_keras_cv(make, name):
    data = {"images": same_images(), "bounding_boxes": boxes_of_keras_cv()}
    wrapped = {
        "augmenter": lambda layer: keras_cv.layers.Augmenter([layer, layer])
    }.get(name, WRAPPERS[name])
    layer = make(bounding_box_format="xyxy", seed=1)
    mapped = dataset(data).map(wrapped(layer))
    counts = []
    for row in mapped:
        boxes = row["bounding_boxes"]
        counts.append(boxes["boxes"].shape[0])
        assert boxes["classes"].shape == (counts[-1],)
    assert counts == [1, 2] * 3


def test_keras_pipeline(make):
    layers = [make(), keras.layers.RandomFlip(), make()]
    pipeline = keras.layers.Pipeline(layers)
    assert_changed(values(dataset(same_images()).map(pipeline)))
