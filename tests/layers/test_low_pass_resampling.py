import keras
import numpy as np
import pytest
from portable import array, assert_close, assert_equal, dtype_of

from keras_gan.layers import LowPassResampling2D


def resample(x, size):
    layer = LowPassResampling2D(size)
    return keras.ops.convert_to_numpy(layer(array(x, "float32")))


@pytest.mark.quickest
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ((8, 8), (4, 4)),
        ((7, 5), (4, 3)),
        ((4, 3), (8, 6)),
        ((4, 3), (7, 5)),
        ((6, 4), (3, 4)),
        ((3, 5), (6, 3)),
        ((1, 1), (2, 2)),
    ],
)
def test_constants_stay_exactly_constant(before, after):
    x = np.broadcast_to([0.75, -3.0], (2, *before, 2))
    y = resample(x, after)
    assert y.shape == (2, *after, 2)
    assert_equal(y, np.broadcast_to(np.float32([0.75, -3.0]), y.shape))


def test_halving_is_the_filter_1331():
    x = np.zeros((1, 8, 1, 1))
    x[0, 4] = 8
    assert_equal(resample(x, (4, 1))[0, :, 0, 0], [0, 1, 3, 0])


@pytest.mark.quickest
def test_halving_repeats_the_edge():
    x = np.reshape([8.0, 0, 0, 0, 16], (1, 1, 5, 1))
    assert_equal(resample(x, (1, 3))[0, 0, :, 0], [4, 2, 14])


def test_doubling_is_the_filter_1331():
    x = np.zeros((1, 1, 4, 1))
    x[0, 0, 1] = 4
    assert_equal(resample(x, (1, 8))[0, 0, :, 0], [0, 1, 3, 3, 1, 0, 0, 0])


def test_chequerboard_does_not_alias():
    x = np.indices((8, 8)).sum(axis=0) % 2 * 2.0 - 1
    y = resample(x[None, :, :, None], (4, 4))
    assert_close(y[0, 1:-1, 1:-1], 0, atol=1e-6)


@pytest.mark.quickest
def test_channels_and_samples_stay_apart():
    x = np.random.default_rng(0).normal(size=(2, 6, 4, 3))
    together = resample(x, (3, 8))
    for sample in range(2):
        for channel in range(3):
            alone = resample(
                x[sample : sample + 1, ..., channel : channel + 1], (3, 8)
            )
            assert_close(
                together[sample, ..., channel], alone[0, ..., 0], rtol=1e-5
            )


@pytest.mark.quickest
def test_round_trip_and_unchanged_config():
    layer = LowPassResampling2D([4, 6])
    config = layer.get_config()
    layer.build((None, 8, 3, 2))
    assert layer.get_config() == config
    rebuilt = LowPassResampling2D.from_config(config)
    assert rebuilt.compute_output_shape((None, 8, 3, 2)) == (None, 4, 6, 2)


def test_half_precision():
    layer = LowPassResampling2D((2, 2), dtype="mixed_bfloat16")
    assert dtype_of(layer(np.ones((1, 4, 4, 1)))) == "bfloat16"


@pytest.mark.quickest
def test_other_factors_are_refused():
    with pytest.raises(ValueError, match="8 px to become 3 px"):
        resample(np.ones((1, 8, 8, 1)), (3, 4))


@pytest.mark.quickest
@pytest.mark.parametrize("size", [(4,), (0, 4), (1.5, 2)])
def test_bad_size(size):
    with pytest.raises(ValueError, match="`size` must be .*Received"):
        LowPassResampling2D(size)
