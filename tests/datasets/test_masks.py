import numpy as np
import pytest
from portable import assert_equal

from keras_gan.datasets import box_masks, free_form_masks, stroke_masks

# Another backend would change nothing.
pytestmark = pytest.mark.once

KINDS = [free_form_masks, stroke_masks, box_masks]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [(2, 2), (3, 9), (64, 48)])
def test_every_mask_has_a_hole_and_something_around_it(kind, size):
    masks = kind(50, size, seed=1)
    assert masks.shape == (50, *size, 1) and masks.dtype == np.float32
    assert set(np.unique(masks)) == {0.0, 1.0}
    means = masks.mean(axis=(1, 2, 3))
    assert means.min() > 0 and means.max() < 1


@pytest.mark.parametrize("kind", KINDS)
def test_seeds_fix_them(kind):
    masks = kind(5, (32, 32), seed=1)
    assert_equal(masks, kind(5, (32, 32), seed=1))
    assert np.any(masks != kind(5, (32, 32), seed=2))
    assert np.any(masks[0] != masks[1])


def test_boxes_are_boxes_of_about_half_of_each_side():
    for mask in box_masks(50, (64, 32), seed=1)[..., 0]:
        rows, columns = mask.any(axis=1), mask.any(axis=0)
        assert_equal(mask, np.outer(rows, columns))
        assert 24 <= rows.sum() <= 40 and 12 <= columns.sum() <= 20


def test_free_forms_are_a_box_and_strokes():
    shares = [kind(100, (64, 64), seed=1).mean() for kind in KINDS]
    free_form, strokes, box = shares
    assert 0.05 < strokes < 0.4 and 0.2 < box < 0.3
    assert max(strokes, box) < free_form < strokes + box


def test_strokes_lie_everywhere():
    where = stroke_masks(200, (32, 32), seed=1)[..., 0].mean(axis=0)
    quarters = where.reshape(2, 16, 2, 16).mean(axis=(1, 3))
    assert quarters.min() > 0.7 * quarters.max()


@pytest.mark.parametrize(
    "arguments, message",
    [
        ((0, (8, 8)), "`num_masks` must be"),
        ((1, (8, 1)), "at least 2 pixels in each direction"),
        ((1, 8), "`size` must be"),
    ],
)
def test_invalid_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        free_form_masks(*arguments)
