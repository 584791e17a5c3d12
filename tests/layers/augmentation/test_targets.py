import keras
import numpy as np
import pytest
from keras import ops
from portable import (
    array,
    assert_close,
    assert_equal,
    compiled,
    corners,
    dtype_of,
    quick,
    tensor,
    tensors,
    to_numpy,
)

from keras_gan.layers import AdaptiveAugment
from keras_gan.layers.augmentation import affine, diff_augment, targets

HEIGHT, WIDTH = 40, 60
BOXES = [[12, 6, 33, 20], [30, 15, 50, 35], [0, 0, 25, 12], [20, 10, 22, 30]]
COUNT = len(BOXES)
FORMATS = ["xyxy", "xywh", "rel_xyxy", "center_xywh", "yxyx", "rel_yxyx"]


def some(*values):
    return ops.convert_to_tensor(values, "float32")


# One image for each row of parameters.
MOVES = {
    "flip": {"flip": some(1, 0)},
    "quarter_turns": {"quarter_turns": some(1, 2, 3)},
    "shift": {"shift": some([0.1, -0.125])},
    "scale": {"scale": some(0.6, 1.3)},
    "rotation": {"rotation": some(0.3, -1.0, 2.5)},
    "stretch": {"stretch": some(0.8, 1.2)},
    "all": {
        "flip": some(1),
        "scale": some(0.8),
        "rotation": some(0.5),
        "stretch": some(1.1),
        "second_rotation": some(-0.2),
        "fractional_shift": some([0.03, 0.07]),
    },
}


def drawn_as_masks(boxes):
    """One channel of pixels a box: those whose middle lies in it."""
    masks = np.zeros((1, HEIGHT, WIDTH, COUNT), "float32")
    for index, (left, top, right, bottom) in enumerate(boxes):
        masks[0, top:bottom, left:right, index] = 1
    return masks


def hulls(masks):
    """Boxes around the pixels of each mask; None where there are none."""
    found = []
    for mask in np.moveaxis(masks, -1, 0):
        rows, columns = np.nonzero(mask)
        box = None
        if rows.size:
            box = [
                columns.min(),
                rows.min(),
                columns.max() + 1,
                rows.max() + 1,
            ]
        found.append(box)
    return found


def moved_boxes(drawn, boxes, box_format="xyxy", inverse=None):
    count = len(next(iter(drawn.values())))
    boxes = {
        "boxes": np.repeat(array(boxes), count, axis=0),
        "labels": np.ones((count, COUNT), "int32"),
    }

    @quick
    def transform(boxes, drawn):
        inverses = inverse or affine.inverse_matrices
        size = (HEIGHT, WIDTH)
        return targets.transform_boxes(boxes, drawn, inverses, box_format, size)

    return transform(tensors(boxes), drawn)


@quick
def moved_masks(masks, drawn):
    inverses = affine.inverse_matrices
    return targets.transform_masks(masks, drawn, inverses, 0.0)


@pytest.mark.parametrize("name", corners(MOVES, everywhere=2))
def test_boxes_are_the_hulls_of_moved_masks(name):
    drawn = MOVES[name]
    count = len(next(iter(drawn.values())))
    masks = np.repeat(drawn_as_masks(BOXES), count, axis=0)
    masks = moved_masks(tensor(masks), drawn)
    boxes = moved_boxes(drawn, some(BOXES))["boxes"]
    compared = 0
    for own, expected in zip(boxes, map(hulls, array(masks)), strict=True):
        for box, hull in zip(to_numpy(own), expected, strict=True):
            # A sliver at the edge may hold the middle of no pixel.
            if hull is None:
                continue
            # Of a turned box a corner may lie outside the image: then the box
            # around it is wider than what is left inside.
            assert (box[:2] - hull[:2] <= 1.5).all()
            assert (hull[2:] - box[2:] <= 1.5).all()
            if 0 < box.min() and (box[2:] < [WIDTH, HEIGHT]).all():
                assert np.abs(box - hull).max() <= 1.5
                compared += 1
    assert compared >= count


@pytest.mark.quickest
def test_boxes_follow_a_translation_exactly():
    layer = diff_augment.DiffAugment("translation")
    drawn = {"translation": some([5, -6], [0, 0], [-3, 5])}
    boxes = moved_boxes(drawn, some(BOXES), inverse=layer.inverse_matrices)
    shift = to_numpy(drawn["translation"])[:, None, [0, 1, 0, 1]]
    expected = np.clip(BOXES + shift, 0, [WIDTH, HEIGHT, WIDTH, HEIGHT])
    assert_close(boxes["boxes"], expected, atol=1e-4)


@pytest.mark.quickest
@pytest.mark.parametrize("box_format", FORMATS)
def test_formats_agree(box_format):
    def convert(boxes, source, target):
        return keras.utils.bounding_boxes.convert_format(
            boxes, source, target, height=HEIGHT, width=WIDTH
        )

    drawn = MOVES["all"]
    expected = moved_boxes(drawn, some(BOXES))["boxes"]
    given = convert(some(BOXES), "xyxy", box_format)
    boxes = moved_boxes(drawn, given, box_format)["boxes"]
    own = convert(boxes, box_format, "xyxy")
    assert_close(own, expected, atol=1e-3)


@pytest.mark.parametrize("box_format", ["xywh", "rel_yxyx"])
def test_no_boxes_stay_none(box_format):
    layer = AdaptiveAugment(
        ["shift"], probability=1.0, bounding_box_format=box_format
    )
    data = {
        "images": np.zeros((2, 8, 8, 3), "float32"),
        "bounding_boxes": {
            "boxes": np.zeros((2, 0, 4), "float32"),
            "labels": np.zeros((2, 0), "int32"),
        },
    }
    for function in (layer, compiled(layer)):
        boxes = function(data)["bounding_boxes"]
        assert boxes["boxes"].shape == (2, 0, 4)
        assert boxes["labels"].shape == (2, 0)


def pushed_out():
    """Moves of whose boxes two leave the image, in two images."""
    layer = diff_augment.DiffAugment("translation")
    drawn = {"translation": some([-30, 0], [0, 0])}
    return drawn, layer.inverse_matrices


@pytest.mark.parametrize("box_format", ["xyxy", "xywh"])
def test_what_has_left_the_image_or_was_padding_is_minus_one(box_format):
    drawn, inverse = pushed_out()
    corners = some([[0, 0, 20, 10], [40, 0, 50, 10]])
    boxes = keras.utils.bounding_boxes.convert_format(
        corners, "xyxy", box_format, height=HEIGHT, width=WIDTH
    )
    boxes = ops.concatenate([boxes, -ops.ones((1, 1, 4))], axis=1)
    moved = targets.transform_boxes(
        {
            "boxes": ops.repeat(boxes, 2, axis=0),
            "labels": tensor([[3, 4, -1]] * 2),
            "confidence": tensor([[0.5, 0.6, 0.7]] * 2),
        },
        drawn,
        inverse,
        box_format,
        (HEIGHT, WIDTH),
    )
    assert to_numpy(moved["labels"]).tolist() == [[-1, 4, -1], [3, 4, -1]]
    # In both formats.
    lost = np.all(to_numpy(moved["boxes"]) == -1, axis=-1)
    assert lost.tolist() == [[True, False, True], [False, False, True]]
    assert_close(moved["confidence"], [[0.5, 0.6, 0.7]] * 2, rtol=1e-6)


@pytest.mark.quickest
def test_padding_without_labels_stays_padding():
    drawn, inverse = pushed_out()
    boxes = {"boxes": -ops.ones((2, 1, 4))}
    moved = targets.transform_boxes(boxes, drawn, inverse, "xywh", (40, 60))
    assert (to_numpy(moved["boxes"]) == -1).all()


@pytest.mark.quickest
def test_one_hot_classes():
    drawn, inverse = pushed_out()
    classes = np.eye(3, dtype="float32")[[[0, 2]] * 2]
    boxes = {
        "boxes": some(*[[[0, 0, 20, 10], [40, 0, 50, 10]]] * 2),
        "classes": classes,
    }
    moved = targets.transform_boxes(boxes, drawn, inverse, "xyxy", (40, 60))
    expected = classes.copy()
    expected[0, 0] = -1
    assert_equal(moved["classes"], expected)


@pytest.mark.quickest
def test_whole_boxes_are_rounded():
    boxes = moved_boxes(MOVES["all"], ops.cast([BOXES], "int32"))["boxes"]
    exact = moved_boxes(MOVES["all"], some(BOXES))["boxes"]
    assert dtype_of(boxes) == "int32"
    assert_equal(boxes, np.round(to_numpy(exact)))


@pytest.mark.parametrize("kind", ["uint8", "int32", "float32", "bool"])
def test_masks_keep_their_values_and_kind(kind):
    masks = np.random.default_rng(0).integers(0, 5, (3, 12, 9, 2)).astype(kind)
    drawn = MOVES["rotation"]
    for fill in (None, 0.0):
        moved = targets.transform_masks(
            masks, drawn, affine.inverse_matrices, fill
        )
        assert dtype_of(moved) == kind and moved.shape == masks.shape
        assert set(np.unique(moved)) <= set(np.unique(masks)) | {0}
        assert (to_numpy(moved) != masks).any()


@pytest.mark.quickest
def test_mask_moves_as_its_image_does():
    # By flips, quarter turns and whole pixels; an image is filtered besides.
    layer = AdaptiveAugment("b", probability=1.0, seed=4)
    images = np.zeros((6, 16, 16, 1), "float32")
    images[:, 3:9, 5:7] = 1
    drawn = quick(layer.get_random_transformation)(images)
    moved = quick(layer.transform_images)(images, drawn)
    masks = quick(layer.transform_segmentation_masks)(images, drawn)
    assert_equal(masks, to_numpy(moved) > 0.5)
    assert (to_numpy(masks) != images).any()


@pytest.mark.quickest
def test_nothing_moves_without_matrices():
    masks, boxes = np.ones((1, 4, 4, 1)), {"boxes": np.ones((1, 1, 4))}
    inverse = AdaptiveAugment("c").inverse_matrices
    assert targets.transform_masks(masks, {}, inverse, None) is masks
    moved = targets.transform_boxes(boxes, {}, inverse, "xyxy", (4, 4))
    assert moved == boxes


@pytest.mark.quickest
@pytest.mark.parametrize("box_format", targets.FORMATS)
def test_every_format_is_keras(box_format):
    assert targets.check_format(box_format.upper()) == box_format
    boxes = some([1, 2, 3, 4])
    keras.utils.bounding_boxes.convert_format(
        boxes, box_format, "xyxy", height=9, width=9
    )


@pytest.mark.quickest
def test_unknown_format():
    with pytest.raises(ValueError, match="xyxy, yxyx, xywh") as info:
        targets.check_format("corners")
    assert "Received: bounding_box_format='corners'" in str(info.value)
    assert targets.check_format(None) is None
