import keras
import pytest

from keras_gan.penalties import default_gamma

# Another backend would change nothing.
pytestmark = pytest.mark.quickest


def test_it_grows_with_the_pixels_and_not_with_the_channels():
    sides = [8, 16, 32, 64, 128, 256]
    gammas = [default_gamma((side, side, 3)) for side in sides]
    assert gammas == sorted(gammas)
    assert 0.0 < gammas[0] < gammas[-1]
    assert default_gamma((64, 64, 1)) == default_gamma((64, 64, 3))
    assert default_gamma((32, 128, 1)) == default_gamma((64, 64, 1))


def test_vectors_of_any_length_are_as_small_images():
    assert default_gamma((2,)) == default_gamma((5000,)) == 0.1
    assert default_gamma((8, 8, 1)) == 0.1


def test_channels_may_stand_first():
    last = default_gamma((64, 64, 3))
    keras.config.set_image_data_format("channels_first")
    try:
        assert default_gamma((3, 64, 64)) == last
    finally:
        keras.config.set_image_data_format("channels_last")


def test_an_unknown_size_is_refused():
    with pytest.raises(ValueError, match=r"Received: image_shape=\(None, 64"):
        default_gamma((None, 64, 3))
