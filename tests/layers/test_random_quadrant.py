"""One quadrant of several maps."""

import keras
import numpy as np
import pytest
from portable import array, assert_equal, compiled, corners, dtype_of, quick

from keras_gan.layers import RandomQuadrant

IMAGES = np.arange(2 * 8 * 12 * 3, dtype="float32").reshape(2, 8, 12, 3)
MAPS = IMAGES.reshape(2, 4, 2, 6, 2, 3).mean((2, 4))
QUADRANTS = [
    (slice(None), slice(4 * row, 4 * row + 4), slice(6 * col, 6 * col + 6))
    for row in (0, 1)
    for col in (0, 1)
]


def expected(seed, draw):
    """The formula of the docstring in integers without limits."""
    return 4 * pow(12_391 * (seed + draw), 3, 32_717) // 32_717


def number_of(crop):
    """Which quadrant of the images a crop is."""
    [number] = [
        number
        for number, place in enumerate(QUADRANTS)
        if np.array_equal(array(crop), IMAGES[place])
    ]
    return number


@pytest.mark.parametrize("seed", corners([2**31 - 5, 7]))
def test_draws_are_the_same_on_every_backend(seed):
    layer = RandomQuadrant(seed=seed)
    call = quick(lambda x: layer([x], training=True)[0])
    crop = [number_of(layer([IMAGES], training=True)[0]) for _ in range(12)]
    assert crop == [expected(seed, draw) for draw in range(12)]
    assert len(set(crop)) > 2
    assert array(call(IMAGES)).shape == (2, 4, 6, 3)


@pytest.mark.quickest
def test_all_inputs_are_cropped_alike():
    layer = RandomQuadrant(seed=2, dtype="mixed_bfloat16")
    for _ in range(8):
        images, maps = layer([IMAGES, MAPS], training=True)
        assert dtype_of(images) == "float32"
        pooled = array(images).reshape(2, 2, 2, 3, 2, 3).mean((2, 4))
        assert_equal(maps, pooled)
    for one in layer([IMAGES]), layer([IMAGES], training=False):
        assert number_of(one[0]) == 0


@pytest.mark.once
def test_quadrants_are_drawn_equally_often_and_do_not_depend():
    draws = np.array([expected(1234, draw) for draw in range(8000)])
    for step in (1, 2, 3, 4, 5, 6):
        pairs = np.bincount(4 * draws[step:] + draws[:-step], minlength=16)
        assert np.abs(pairs / len(draws) - 1 / 16).max() < 0.01


@pytest.mark.once
def test_graphs_draw_anew():
    layer = RandomQuadrant(seed=3)
    layer.build([IMAGES.shape])
    call = compiled(lambda x: layer([x], training=True)[0])
    found = [number_of(call(IMAGES)) for _ in range(6)]
    assert found == [expected(3, draw) for draw in range(6)]


@pytest.mark.once
def test_config_and_bad_input():
    layer = RandomQuadrant(seed=4, name="quadrant")
    again = RandomQuadrant.from_config(layer.get_config())
    assert again.get_config() == layer.get_config()
    inputs = [keras.Input((16, 8, 5)), keras.Input((32, 16, 3))]
    found = [one.shape for one in again(inputs)]
    assert found == [(None, 8, 4, 5), (None, 16, 8, 3)]
    with pytest.raises(ValueError, match="Sides must be even"):
        layer([np.ones((1, 5, 4, 1))])
