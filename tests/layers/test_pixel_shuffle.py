"""From channels to pixels and back."""

import numpy as np
import pytest
from portable import array, assert_equal, compiled, corners, quick

from keras_gan.layers import PixelShuffle, PixelUnshuffle


def images(shape):
    return np.random.default_rng(0).normal(size=shape).astype("float32")


@pytest.mark.parametrize("factor", corners([3, 1]))
def test_each_group_of_channels_becomes_a_square(factor):
    x = images((2, 3, 4, 2 * factor**2))
    y = array(quick(PixelShuffle(factor))(x))
    assert y.shape == PixelShuffle(factor).compute_output_shape(x.shape)
    for i in range(factor):
        for j in range(factor):
            first = 2 * (factor * i + j)
            group = x[..., first : first + 2]
            assert_equal(y[:, i::factor, j::factor], group)
    assert_equal(quick(PixelUnshuffle(factor))(y), x)


@pytest.mark.once
@pytest.mark.parametrize("factor", [2, 3])
def test_unshuffling_is_reversed(factor):
    x = images((2, 2 * factor, 3 * factor, 5))
    y = array(quick(PixelUnshuffle(factor))(x))
    assert y.shape == (2, 2, 3, 5 * factor**2)
    assert_equal(quick(PixelShuffle(factor))(y), x)


@pytest.mark.once
def test_sizes_known_only_at_run_time():
    unknown = [(None, None, None, 4)]
    x = images((2, 6, 4, 4))
    for layer in (PixelShuffle(2), PixelUnshuffle(2)):
        run = compiled(layer, shapes=unknown)
        assert_equal(run(x), layer(x))
        shape = layer.compute_output_shape((None, None, 4, 4))
        assert shape[:2] == (None, None) and shape[2] == layer(x).shape[2]


@pytest.mark.once
@pytest.mark.parametrize("kind", [PixelShuffle, PixelUnshuffle])
def test_config(kind):
    layer = kind(3)
    again = kind.from_config(layer.get_config())
    assert again.factor == 3 and again.get_config() == layer.get_config()


@pytest.mark.once
def test_bad_input():
    with pytest.raises(ValueError, match="`factor` must be an integer"):
        PixelShuffle(0)
    with pytest.raises(ValueError, match="factor=2 and 6 channels"):
        PixelShuffle(2)(images((1, 2, 2, 6)))
    with pytest.raises(ValueError, match=r"PaddingToMultiple\(2\)"):
        PixelUnshuffle(2)(images((1, 3, 2, 6)))
