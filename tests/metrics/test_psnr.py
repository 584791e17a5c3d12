import numpy as np
import pytest
from portable import assert_close, corners
from waves import wave_pair

from keras_gan.metrics import PSNR


def value(real, fake, **arguments):
    metric = PSNR(**arguments)
    metric.update_state(real, fake)
    return metric.result()


def test_closed_form():
    real = np.zeros((2, 4, 4, 3))
    fake = np.stack([real[0] + 0.2, real[1] + 0.02])
    # The mean of decibels, not the decibels of the mean.
    assert_close(value(real, fake), (20 + 40) / 2, rtol=1e-12)


@pytest.mark.parametrize("number", corners([0, 1]))
def test_scikit_image(number):
    real, fake = (one[[number]] for one in wave_pair())
    assert_close(value(real, fake), RGB[number], rtol=0, atol=1e-6)
    found = value(real, fake, channels="y", crop=2)
    assert_close(found, LUMA[number], rtol=0, atol=1e-6)


@pytest.mark.quickest
def test_gray_is_luma_of_equal_channels():
    real, fake = wave_pair(channels=1)
    repeated = real.repeat(3, axis=-1), fake.repeat(3, axis=-1)
    gray = value(real, fake, channels="y")
    assert_close(gray, value(*repeated, channels="y"), rtol=1e-12)
    # 219 of 255 levels.
    assert_close(gray - value(real, fake), -20 * np.log10(219 / 255))


@pytest.mark.quickest
def test_equal_images_count_as_100_decibels():
    real, _ = wave_pair()
    assert_close(value(real, real), 100.0, rtol=1e-8)


# scikit-image 0.26: `peak_signal_noise_ratio` with `data_range=1` of images in
# [0, 1], and of `rgb2ycbcr(image)[..., 0] / 255` without 2 pixels at borders.
RGB = [25.889575175, 26.051998155]
LUMA = [31.39660723, 30.606549781]
