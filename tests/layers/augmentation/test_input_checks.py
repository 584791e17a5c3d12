import re

import keras
import numpy as np
import pytest
from portable import tensor

from keras_gan.layers import AdaptiveAugment, DiffAugment

IMAGES = np.zeros((2, 8, 6, 3), "float32")
BOXES = {"boxes": np.zeros((2, 1, 4)), "labels": np.zeros((2, 1))}


@pytest.fixture(params=[DiffAugment, AdaptiveAugment])
def make(request):
    return request.param


def refused(layer, data, *words, error=ValueError):
    with pytest.raises(error) as info:
        layer(data)
    for word in words:
        assert word in str(info.value), str(info.value)


@pytest.mark.parametrize("shape", [(8,), (8, 6), (1, 2, 8, 6, 3)])
def test_images_have_three_or_four_axes(make, shape):
    refused(
        make(),
        np.zeros(shape, "float32"),
        "(batch, height, width, channels)",
        "Received:",
        f"shape {shape}",
    )


@pytest.mark.quickest
@pytest.mark.parametrize("value_range", [(-1, 1), (0, 1)])
@pytest.mark.parametrize("dtype", ["uint8", "int32"])
def test_integers_do_not_fit_a_small_range(make, value_range, dtype):
    refused(
        make(value_range=value_range),
        np.ones((2, 8, 6, 3), dtype),
        f"Received: images of type {dtype} and value_range=",
        "`value_range=(0, 255)`",
    )


@pytest.mark.quickest
@pytest.mark.parametrize("low, high", [(-1.1, 0), (0, 200), (np.nan, 0)])
def test_arrays_lie_in_the_range(make, low, high):
    images = IMAGES.copy()
    images[0, 0, 0, 0], images[1, 2, 3, 1] = low, high
    received = re.escape(f"Received: values from {images.min():g} to")
    with pytest.raises(ValueError, match=received):
        make()(images)
    with pytest.raises(ValueError, match=received):
        make()({"images": images})


@pytest.mark.quickest
def test_range_holds_a_rounding_error(make):
    assert make()(IMAGES + 1.0001).shape == IMAGES.shape


# JAX cannot look up pixels of no images; only replicas are left without any.
@pytest.mark.once
def test_range_holds_no_images(make):
    assert make()(IMAGES[:0]).shape == (0, 8, 6, 3)


def test_tensors_may_overstep_the_range(make):
    # A layer before may have brightened them.
    assert make()(tensor(IMAGES + 1.5)).shape == IMAGES.shape


@pytest.mark.quickest
def test_dict_needs_images(make):
    refused(
        make(),
        {"image": IMAGES, "labels": np.zeros(2)},
        "must have the key 'images'",
        "Received: the keys ['image', 'labels']",
    )


@pytest.mark.quickest
def test_boxes_need_a_format(make):
    refused(
        make(),
        {"images": IMAGES, "bounding_boxes": BOXES},
        "Received: bounding_box_format=None",
        "`bounding_box_format='xyxy'`",
    )


@pytest.mark.quickest
@pytest.mark.parametrize(
    "boxes, received",
    [
        (np.zeros((2, 1, 4)), "Received: "),
        ({"labels": np.zeros((2, 1))}, "Received: a dict of the keys"),
        ({"boxes": np.zeros((2, 1, 5))}, "4 numbers for each box. Received:"),
        (
            {**BOXES, "labels": np.zeros((2, 1), "uint8")},
            "Received: bounding_boxes['labels'] of type uint8",
        ),
    ],
)
def test_boxes_are_a_dict_of_boxes(make, boxes, received):
    layer = make(bounding_box_format="xyxy")
    refused(layer, {"images": IMAGES, "bounding_boxes": boxes}, received)


@pytest.mark.quickest
def test_boxes_of_a_method_are_checked_too(make):
    with pytest.raises(ValueError, match="`bounding_box_format`"):
        make().transform_bounding_boxes(BOXES, {}, image_size=(8, 6))


@pytest.mark.quickest
@pytest.mark.parametrize("shape", [(2, 8, 5), (2, 7, 6, 1), (2, 8), (8, 6)])
def test_masks_have_the_size_of_the_images(make, shape):
    refused(
        make(),
        {"images": IMAGES, "segmentation_masks": np.zeros(shape)},
        f"Received: masks of shape {shape} and images of shape (2, 8, 6, 3)",
    )


def test_symbolic_data_are_checked_too(make):
    images = keras.Input((8, 6, 3))
    masks = keras.Input((8, 5, 1))
    refused(
        make(),
        {"images": images, "segmentation_masks": masks},
        "`segmentation_masks` must have the height and width",
    )
    refused(make(), keras.Input((8, 6, 3), dtype="uint8"), "`value_range`")


@pytest.mark.quickest
def test_data_format_is_one_of_two(make):
    with pytest.raises(ValueError, match="Received: data_format='NHWC'"):
        make(data_format="NHWC")


@pytest.mark.quickest
def test_value_range_is_two_numbers(make):
    with pytest.raises(ValueError, match="value_range"):
        make(value_range=(1, -1))


@pytest.mark.quickest
def test_format_is_known(make):
    with pytest.raises(ValueError, match="bounding_box_format='corners'"):
        make(bounding_box_format="corners")
