import keras
import numpy as np
import pytest
from portable import assert_close, assert_equal, compiled

from keras_gan.layers.augmentation.frequency_filter import (
    NAMES,
    filter_bank,
    frequency_filter,
)

POWER = np.array([10, 1, 1, 1]) / 13


def noise(shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def filtered(images, gains):
    """`gains`: `(batch, 4)`."""
    drawn = dict(zip(NAMES, np.float32(gains).T, strict=True))
    return keras.ops.convert_to_numpy(frequency_filter(images, drawn))


def strengths(gains):
    """The paper's normalization, one band after the other."""
    product = np.ones(4)
    for band, gain in enumerate(gains):
        one = np.ones(4)
        one[band] = gain
        product *= one / np.sqrt(np.sum(POWER * one**2))
    return product


def response(kernel, frequencies):
    """Gain of an odd symmetric kernel at frequencies in radians a pixel."""
    reach = len(kernel) // 2
    taps = np.arange(-reach, reach + 1)
    return np.cos(np.outer(frequencies, taps)) @ kernel


@pytest.mark.quickest
def test_bank_sums_to_an_impulse():
    bank = filter_bank()
    assert bank.shape[0] == 4 and bank.shape[1] % 2 == 1
    impulse = np.eye(1, bank.shape[1], bank.shape[1] // 2)[0]
    assert_close(bank.sum(axis=0), impulse, atol=1e-12)


@pytest.mark.quickest
def test_kernels_are_symmetric():
    bank = filter_bank()
    assert_close(bank, bank[:, ::-1], atol=1e-12)


@pytest.mark.quickest
def test_bands_are_the_octaves():
    # Each is the strongest of the four in the middle of its own octave, lets
    # through neither constants (but for the lowest) nor the octaves beyond its
    # neighbors.
    bank = filter_bank()
    octaves = np.pi * np.array([1 / 16, 3 / 16, 3 / 8, 3 / 4])
    gains = np.stack([response(kernel, octaves) for kernel in bank])
    assert_equal(gains.argmax(axis=0), range(4))
    assert gains.diagonal().min() > 0.5
    distance = np.abs(np.subtract.outer(range(4), range(4)))
    assert np.abs(gains[distance > 1]).max() < 0.15
    assert_close(bank.sum(axis=1), [1, 0, 0, 0], atol=1e-12)


@pytest.mark.parametrize("sides", [(48, 48), (9, 30), (1, 2)])
def test_agrees_with_a_convolution_of_the_mirrored_image(sides):
    images = noise((3, *sides, 2))
    gains = np.exp2(noise((3, 4), seed=1))
    margin = filter_bank().shape[1] // 2
    expected = []
    for image, gain in zip(images, gains, strict=True):
        kernel = strengths(gain) @ filter_bank()
        pads = [(margin, margin), (margin, margin), (0, 0)]
        image = np.pad(image.astype("float64"), pads, mode="reflect")
        for axis in (0, 1):
            image = np.apply_along_axis(
                np.convolve, axis, image, kernel, "valid"
            )
        expected.append(image)
    assert_close(filtered(images, gains), expected, atol=1e-4)


def test_gains_of_one_keep_every_bit():
    images = noise((2, 12, 9, 3))
    gains = np.array([[1, 1, 1, 1], [1, 1, 2, 1]])
    values = filtered(images, gains)
    assert_equal(values[0], images[0])
    assert np.abs(values[1] - images[1]).max() > 0.01


@pytest.mark.quickest
def test_bands_left_out_are_not_changed():
    images = noise((2, 12, 9, 3))
    drawn = {"band_2": np.array([3.0, 0.5], "float32")}
    gains = np.array([[1, 3, 1, 1], [1, 0.5, 1, 1]])
    assert_close(
        frequency_filter(images, drawn), filtered(images, gains), rtol=1e-6
    )
    assert frequency_filter(images, {"scale": gains}) is images


@pytest.mark.quickest
def test_power_of_a_natural_spectrum_is_kept():
    # Along one axis: a power of 10 to 1 to 1 to 1 in the four bands.
    bank = filter_bank()
    gains = np.array([1.0, 4.0, 1.0, 1.0])
    after = strengths(gains) ** 2
    assert_close(np.sum(POWER * after), 1.0)
    # And a band that is made stronger is stronger than the rest by its gain.
    frequency = np.pi * 3 / 16
    kernel = strengths(gains) @ bank
    ratio = response(kernel, [frequency]) / response(kernel, [np.pi * 3 / 4])
    assert ratio[0] > 2.5


def test_bands_change_their_own_frequencies():
    # Waves in the middle of the lowest and of the highest octave.
    places = np.arange(64)
    slow, fast = (np.cos(np.pi * f * places) for f in (1 / 32, 7 / 8))
    images = np.stack([slow, fast])[:, None, :, None].astype("float32")
    gains = np.tile([1, 1, 1, 4], (2, 1))
    strength = strengths(gains[0])
    values = filtered(images, gains)[:, 0, 16:-16, 0]
    # The other axis has nothing but a constant, which is of the lowest band.
    across = strength[0]
    low, high = np.abs(values).max(axis=1) / across
    assert_close(low, strength[0], rtol=0.05)
    assert_close(high, strength[3], rtol=0.05)


def test_unknown_sides_in_a_graph():
    images = noise((2, 10, 7, 1))
    drawn = {"band_1": np.array([2.0, 0.5], "float32")}
    graph = compiled(
        lambda images: frequency_filter(images, drawn),
        shapes=[(None, None, None, 1)],
    )
    assert_close(graph(images), frequency_filter(images, drawn), atol=1e-6)
