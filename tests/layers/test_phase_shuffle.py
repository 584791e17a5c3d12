"""Random shifts of feature maps."""

import keras
import numpy as np
import pytest
from keras import ops
from portable import array, assert_equal, compiled, dtype_of, gradients, quick

from keras_gan.layers import PhaseShuffle

LENGTH, SHIFT = 7, 2
MAPS = np.random.default_rng(0).normal(size=(40, LENGTH, 3)).astype("float32")
PADDED = np.pad(MAPS, ((0, 0), (SHIFT, SHIFT), (0, 0)), mode="reflect")


def shifts_of(found):
    """The shift of each map: exactly one must fit all of its channels."""
    chosen = []
    for number, one in enumerate(array(found)):
        fits = [
            shift
            for shift in range(-SHIFT, SHIFT + 1)
            if np.array_equal(PADDED[number, SHIFT + shift :][:LENGTH], one)
        ]
        assert len(fits) == 1
        chosen += fits
    return chosen


def test_each_map_is_shifted_and_mirrored_at_the_ends():
    layer = PhaseShuffle(SHIFT, seed=1)
    call = quick(lambda x: layer(x, training=True))
    first, second = (shifts_of(call(MAPS)) for _ in range(2))
    assert set(first) == set(range(-SHIFT, SHIFT + 1))
    assert first != second


@pytest.mark.quickest
def test_all_shifts_are_equally_likely():
    layer = PhaseShuffle(SHIFT, seed=2)
    found = [
        s for _ in range(50) for s in shifts_of(layer(MAPS, training=True))
    ]
    shares = np.bincount(np.array(found) + SHIFT, minlength=5) / len(found)
    # 2,000 draws: four standard errors.
    assert np.abs(shares - 0.2).max() < 0.036


def test_gradients_go_back_to_where_samples_came_from():
    layer = PhaseShuffle(1, seed=3)
    layer.build((None, 3, 1))

    def total(x):
        # The second derivative matters to gradient penalties.
        return ops.sum(layer(x, training=True) ** 2)

    x = np.array([[[1.0], [2.0], [4.0]]] * 8, "float32")
    (slope,) = gradients(total, x)
    counts = {tuple(c) for c in np.round(array(slope / (2 * x)))[..., 0]}
    assert counts <= {(1, 1, 1), (1, 2, 0), (0, 2, 1)} and len(counts) > 1


@pytest.mark.quickest
def test_nothing_moves_outside_training():
    layer = PhaseShuffle(SHIFT)
    for found in (layer(MAPS), layer(MAPS, training=False)):
        assert_equal(found, MAPS)
    assert_equal(PhaseShuffle(0)(MAPS, training=True), MAPS)


@pytest.mark.once
def test_graphs_draw_anew_for_any_batch():
    layer = PhaseShuffle(SHIFT, seed=4, dtype="mixed_bfloat16")
    layer.build((None, LENGTH, 3))
    call = compiled(lambda x: layer(x, training=True))
    first, second = (array(ops.cast(call(MAPS), "float32")) for _ in range(2))
    assert dtype_of(call(MAPS)) == "bfloat16" and (first != second).any()
    inputs = keras.Input((LENGTH, 3))
    assert layer(inputs).shape == (None, LENGTH, 3)


@pytest.mark.once
def test_config_and_bad_input():
    layer = PhaseShuffle(3, seed=5, name="shuffle")
    again = PhaseShuffle.from_config(layer.get_config())
    assert again.get_config() == layer.get_config()
    with pytest.raises(ValueError, match="`shift` must be an integer"):
        PhaseShuffle(-1)
    with pytest.raises(
        ValueError, match=r"shift=3 and a map of shape \(3, 1\)"
    ):
        layer(np.ones((1, 3, 1)))
    with pytest.raises(ValueError, match="must be known"):
        layer.build((None, None, 1))
