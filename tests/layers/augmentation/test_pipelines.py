"""The augmentation layers inside what Keras, KerasCV and tf.data offer."""

import keras
import keras_cv
import numpy as np
import pytest
import tensorflow as tf

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
    return tf.data.Dataset.from_tensor_slices(data)


def values(mapped):
    found = list(mapped.as_numpy_iterator())
    return np.concatenate(found) if found[0].ndim == 4 else np.stack(found)


def assert_changed(images, count=6):
    """Every image is of its kind, changed, and in its own way."""
    images = np.asarray(images)
    assert images.dtype == "float32" and images.shape[1:] == (12, 10, 3)
    assert np.isfinite(images).all()
    different = {image.tobytes() for image in images}
    assert len(different) == len(images) == count
    assert same_images()[0].tobytes() not in different


# tf.data ----------------------------------------------------------------------


def test_map_before_and_after_batch(make):
    images = dataset(same_images("uint8"))
    orders = (
        lambda: images.map(make(seed=1)).batch(3),
        lambda: images.batch(3).map(make(seed=1)),
    )
    for order in orders:
        mapped = order()
        assert mapped.element_spec.shape == (None, 12, 10, 3)
        first, second = values(mapped), values(mapped)
        assert_changed(first)
        assert 0 <= first.min() and first.max() <= 255
        # Every epoch is another; the same seed gives the same ones.
        assert (first != second).any()
        np.testing.assert_array_equal(values(order()), first)


def test_parallel_map(make):
    images = dataset(np.tile(same_images(), (20, 1, 1, 1)))
    mapped = values(images.map(make(), num_parallel_calls=tf.data.AUTOTUNE))
    assert mapped.shape == (120, 12, 10, 3) and np.isfinite(mapped).all()
    assert not (mapped == same_images()[0]).all(axis=(1, 2, 3)).any()
    # As with Keras' own layers, two that are drawn in the same moment may be
    # the same.
    assert len({image.tobytes() for image in mapped}) > 60


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
    np.testing.assert_allclose(unknown(same_images()), known, atol=2e-3)


@pytest.mark.parametrize("batch_size", [None, 3])
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
        np.testing.assert_array_equal(rows[name], data[name])
    assert (rows["segmentation_masks"] != data["segmentation_masks"]).any()
    boxes = rows["bounding_boxes"]["boxes"]
    assert (boxes[:, 1] == -1).all() and len(np.unique(boxes[:, 0])) > 2


# Keras ------------------------------------------------------------------------


def test_keras_pipeline(make):
    layers = [make(), keras.layers.RandomFlip(), make()]
    pipeline = keras.layers.Pipeline(layers)
    assert_changed(pipeline(same_images()))
    assert_changed(values(dataset(same_images()).map(pipeline)))
    kept = pipeline(same_images(), training=False)
    np.testing.assert_array_equal(kept, same_images())
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
    "kind, make", [("sequential", diff), ("functional", adaptive)]
)
def test_in_a_model(kind, make, tmp_path):
    images = same_images()
    model = classifier(make(), kind)
    assert model.compute_output_shape((6, 12, 10, 3)) == (6, 2)
    model.compile("sgd", "mse", jit_compile=False)
    history = model.fit(images, np.ones((6, 2)), batch_size=3, verbose=0)
    assert np.isfinite(history.history["loss"]).all()
    # Identity at inference, and a change in training.
    predicted = model.predict(images, verbose=0)
    head = keras.Sequential(model.layers[-3:])
    np.testing.assert_allclose(predicted, head(images), rtol=1e-4)
    trained = model(images, training=True)
    assert np.abs(predicted - trained).max() > 1e-4
    model.save(tmp_path / "model.keras")
    other = keras.saving.load_model(tmp_path / "model.keras")
    again = other.predict(images, verbose=0)
    np.testing.assert_array_equal(again, predicted)
    assert [one.get_config() for one in other.layers] == [
        one.get_config() for one in model.layers
    ]


def test_in_a_model_of_dicts(make):
    inputs = {
        "images": keras.Input((12, 10, 3), name="images"),
        "segmentation_masks": keras.Input(
            (12, 10, 1), name="segmentation_masks"
        ),
    }
    model = keras.Model(inputs, make()(inputs))
    data = {name: everything()[name] for name in inputs}
    predicted = model.predict(data, verbose=0)
    for name in inputs:
        np.testing.assert_array_equal(predicted[name], data[name])
    trained = model(data, training=True)
    assert_changed(trained["images"])
    moved = trained["segmentation_masks"].numpy()
    assert (moved != data["segmentation_masks"]).any()


# KerasCV ----------------------------------------------------------------------


WRAPPERS = {
    "augmenter": lambda layer: keras_cv.layers.Augmenter(
        [layer, keras_cv.layers.RandomFlip()]
    ),
    "pipeline": lambda layer: keras_cv.layers.RandomAugmentationPipeline(
        [layer], augmentations_per_image=1, rate=1.0, seed=1
    ),
    "apply": lambda layer: keras_cv.layers.RandomApply(layer, rate=1.0, seed=1),
}
# Its `RandomApply` takes no single image in a graph, whatever the layer.
IN_A_MAP_OF_SINGLE_IMAGES = ["augmenter", "pipeline"]


@pytest.mark.parametrize("name", WRAPPERS)
def test_inside_keras_cv(make, name):
    wrapped = WRAPPERS[name](make())
    assert_changed(wrapped(same_images()))
    data = everything()
    (rows,) = dataset(data).batch(6).map(wrapped)
    assert_changed(rows["images"])
    for other in ("labels", "names"):
        np.testing.assert_array_equal(rows[other], data[other])
    masks = rows["segmentation_masks"].numpy()
    assert (masks != data["segmentation_masks"]).any()


@pytest.mark.parametrize("name", IN_A_MAP_OF_SINGLE_IMAGES)
def test_single_images_inside_keras_cv(make, name):
    wrapped = WRAPPERS[name](make())
    assert_changed(values(dataset(same_images()).map(wrapped)))


def test_random_apply_changes_a_share():
    apply = keras_cv.layers.RandomApply(diff(), rate=0.5, seed=1)
    images = np.concatenate([same_images()] * 4)
    changed = (apply(images).numpy() != images).any(axis=(1, 2, 3))
    assert 4 <= changed.sum() <= 20


def test_random_apply_of_whole_batches(make):
    apply = keras_cv.layers.RandomApply(make(), rate=1.0, batchwise=True)
    assert_changed(apply(same_images()))


def test_repeated_augmentation(make):
    repeated = keras_cv.layers.RepeatedAugmentation([make(), make()])
    data = {name: everything()[name] for name in ("images", "labels")}
    (rows,) = dataset(data).batch(6).map(repeated)
    assert_changed(rows["images"], count=12)
    np.testing.assert_array_equal(rows["labels"].numpy().sum(axis=0), [2] * 6)


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
    kept = boxes["classes"].numpy() != -1
    assert kept.sum() >= 4
    corners = boxes["boxes"].numpy()[kept]
    assert (corners[:, :2] < corners[:, 2:]).all()
    assert corners.min() >= 0 and corners.max() <= 12


@pytest.mark.parametrize("name", IN_A_MAP_OF_SINGLE_IMAGES)
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
