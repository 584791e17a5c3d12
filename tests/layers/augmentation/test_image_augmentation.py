import json

import keras
import numpy as np
import pytest
from keras import ops
from portable import (
    FLOAT64,
    JIT_COMPILE,
    assert_close,
    compiled,
    dtype_of,
    gradients,
    quick,
    tensor,
    to_numpy,
)

from keras_gan.layers import AdaptiveAugment, DiffAugment, ImageAugmentation


def adaptive(**options):
    options = {"probability": 0.8, **options}
    return AdaptiveAugment("bgcfnc", **options)


@pytest.fixture(params=[DiffAugment, adaptive], ids=["diff", "adaptive"])
def make(request):
    return request.param


# The shape of nearly all images: what JAX has compiled once it has for all.
SHAPE = (4, 12, 10, 3)


def pictures(shape=SHAPE, seed=0):
    images = np.random.default_rng(seed).uniform(-1, 1, shape)
    return images.astype("float32")


def every_level(dtype="uint8"):
    """Images in which all bytes occur."""
    return (np.arange(np.prod(SHAPE)) % 256).astype(dtype).reshape(SHAPE)


def everything(batch=4):
    """A dict of all that moves with images, and of what does not."""
    masks = np.random.default_rng(1).integers(0, 4, (batch, 12, 10))
    return {
        "images": pictures((batch, 12, 10, 3)),
        "labels": np.eye(batch, dtype="float32"),
        "segmentation_masks": masks.astype("uint8")[..., None],
        "bounding_boxes": {
            "boxes": np.array(
                [[[1, 2, 6, 9], [0, 0, 3, 3]]] * batch, "float32"
            ),
            "labels": np.array([[0, -1]] * batch, "int32"),
        },
        "names": np.arange(batch, dtype="int32"),
    }


def arrays(tree):
    return keras.tree.map_structure(ops.convert_to_numpy, tree)


def assert_equal(one, other, **tolerance):
    keras.tree.assert_same_structure(one, other)
    for a, b in zip(
        keras.tree.flatten(arrays(one)),
        keras.tree.flatten(arrays(other)),
        strict=True,
    ):
        assert a.dtype == b.dtype
        assert_close(a, b, **(tolerance or {"rtol": 0}))


# What comes out ---------------------------------------------------------------


def test_a_dict_moves_as_its_parts(make):
    data = everything()
    augmented = arrays(make(bounding_box_format="xyxy", seed=1)(data))
    layer = make(bounding_box_format="xyxy", seed=1)
    drawn = layer.get_random_transformation(data)
    expected = {
        "images": layer.transform_images(data["images"], drawn),
        "labels": data["labels"],
        "segmentation_masks": layer.transform_segmentation_masks(
            data["segmentation_masks"], drawn
        ),
        "bounding_boxes": layer.transform_bounding_boxes(
            data["bounding_boxes"], drawn, image_size=(12, 10)
        ),
        "names": data["names"],
    }
    assert_equal(augmented, expected)
    for name in ("images", "segmentation_masks"):
        assert (augmented[name] != data[name]).any()
    boxes = augmented["bounding_boxes"]
    assert (boxes["boxes"] != data["bounding_boxes"]["boxes"]).any()
    # Padding stays padding.
    assert (boxes["boxes"][:, 1] == -1).all()
    assert (boxes["labels"][:, 1] == -1).all()


@pytest.mark.quickest
def test_the_data_given_are_left_alone(make):
    data, copy = everything(), everything()
    make(bounding_box_format="xyxy")(data)
    assert_equal(data, copy)


@pytest.mark.quickest
def test_tensor_and_dict_agree(make):
    images = pictures()
    alone = make(seed=1)(images)
    assert_equal(alone, make(seed=1)({"images": images})["images"])


@pytest.mark.quickest
def test_one_image_is_a_batch_of_one(make):
    batch = everything(1)
    single = keras.tree.map_structure(lambda value: value[0], batch)
    expected = quick(make(bounding_box_format="xyxy", seed=2))(batch)
    augmented = quick(make(bounding_box_format="xyxy", seed=2))(single)
    for name in ("images", "segmentation_masks", "bounding_boxes"):
        restored = keras.tree.map_structure(
            lambda value: value[None], augmented[name]
        )
        assert_equal(restored, expected[name], atol=1e-5)
    for masks in (single["segmentation_masks"], batch["segmentation_masks"]):
        data = {"images": single["images"], "segmentation_masks": masks[..., 0]}
        if masks.ndim == 4:
            data["images"] = batch["images"]
        moved = quick(make(seed=2))(data)["segmentation_masks"]
        assert moved.shape == masks.shape[:-1]


@pytest.mark.parametrize("value_range", [(0, 1), (0, 255), (-3, 5)])
def test_the_same_change_in_any_range(make, value_range):
    low, high = value_range

    def scale(images):
        return (images + 1) / 2 * (high - low) + low

    images = pictures()
    expected = scale(to_numpy(make(seed=3)(images)))
    layer = make(seed=3, value_range=value_range)
    augmented = layer(tensor(scale(images)))
    tolerance = 1e-5 * (high - low)
    assert_close(augmented, expected, atol=tolerance)


def test_bytes_are_clipped_and_floats_are_not(make):
    images = np.random.default_rng(0).integers(0, 256, (8, 12, 10, 3), "uint8")
    bytes_, floats = (
        quick(make(seed=4, value_range=(0, 255)))(values)
        for values in (images, images.astype("float32"))
    )
    assert dtype_of(bytes_) == dtype_of(floats) == "float32"
    assert to_numpy(floats).min() < 0 and to_numpy(floats).max() > 255
    assert_equal(bytes_, np.clip(np.round(to_numpy(floats)), 0, 255))


def test_channels_first(make):
    data = everything()
    expected = make(bounding_box_format="xyxy", seed=5)(data)
    layer = make(
        bounding_box_format="xyxy", seed=5, data_format="channels_first"
    )
    for name in ("images", "segmentation_masks"):
        data[name] = np.moveaxis(data[name], -1, 1)
    augmented = layer(data)
    for name in ("images", "segmentation_masks"):
        augmented[name] = ops.moveaxis(augmented[name], 1, -1)
    assert_equal(augmented, expected, atol=1e-5)
    single = layer(np.moveaxis(pictures()[0], -1, 0))
    assert single.shape == (3, 12, 10)


@pytest.mark.quickest
@pytest.mark.parametrize("channels", [1, 2, 5])
def test_any_number_of_channels(make, channels):
    images = pictures((3, 9, 14, channels))
    augmented = to_numpy(quick(make(seed=1))(images))
    assert augmented.shape == images.shape and np.isfinite(augmented).all()
    assert np.abs(augmented - images).mean() > 0.05


@pytest.mark.quickest
def test_inference_is_the_identity(make):
    data = everything()
    layer = make(bounding_box_format="xyxy")
    assert_equal(layer(data, training=False), data)
    images = every_level()
    layer = make(value_range=(0, 255))
    drawn = layer.get_random_transformation(images)
    for kept in (
        layer(images, training=False),
        layer.transform_images(images, drawn, training=False),
    ):
        assert dtype_of(kept) == "float32"
        assert_close(kept, images, rtol=0)
    for function in (
        layer.transform_labels,
        layer.transform_segmentation_masks,
    ):
        assert_equal(function(images, drawn, training=False), images)


# Draws ------------------------------------------------------------------------


def test_deterministic_under_a_seed(make):
    images = pictures()
    one, other = make(seed=6), make(seed=6)
    first, second = to_numpy(one(images)), to_numpy(one(images))
    assert_equal(first, other(images))
    assert_equal(second, other(images))
    assert (first != second).any()
    assert (to_numpy(make(seed=7)(images)) != first).any()


def test_every_image_is_another(make):
    images = np.repeat(pictures((1, 12, 10, 3)), 10, axis=0)
    augmented = to_numpy(quick(make(seed=1))(images))
    assert len({image.tobytes() for image in augmented}) == 10


@pytest.mark.quickest
def test_a_seed_of_ones_own(make):
    layer, images = make(), pictures((64, 12, 10, 3))

    def draw(seed):
        return layer.get_random_transformation(images, seed=seed)

    drawn, other = arrays(draw(5)), arrays(draw(6))
    assert_equal(drawn, draw(5))
    if keras.backend.backend() != "jax":  # A traced number is no key there.
        assert_equal(drawn, compiled(draw)(5))
    assert_equal(drawn, draw(keras.random.SeedGenerator(5)))
    assert all((drawn[name] != other[name]).any() for name in drawn)
    # What is drawn by several random calls is not the same numbers each time.
    columns = [value.reshape(64, -1)[:, 0] for value in drawn.values()]
    correlations = np.corrcoef(np.stack(columns).astype("float64"))
    assert np.abs(correlations - np.eye(len(columns))).max() < 0.6


# Keras' own behaviours --------------------------------------------------------


@pytest.mark.quickest
def test_round_trip_before_and_after_use(make):
    layer = make(
        bounding_box_format="xyxy", value_range=(0, 255), seed=3, name="changed"
    )
    config = layer.get_config()
    layer(everything() | {"images": np.ones((4, 12, 10, 3), "uint8")})
    assert layer.get_config() == config
    plain = json.loads(json.dumps(config))
    other = type(layer).from_config(plain)
    assert other.get_config() == config
    saved = keras.saving.serialize_keras_object(layer)
    other = keras.saving.deserialize_keras_object(json.loads(json.dumps(saved)))
    assert type(other) is type(layer) and other.get_config() == config
    fresh = type(layer).from_config(config)
    assert_equal(other(every_level()), fresh(every_level()))


@pytest.mark.parametrize("policy", ["float32", "mixed_bfloat16"])
@pytest.mark.parametrize("shape", [(4, 12, 10, 3), (12, 10, 3)])
def test_symbolic_is_eager(make, policy, shape):
    layer, images = make(dtype=policy), pictures(shape)
    symbolic = layer(keras.KerasTensor(shape))
    eager = layer(images)
    assert symbolic.shape == eager.shape == shape
    assert layer.compute_output_shape(shape) == shape
    assert dtype_of(symbolic) == keras.backend.standardize_dtype(eager.dtype)


@pytest.mark.quickest
def test_symbolic_dict_is_the_eager_one(make):
    data = everything()
    layer = make(bounding_box_format="xyxy")
    symbolic = layer(
        keras.tree.map_structure(
            lambda value: keras.KerasTensor(value.shape, value.dtype.name), data
        )
    )
    eager = layer(data)
    keras.tree.assert_same_structure(symbolic, eager)
    for one, other in zip(
        keras.tree.flatten(symbolic), keras.tree.flatten(eager), strict=True
    ):
        assert one.shape == other.shape
        assert dtype_of(one) == keras.backend.standardize_dtype(other.dtype)


@pytest.mark.parametrize(
    "policy, tolerance",
    [
        ("mixed_float16", 2e-3),
        ("mixed_bfloat16", 2e-2),
        *((policy, 1e-6) for policy in FLOAT64),
    ],
)
def test_precision(make, policy, tolerance):
    images = pictures()
    layer = make(seed=1, dtype=policy)
    expected = to_numpy(make(seed=1)(images))
    for training in (True, False):
        augmented = layer(images, training=training)
        assert dtype_of(augmented) == layer.compute_dtype
    augmented = ops.cast(make(seed=1, dtype=policy)(images), "float32")
    assert_close(augmented, expected, atol=4 * tolerance)


def test_graph_agrees_with_eager(make):
    images = pictures()
    expected = to_numpy(make(seed=9)(images))
    graph = compiled(make(seed=9))
    assert_close(graph(images), expected, atol=2e-5)
    assert (to_numpy(graph(images)) != expected).any()


# A layer of one's own ---------------------------------------------------------


@keras.saving.register_keras_serializable(package="tests")
class Inverted(ImageAugmentation):
    """Negatives of a share of the images."""

    def draw(self, shape, seed):
        uniform = keras.random.uniform(shape[:1], seed=seed)
        return {"sign": 1.0 - 2.0 * ops.floor(2.0 * uniform)}

    def apply(self, images, drawn):
        return images * drawn["sign"][:, None, None, None]


@pytest.mark.quickest
def test_a_layer_of_ones_own():
    data = everything(8)
    data["images"] = np.full((8, 12, 10, 3), 55, "uint8")
    layer = Inverted(value_range=(0, 255), bounding_box_format="xyxy", seed=1)
    augmented = arrays(layer(data))
    assert set(np.unique(augmented["images"])) == {55.0, 200.0}
    # It moves no pixel, so nothing moves.
    images = augmented.pop("images")
    assert_equal(augmented, {k: v for k, v in data.items() if k != "images"})
    assert_equal(images, images[:, :1, :1, :1] + 0 * images)


@keras.saving.register_keras_serializable(package="tests")
class HalfDark(ImageAugmentation):
    """Twice the contrast, or what is not changed: by a share of 0 or 1."""

    def draw(self, shape, seed):
        return {"share": ops.arange(shape[0]) % 2}

    def apply(self, images, drawn):
        share = ops.cast(drawn["share"], "float32")[:, None, None, None]
        return images * (1.0 + share)


RANGES = [(-1, 1), (0, 255), (1000, 1001)]


@pytest.mark.parametrize("value_range", RANGES)
@pytest.mark.parametrize("jit_compile", [None, JIT_COMPILE[-1]])
def test_what_is_left_alone_keeps_every_bit(value_range, jit_compile):
    low, high = value_range
    images = (pictures() + 1) / 2 * (high - low) + low
    images[0].flat[:4] = [low, high, low + 1e-3, low + 1e-30]
    layer = HalfDark(value_range=value_range)
    function = layer
    if jit_compile is not None:
        function = compiled(layer, jit_compile)
    augmented = to_numpy(function(tensor(images)))
    kept, changed = slice(0, None, 2), slice(1, None, 2)
    assert_equal(augmented[kept].view("int32"), images[kept].view("int32"))
    middle = (high + low) / 2
    expected = 2.0 * (images[changed] - middle) + middle
    assert_close(
        augmented[changed], expected, rtol=1e-6, atol=1e-6 * (high - low)
    )


@pytest.mark.parametrize("value_range", RANGES[:2])
def test_the_derivative_is_that_of_the_change_in_any_range(value_range):
    # Also where it changes nothing but by chance: the middle stays itself.
    low, high = value_range
    images = np.full((4, 2, 2, 1), (low + high) / 2, "float32")
    images[:, 0] = low
    layer = HalfDark(value_range=value_range)
    (slopes,) = gradients(lambda images: ops.sum(layer(images)), images)
    expected = np.array([1, 2, 1, 2])[:, None, None, None] + 0 * slopes
    assert_close(slopes, expected, rtol=1e-6)


@pytest.mark.parametrize("dtype", ["uint8", "int32"])
def test_integers_give_whole_values(make, dtype):
    images = every_level(dtype)
    augmented = to_numpy(make(seed=1, value_range=(0, 255))(images))
    assert_equal(augmented, np.round(augmented))
    assert augmented.min() >= 0 and augmented.max() <= 255
    assert (augmented != images).any()


@pytest.mark.quickest
def test_what_is_no_batch_of_images_is_refused(make):
    for shape in ((4, 2), (4, 8, 8)):
        with pytest.raises(ValueError, match=r"batch, height.*shape \(4, "):
            make().augment_images(np.zeros(shape, "float32"))


@pytest.mark.quickest
def test_augment_images_takes_what_oversteps_the_range(make):
    images = tensor(2.0 * pictures())
    augmented = make(seed=1).augment_images(images)
    expected = make(seed=1)(images)
    assert_equal(augmented, expected)


@pytest.mark.quickest
def test_the_base_draws_nothing():
    with pytest.raises(TypeError, match="abstract"):
        ImageAugmentation()
