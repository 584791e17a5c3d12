import numpy as np
import pytest
from portable import assert_close

from keras_gan.layers.augmentation.wavelets import SYM2, SYM6

# Another backend would change nothing.
pytestmark = pytest.mark.quickest

WAVELETS = {"sym2": SYM2, "sym6": SYM6}

each_wavelet = pytest.mark.parametrize("name", WAVELETS)


@each_wavelet
def test_constants_are_kept(name):
    assert_close(WAVELETS[name].sum(), np.sqrt(2.0), rtol=1e-10)


@each_wavelet
def test_shifts_by_two_are_orthonormal(name):
    taps = WAVELETS[name]
    products = np.correlate(taps, taps, "full")[len(taps) - 1 :: 2]
    expected = np.eye(1, len(products))[0]
    assert_close(products, expected, atol=1e-10)


@each_wavelet
def test_high_pass_half_blots_out_polynomials(name):
    # An orthogonal wavelet of 2 n taps with n vanishing moments: there are only
    # a few, and the symlet is the one that is nearly symmetric.
    taps = WAVELETS[name]
    places = np.arange(len(taps))
    for degree in range(len(taps) // 2):
        terms = (-1.0) ** places * taps * places**degree
        assert abs(terms.sum()) < 1e-8 * np.abs(terms).sum()


def test_sym6_is_nearly_symmetric():
    # Its delay hardly depends on the frequency: within an eighth of a sample
    # over the lower half of the band, which the extremal-phase filter of the
    # same length is not.
    frequencies = np.linspace(0.01, np.pi / 2, 50)
    waves = np.exp(-1j * np.outer(frequencies, np.arange(len(SYM6))))
    phase = np.unwrap(np.angle(waves @ SYM6))
    delays = -np.diff(phase) / np.diff(frequencies)
    assert np.ptp(delays) < 0.5


@each_wavelet
def test_taps_are_those_of_pywavelets(name):
    reason = "PyWavelets is not installed"
    pywt = pytest.importorskip("pywt", reason=reason)
    assert_close(WAVELETS[name], pywt.Wavelet(name).dec_lo, rtol=1e-12)


def test_order_of_the_taps():
    # As PyWavelets 1.8.0 lists them under `dec_lo`; reversed they would have
    # the same properties, and move the image.
    assert SYM6[0] == 0.015404109327027373
    assert SYM6[-1] == -0.007800708325034148
    assert SYM2[0] == -0.12940952255092145
