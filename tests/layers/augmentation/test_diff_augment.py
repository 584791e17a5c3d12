import functools

import keras
import numpy as np
import pytest
from keras import ops
from portable import (
    assert_close,
    assert_equal,
    compiled,
    corners,
    differentiated,
    gradients,
    input_gradients,
    tensor,
    tensors,
    to_numpy,
)

from keras_gan.layers import DiffAugment

POLICIES = ["color", "translation", "cutout", "color,translation,cutout"]


def pictures(shape=(4, 12, 7, 3), seed=0):
    images = np.random.default_rng(seed).uniform(-1, 1, shape)
    return images.astype("float32")


def draws(layer, shape):
    drawn = layer.get_random_transformation(np.zeros(shape, "float32"))
    return {name: ops.convert_to_numpy(value) for name, value in drawn.items()}


def by_hand(images, drawn, policy):
    """The paper's steps, image by image and pixel by pixel."""
    results = []
    for index, image in enumerate(images.astype("float64")):
        mine = {name: value[index] for name, value in drawn.items()}
        for name in policy.split(","):
            image = STEPS[name](image, mine)
        results.append(image)
    return np.stack(results)


def colored(image, mine):
    image = image + mine["brightness"]
    gray = image.mean(axis=-1, keepdims=True)
    image = (image - gray) * mine["saturation"] + gray
    return (image - image.mean()) * mine["contrast"] + image.mean()


def translated(image, mine):
    x, y = mine["translation"].astype(int)
    result = np.zeros_like(image)
    for row, column in np.ndindex(image.shape[:2]):
        if 0 <= row - y < image.shape[0] and 0 <= column - x < image.shape[1]:
            result[row, column] = image[row - y, column - x]
    return result


def cut_out(image, mine):
    x, y = mine["cutout"].astype(int)
    height, width = image.shape[:2]
    down, across = int(height / 2 + 0.5), int(width / 2 + 0.5)
    result = image.copy()
    for row in range(y - down // 2, y - down // 2 + down):
        for column in range(x - across // 2, x - across // 2 + across):
            if 0 <= row < height and 0 <= column < width:
                result[row, column] = 0
    return result


STEPS = {"color": colored, "translation": translated, "cutout": cut_out}


@pytest.mark.quickest
def test_bytes_move_as_they_are():
    images = np.arange(256, dtype="uint8").reshape(1, 16, 16, 1)
    images = np.repeat(images, 8, axis=0)
    layer = DiffAugment("translation", value_range=(0, 255))
    drawn = draws(layer, images.shape)
    values = ops.convert_to_numpy(
        layer.transform_images(images, tensors(drawn))
    )
    # Beyond the edge lies 127.5, to the nearest even byte.
    moved = by_hand(images - 128.0, drawn, "translation") + 128
    assert (moved != images).any()
    assert_equal(values, moved)


@pytest.mark.parametrize(
    "policy, shape",
    corners(
        [
            (POLICIES[-1], (4, 9, 16, 1)),
            *((policy, (5, 12, 7, 3)) for policy in reversed(POLICIES)),
            (POLICIES[-1], (3, 6, 5, 5)),
        ],
        everywhere=2,
    ),
)
def test_is_the_papers(policy, shape):
    layer = DiffAugment(policy)
    images, drawn = pictures(shape), draws(layer, shape)
    augmented = ops.convert_to_numpy(
        layer.transform_images(images, tensors(drawn))
    )
    expected = by_hand(images, drawn, policy)
    assert_close(augmented, expected, atol=2e-6)
    assert np.abs(augmented - images).mean() > 0.05


@pytest.mark.quickest
def test_changes_act_in_the_order_of_the_policy():
    images, policy = pictures(), "cutout,translation,color"
    layer = DiffAugment(policy, seed=3)
    drawn = draws(layer, images.shape)
    augmented = ops.convert_to_numpy(
        layer.transform_images(images, tensors(drawn))
    )
    expected = by_hand(images, drawn, policy)
    assert_close(augmented, expected, atol=2e-6)
    other = by_hand(images, drawn, "color,translation,cutout")
    assert np.abs(other - expected).max() > 0.1


@pytest.mark.quickest
def test_a_large_shift_leaves_nothing_but_the_middle_of_the_range():
    layer = DiffAugment("translation", value_range=(0, 255))
    gone = {"translation": tensor([[9.0, 0.0], [0.0, -9.0]])}
    # Bytes stay whole numbers.
    for dtype, middle in (("float32", 127.5), ("uint8", 128.0)):
        images = np.full((2, 8, 8, 3), 200, dtype)
        augmented = layer.transform_images(images, gone)
        assert_equal(augmented, np.full(images.shape, middle))


@pytest.mark.quickest
def test_gray_images_have_no_saturation():
    layer, images = DiffAugment("color"), pictures((3, 5, 5, 1))
    drawn = tensors(draws(layer, images.shape))
    augmented = layer.transform_images(images, drawn)
    drawn["saturation"] = drawn["saturation"] + 1.0
    again = layer.transform_images(images, drawn)
    assert_close(augmented, again, atol=1e-6)


@pytest.fixture(scope="module")
def many():
    """Draws for 100,000 images of 20 x 33 pixels."""
    layer = DiffAugment(seed=5)
    drawn = layer.draw((100_000, 20, 33, 3), layer.seed_generator)
    return {name: ops.convert_to_numpy(value) for name, value in drawn.items()}


@pytest.mark.parametrize(
    "name, low, high",
    [("brightness", -0.5, 0.5), ("saturation", 0, 2), ("contrast", 0.5, 1.5)],
)
def test_colors_are_uniform(many, name, low, high):
    values, width = many[name], high - low
    assert low <= values.min() and values.max() <= high
    assert abs(values.mean() - (low + high) / 2) < 0.01 * width
    assert values.std() == pytest.approx(width / np.sqrt(12), rel=0.01)
    counts = np.histogram(values, bins=10, range=(low, high))[0]
    assert_close(counts, 10_000, rtol=0.05)


@pytest.mark.quickest
@pytest.mark.parametrize(
    "name, axis, low, high",
    [
        # A side of 33 is moved by floor(33 / 8 + .5) px, of 20 by 3.
        ("translation", 0, -4, 4),
        ("translation", 1, -3, 3),
        # The hole is floor(33 / 2 + .5) = 17 px wide, so its center is one of
        # 33 pixels; it is 10 px high, so there are 21 places for its center.
        ("cutout", 0, 0, 32),
        ("cutout", 1, 0, 20),
    ],
)
def test_places_are_uniform_whole_pixels(many, name, axis, low, high):
    values, counts = np.unique(many[name][:, axis], return_counts=True)
    assert values.tolist() == list(range(low, high + 1))
    expected = 100_000 / len(values)
    assert np.abs(counts - expected).max() < 5 * np.sqrt(expected)


def test_draws_are_independent(many):
    columns = [value.reshape(100_000, -1) for value in many.values()]
    correlations = np.corrcoef(np.concatenate(columns, axis=1).T)
    assert np.abs(correlations - np.eye(7)).max() < 0.02


@pytest.mark.parametrize("policy", corners(reversed(POLICIES)))
def test_gradient_is_the_transpose(policy):
    # The change is affine in the image, so that differences are its derivative.
    layer, images = DiffAugment(policy, seed=1), tensor(pictures())
    drawn = layer.get_random_transformation(images)
    step, upstream = tensor(pictures(seed=1)), tensor(pictures(seed=2))
    (gradient,) = gradients(
        lambda images: keras.ops.sum(
            layer.transform_images(images, drawn) * upstream
        ),
        images,
    )
    augmented = layer.transform_images(images, drawn)
    moved = layer.transform_images(images + step, drawn)
    assert np.sum(gradient * to_numpy(step)) == pytest.approx(
        float(keras.ops.sum((moved - augmented) * upstream)), rel=1e-4
    )


def test_second_derivative():
    layer, images = DiffAugment(seed=1), tensor(pictures())
    drawn = layer.get_random_transformation(images)

    def score(images):
        return layer.transform_images(images, drawn) ** 3

    def penalty(images):
        slopes = input_gradients(score, images)
        return keras.ops.sum(slopes**2)

    run = compiled(differentiated(penalty), True)
    step = tensor(1e-2 * pictures(seed=1))
    (above, _), (below, _) = (run(images + s) for s in (step, -step))
    expected = 2 * np.sum(to_numpy(run(images)[1] * step))
    assert_close(to_numpy(above) - to_numpy(below), expected, rtol=1e-2)


def test_every_image_and_step_is_another():
    images = np.repeat(pictures((1, 16, 16, 3)), 8, axis=0)
    layer = DiffAugment(seed=7)
    first, second = (ops.convert_to_numpy(layer(images)) for _ in range(2))
    different = {image.tobytes() for image in (*first, *second)}
    assert len(different) == 16
    again = ops.convert_to_numpy(DiffAugment(seed=7)(images))
    assert_equal(again, first)
    assert np.abs(to_numpy(DiffAugment(seed=8)(images)) - first).max() > 0


def test_jit_compile():
    # XLA draws other random numbers, so each draw is handed out too.
    layer = DiffAugment()

    @functools.partial(compiled, jit_compile=True)
    def step(images):
        drawn = layer.get_random_transformation(images)
        return layer.transform_images(images, drawn), drawn

    images = tensor(pictures())
    (first, drawn), (second, _) = step(images), step(images)
    expected = layer.transform_images(images, drawn)
    assert_close(first, expected, atol=1e-6)
    assert np.any(to_numpy(first) != to_numpy(second))


def test_masks_and_boxes_follow_the_translation():
    layer = DiffAugment(bounding_box_format="xyxy")
    drawn = {
        "translation": tensor([[2.0, -1.0]]),
        "cutout": tensor([[4.0, 4.0]]),
    }
    mask = np.zeros((1, 8, 8, 1), "uint8")
    mask[0, 3:5, 1:4] = 7
    moved = layer.transform_segmentation_masks(mask, drawn)
    expected = np.zeros((1, 8, 8, 1), "uint8")
    expected[0, 2:4, 3:6] = 7
    assert_equal(moved, expected)
    boxes = {
        "boxes": np.array([[[1, 3, 4, 5], [6, 0, 8, 1]]], "float32"),
        "labels": np.array([[5, 6]]),
    }
    boxes = layer.transform_bounding_boxes(boxes, drawn, image_size=(8, 8))
    assert to_numpy(boxes["boxes"]).tolist() == [
        [[3, 2, 6, 4], [-1, -1, -1, -1]]
    ]
    assert to_numpy(boxes["labels"]).tolist() == [[5, -1]]


@pytest.mark.quickest
def test_policy_may_have_spaces():
    layer = DiffAugment(" cutout , color ")
    assert layer.policy == "cutout,color"
    assert layer.get_config()["policy"] == "cutout,color"


@pytest.mark.quickest
@pytest.mark.parametrize(
    "policy", ["", ",", "colour", "color,color", "color,", None, 3]
)
def test_policy_must_be_known(policy):
    with pytest.raises(ValueError, match="color, translation, cutout") as info:
        DiffAugment(policy)
    assert f"Received: policy={policy!r}" in str(info.value)


@pytest.mark.quickest
def test_arguments_are_named():
    with pytest.raises(TypeError, match="positional"):
        DiffAugment("color", (0, 255))


@pytest.mark.quickest
def test_round_trip():
    layer = DiffAugment("cutout", value_range=(0, 255), seed=3, name="cut")
    other = DiffAugment.from_config(layer.get_config())
    assert other.get_config() == layer.get_config()
    assert keras.saving.get_registered_name(DiffAugment) == (
        "keras_gan>DiffAugment"
    )


def test_every_replica_is_another(two_cpus):
    images = tensor(np.repeat(pictures((1, 16, 16, 3)), 2, axis=0))
    with two_cpus.scope():
        layer = DiffAugment(seed=1)
    step = compiled(lambda: two_cpus.run(layer, (images,)))
    results = [two_cpus.experimental_local_results(step()) for _ in range(2)]
    flat = [
        to_numpy(image) for step in results for one in step for image in one
    ]
    assert len({image.tobytes() for image in flat}) == 8
    # As on one device, on the first of them.
    expected = DiffAugment(seed=1)(images)
    assert_close(flat[:2], expected, atol=1e-6)
