"""Enlarging images by bilinear interpolation."""

import numpy as np
import pytest
from portable import array, assert_close, compiled, corners, quick

from keras_gan.layers import BilinearUpsampling2D


def images(shape=(2, 3, 4, 2)):
    return np.random.default_rng(0).normal(size=shape).astype("float32")


@pytest.mark.parametrize("factor", corners([3, 1]))
def test_interpolates_along_both_axes(factor):
    x = images()
    layer = BilinearUpsampling2D(factor)
    y = array(quick(layer)(x))
    wanted = x.astype("float64")
    for axis in (1, 2):
        side = np.arange(x.shape[axis])
        positions = (np.arange(factor * len(side)) + 0.5) / factor - 0.5
        wanted = np.apply_along_axis(
            lambda line, side=side, at=positions: np.interp(at, side, line),
            axis,
            wanted,
        )
    assert y.shape == layer.compute_output_shape(x.shape)
    assert_close(y, wanted, rtol=1e-5, atol=1e-6)


@pytest.mark.once
def test_sizes_known_only_at_run_time():
    layer = BilinearUpsampling2D(2)
    run = compiled(layer, shapes=[(None, None, None, 2)])
    for shape in ((2, 3, 4, 2), (1, 1, 5, 2)):
        assert_close(run(images(shape)), layer(images(shape)))
    shape = layer.compute_output_shape((None, None, 4, 2))
    assert shape == (None, None, 8, 2)


@pytest.mark.once
def test_config_and_bad_factor():
    layer = BilinearUpsampling2D(3)
    again = BilinearUpsampling2D.from_config(layer.get_config())
    assert again.get_config() == layer.get_config()
    with pytest.raises(ValueError, match="`factor` must be an integer"):
        BilinearUpsampling2D(0)
