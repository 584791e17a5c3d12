import pytest

from keras_gan.networks.spatial import (
    doubling_widths,
    spatial_plan,
    strides_between,
)

# Another backend would change nothing.
pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("image", "plan"),
    [
        ((8, 8), [(4, 4), (8, 8)]),
        ((7, 7), [(7, 7)]),
        ((28, 28), [(7, 7), (14, 14), (28, 28)]),
        ((50, 35), [(7, 5), (13, 9), (25, 18), (50, 35)]),
        ((32, 8), [(4, 4), (8, 4), (16, 4), (32, 8)]),
    ],
)
def test_plan(image, plan):
    assert spatial_plan(*image) == plan


def test_every_side_ends_between_4_and_7():
    for side in range(8, 257):
        plan = spatial_plan(side, 8)
        assert 4 <= plan[0][0] <= 7
        assert plan[-1] == (side, 8)
        for coarse, fine in zip(plan, plan[1:], strict=False):
            assert coarse[0] == (fine[0] + 1) // 2


def test_strides_are_taken_axis_by_axis():
    assert strides_between((16, 4), (8, 4)) == (2, 1)
    assert strides_between((9, 9), (5, 5)) == (2, 2)


def test_widths_double_towards_the_coarse_end():
    assert doubling_widths(3, 3) == [12, 6, 3]
    assert doubling_widths(3, 3, largest_factor=2) == [6, 6, 3]
