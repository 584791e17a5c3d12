"""Padding to a multiple, and cropping what was added."""

import numpy as np
import pytest
from keras import ops
from portable import array, assert_equal, compiled, corners, gradients, quick

from keras_gan.layers import CropLike, PaddingToMultiple


def row(*values):
    return np.array(values, "float32").reshape(1, 1, -1, 1)


def images(height, width, channels=2):
    shape = (2, height, width, channels)
    return np.random.default_rng(0).normal(size=shape).astype("float32")


@pytest.mark.once
@pytest.mark.parametrize(
    ("values", "multiple", "at_least", "wanted"),
    [
        ((0, 1, 2, 3), 4, 1, (0, 1, 2, 3)),
        ((0, 1, 2, 3, 4), 4, 1, (0, 1, 2, 3, 4, 3, 2, 1)),
        ((0, 1), 8, 1, (0, 1, 0, 1, 0, 1, 0, 1)),
        ((5,), 4, 1, (5, 5, 5, 5)),
        ((0, 1, 2), 1, 5, (0, 1, 2, 1, 0)),
        ((0, 1, 2), 2, 5, (0, 1, 2, 1, 0, 1)),
    ],
)
def test_far_edge_is_mirrored(values, multiple, at_least, wanted):
    layer = PaddingToMultiple(multiple, at_least=at_least)
    y = array(layer(row(*values)))[0, 0, :, 0]
    assert_equal(y, wanted)


@pytest.mark.parametrize("size", corners([((13, 16),), ((1, 9),)]))
def test_cropping_undoes_padding(size):
    x = images(*size)
    layer = PaddingToMultiple(8)
    y = quick(layer)(x)
    assert tuple(y.shape) == layer.compute_output_shape(x.shape)
    assert all(side % 8 == 0 for side in y.shape[1:3])
    assert_equal(CropLike()([y, x]), x)


@pytest.mark.once
def test_sizes_known_only_at_run_time():
    pad, crop = PaddingToMultiple(4, at_least=8), CropLike(2)

    def there_and_back(x):
        padded = pad(x)
        return padded, crop([ops.repeat(padded, 2, axis=1), x])

    run = compiled(there_and_back, shapes=[(None, None, None, 2)])
    for size in ((5, 9), (12, 16)):
        x = images(*size)
        padded, cropped = run(x)
        assert_equal(padded, pad(x))
        assert cropped.shape[1] == 2 * size[0]
    known = pad.compute_output_shape((None, None, 9, 2))
    assert known == (None, None, 12, 2)
    shape = crop.compute_output_shape([(None, 64, 64, 3), (None, None, 9, 2)])
    assert shape == (None, None, 18, 3)


def test_gradient_goes_to_the_pixels_that_are_shown():
    def total(x):
        return ops.sum(PaddingToMultiple(8)(x))

    # Eight times as high, and along the row 0 1 2 3 4 3 2 1.
    (slope,) = gradients(total, row(0, 1, 2, 3, 4))
    assert_equal(slope[0, 0, :, 0], 8 * np.array([1, 2, 2, 2, 1]))


@pytest.mark.once
def test_configs():
    for layer in (PaddingToMultiple(4, at_least=9), CropLike(3)):
        again = type(layer).from_config(layer.get_config())
        assert again.get_config() == layer.get_config()


@pytest.mark.once
@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: PaddingToMultiple(0), "`multiple` must be an integer"),
        (lambda: PaddingToMultiple(4, at_least=0), "`at_least` must be an"),
        (lambda: CropLike(0.5), "`scale` must be an integer"),
    ],
)
def test_bad_arguments(build, message):
    with pytest.raises(ValueError, match=message):
        build()
