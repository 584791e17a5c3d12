"""`ElasticWarp`."""

import numpy as np
import pytest
from portable import array

from keras_gan.layers import ElasticWarp

SIDE = 5
# tanh of it is 1.
MUCH = 50.0
ONE_PIXEL = 2 / (SIDE - 1)
IMAGES = np.random.default_rng(0).uniform(-1, 1, (2, SIDE, SIDE, 3))
STILL = np.zeros((2, 2, 3, 2)), np.zeros((2, 6))


def test_without_a_field_nothing_moves():
    moved = array(ElasticWarp()([IMAGES, *STILL]))
    np.testing.assert_allclose(moved, IMAGES, atol=1e-6)


@pytest.mark.parametrize("axis", [0, 1])
def test_a_shift_of_a_pixel(axis):
    """As a shift of the map, and as a constant field."""
    expected = np.roll(IMAGES, -1, axis + 1)
    last = [slice(None)] * 4
    last[axis + 1] = slice(-1, None)
    expected[tuple(last)] = IMAGES[tuple(last)]  # From the nearest edge.
    field, numbers = (one.copy() for one in STILL)
    field[..., axis] = MUCH
    numbers[:, 3 * axis + 2] = MUCH
    for layer, inputs in (
        (ElasticWarp(affine=ONE_PIXEL, elastic=0.0), (STILL[0], numbers)),
        (ElasticWarp(affine=0.0, elastic=ONE_PIXEL), (field, STILL[1])),
    ):
        moved = array(layer([IMAGES, *inputs]))
        np.testing.assert_allclose(moved, expected, atol=1e-5)


def test_each_image_has_its_own_map():
    """Half of the size for the first one, nothing for the second."""
    numbers = STILL[1].copy()
    numbers[0, [0, 4]] = MUCH
    moved = array(ElasticWarp(affine=1.0)([IMAGES, STILL[0], numbers]))
    inner = IMAGES[0, ::2, ::2]
    np.testing.assert_allclose(moved[0, 1:4, 1:4], inner, atol=5e-3)
    np.testing.assert_allclose(moved[1], IMAGES[1], atol=5e-3)


def test_settings_are_saved_and_checked():
    layer = ElasticWarp(affine=0.1, elastic=0.2)
    again = ElasticWarp.from_config(layer.get_config())
    assert (again.affine, again.elastic) == (0.1, 0.2)
    with pytest.raises(ValueError, match="`elastic` must be"):
        ElasticWarp(elastic=-0.1)


@pytest.mark.parametrize("channels, numbers", [(2, 4), (3, 6)])
def test_other_shapes_are_refused(channels, numbers):
    inputs = [
        np.zeros(shape, "float32")
        for shape in ((1, 4, 4, 1), (1, 2, 2, channels), (1, numbers))
    ]
    with pytest.raises(ValueError, match=r"and \(batch, 6\). Received: .*4, 4"):
        ElasticWarp()(inputs)
