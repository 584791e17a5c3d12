"""The decoder that mirrors an encoder."""

import numpy as np
import pytest
from portable import array

from keras_gan.networks import style_decoder

# Another backend would change nothing.
pytestmark = pytest.mark.once


def test_it_has_the_published_number_of_weights():
    assert style_decoder(512).count_params() == 3_505_219


def test_images_are_larger_by_the_number_of_widths():
    decoder = style_decoder(5, 1, widths=(6, 4), convolutions=(2, 1), seed=1)
    features = np.random.default_rng(0).normal(size=(2, 3, 2, 5))
    images = array(decoder(features.astype("float32")))
    assert images.shape == (2, 12, 8, 1) and images.dtype == np.float32
    again = style_decoder(5, 1, widths=(6, 4), convolutions=(2, 1), seed=1)
    for a, b in zip(decoder.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_constant_features_give_images_without_a_border():
    decoder = style_decoder(3, widths=(4,), convolutions=(2,), seed=1)
    images = array(decoder(np.ones((1, 4, 4, 3), "float32")))
    np.testing.assert_allclose(images, images[:, :1, :1] + 0 * images, 1e-5)


def test_arguments_are_checked():
    with pytest.raises(ValueError, match="`convolutions` must have one entry"):
        style_decoder(3, widths=(4, 4), convolutions=(1,))
    with pytest.raises(ValueError, match="`channels` must be at least 1"):
        style_decoder(0)
