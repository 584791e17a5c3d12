import numpy as np
import pytest
from portable import assert_close, corners
from waves import wave_pair

from keras_gan.metrics import SSIM


def value(real, fake, **arguments):
    metric = SSIM(**arguments)
    metric.update_state(real, fake)
    return metric.result()


@pytest.mark.parametrize("number", corners([0, 1]))
def test_scikit_image(number):
    real, fake = (one[[number]] for one in wave_pair())
    found = [
        value(real, fake),
        value(real, fake, window="uniform"),
        value(real, fake, channels="y", crop=1),
    ]
    assert_close(found, PINNED[number], rtol=0, atol=1e-6)


def test_float32_images_lose_nothing():
    real, fake = (one.astype("float32") for one in wave_pair())
    # Of nearly flat images, differences of squares lose digits.
    real, fake = 0.9 + 0.01 * real, 0.9 + 0.01 * fake
    exact = value(real.astype("float64"), fake.astype("float64"))
    assert_close(value(real, fake), exact, rtol=1e-12)


@pytest.mark.quickest
def test_equal_images():
    real, _ = wave_pair()
    assert_close(value(real, real), 1.0, rtol=1e-12)


@pytest.mark.quickest
def test_windows():
    assert SSIM(window="uniform").name == "ssim_uniform"
    with pytest.raises(ValueError, match="`window` must be one of 'gaussian'"):
        SSIM(window="box")
    small = np.zeros((1, 7, 7, 1))
    assert_close(value(small, small, window="uniform"), 1.0)


# scikit-image 0.26: `structural_similarity` with `data_range=1` and
# `channel_axis=-1` of images in [0, 1]: with `gaussian_weights=True, sigma=1.5,
# use_sample_covariance=False`; with its defaults; and the first of
# `rgb2ycbcr(image)[..., 0] / 255` without 1 pixel at borders.
PINNED = [
    [0.988303844, 0.989021048, 0.994520264],
    [0.988609995, 0.988785721, 0.986105257],
]
