"""The chain of Real-ESRGAN, and its parts."""

import math

import numpy as np
import pytest
from portable import assert_close

from keras_gan.datasets import blur_kernels, degradation

# Another backend would change nothing.
pytestmark = pytest.mark.once


def seeded():
    return np.random.default_rng(1)


@pytest.mark.parametrize("form", ["gaussian", "generalized", "plateau"])
def test_kernels_have_their_widths_and_angle(form):
    kernel = blur_kernels.blur_kernel(form, 21, np.array([3, 1]), 0.5, 1.0)
    assert_close(kernel.sum(), 1.0)
    assert_close(kernel, kernel[::-1, ::-1])
    y, x = np.indices(kernel.shape) - 10
    moments = [(kernel * a * b).sum() for a, b in ((x, x), (x, y), (y, y))]
    angle = 0.5 * math.atan2(2 * moments[1], moments[0] - moments[2])
    # The others have tails that the window cuts off.
    assert_close(angle, 0.5, rtol=0.01 if form == "gaussian" else 0.15)
    if form == "gaussian":
        assert_close(moments[0] + moments[2], 10, rtol=0.02)


def test_the_sinc_kernel_stops_high_frequencies_only():
    kernel = blur_kernels.sinc_kernel(math.pi / 2, 21)
    assert_close(kernel, kernel.T)
    assert kernel.min() < 0
    response = np.abs(np.fft.fft2(kernel, (64, 64)))[0]
    assert_close(response[:8], 1.0, rtol=0, atol=0.1)
    assert response[24:32].max() < 0.1


def test_random_kernels_sum_to_1_and_differ():
    random = seeded()
    kernels = [blur_kernels.random_kernel(random, 3.0) for _ in range(50)]
    kernels += [blur_kernels.random_sinc_kernel(random) for _ in range(20)]
    assert_close([kernel.sum() for kernel in kernels], 1.0)
    assert {len(kernel) for kernel in kernels} == set(range(7, 22, 2))


def test_the_chain_loses_detail_but_not_the_image():
    image = np.zeros((96, 96, 3), "uint8")
    image[:, 48:] = 200
    image[32:64, :, 2] = 255
    random = seeded()
    found = [degradation.real(image, 2, random) for _ in range(8)]
    small = degradation.bicubic(image, 2, random)
    for one in found:
        assert one.shape == (48, 48, 3) and one.dtype == np.uint8
        # Blurred and noisy, but the same picture.
        assert 2 < np.abs(one.astype(float) - small).mean() < 60
        assert np.corrcoef(one.ravel(), small.ravel())[0, 1] > 0.8
    assert len({one.tobytes() for one in found}) == 8


def test_gray_images_and_scale_1():
    image = np.full((17, 20, 1), 128, "uint8")
    random = seeded()
    found = np.stack([degradation.real(image, 1, random) for _ in range(8)])
    assert found.shape == (8, 17, 20, 1)
    assert abs(found.mean() - 128) < 10


@pytest.mark.parametrize("mode", ["area", "bilinear", "bicubic"])
def test_interpolation(mode):
    image = np.linspace(0.2, 0.8, 12)[:, None, None] * np.ones((1, 8, 2))
    same = degradation._interpolated(image, (12, 8), mode)
    assert_close(same, image, rtol=1e-12)
    half = degradation._interpolated(image, (6, 4), mode)
    means = image.reshape(6, 2, 4, 2, 2).mean(axis=(1, 3))
    # Inside a ramp, all of them are the mean of two neighbors.
    assert_close(half[1:-1], means[1:-1], rtol=1e-12)
    if mode == "area":
        odd = degradation._interpolated(image, (5, 3), mode)
        assert_close(odd.mean(), image.mean())
