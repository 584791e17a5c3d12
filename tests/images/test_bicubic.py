import numpy as np
import pytest
from portable import assert_close, assert_equal

from keras_gan.images import bicubic_resize

# Another backend would change nothing.
pytestmark = pytest.mark.once


def picture():
    places = np.arange(9 * 8, dtype="float64")
    return np.sin(places**2 * 0.013).reshape(9, 8)


@pytest.mark.parametrize("scale", [1 / 2, 1 / 3, 1 / 4, 2, 1.5])
def test_matlab(scale):
    found = bicubic_resize(picture()[..., None], scale=scale)[..., 0]
    found = found[[0, -1]][:, [0, 1, -1]]
    assert_close(found, PINNED[scale], rtol=0, atol=1e-6)


def test_constants_stay_and_a_ramp_stays_straight_inside():
    flat = np.full((12, 12, 1), 0.7)
    assert_close(bicubic_resize(flat, scale=1 / 3), 0.7, rtol=1e-12)
    ramp = np.tile(np.arange(32.0)[:, None, None], (1, 8, 1))
    small = bicubic_resize(ramp, scale=1 / 2)[:, 0, 0]
    assert_close(np.diff(small)[3:-3], 2.0, rtol=1e-12)


def test_images_and_channels_are_resized_on_their_own():
    images = np.random.default_rng(0).random((2, 3, 12, 8, 3))
    found = bicubic_resize(images, (6, 6))
    assert found.shape == (2, 3, 6, 6, 3)
    one = bicubic_resize(images[1, 2, ..., [1]].transpose(1, 2, 0), (6, 6))
    assert_close(found[1, 2, ..., [1]].transpose(1, 2, 0), one, rtol=1e-12)


def test_bytes_are_rounded_and_clipped():
    edge = np.zeros((8, 8, 1), "uint8")
    edge[:, 4:] = 255
    found = bicubic_resize(edge, scale=2)
    exact = bicubic_resize(edge.astype("float64"), scale=2)
    assert found.dtype == np.uint8
    assert exact.min() < -5 and exact.max() > 260
    assert_equal(found, np.clip(np.floor(exact + 0.5), 0, 255).astype("uint8"))


def test_sizes():
    image = np.zeros((9, 7, 1), "float32")
    assert bicubic_resize(image, scale=1 / 3).shape == (3, 3, 1)
    assert bicubic_resize(image, (4, 14)).dtype == np.float32
    assert_equal(bicubic_resize(image + 1, (9, 7)), image + 1)


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({}, "Exactly one of `size` and `scale`"),
        ({"size": (4, 4), "scale": 2}, "Exactly one of `size` and `scale`"),
        ({"scale": 0}, "`scale` must be a positive number"),
        ({"size": (0, 4)}, "`size` must be"),
    ],
)
def test_invalid_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        bicubic_resize(np.zeros((8, 8, 1)), **arguments)


# The first two and the last value of the first and the last row, from BasicSR's
# `imresize` in double precision, which was checked against MATLAB.
PINNED = {
    1 / 2: [
        [0.2397205, 0.3300495, 0.4805913],
        [-0.3556691, 0.2991336, 0.4229274],
    ],
    1 / 3: [
        [0.245084, 0.1485136, 0.3481085],
        [-0.1734501, -0.0084202, 0.4111026],
    ],
    1 / 4: [
        [0.2324065, 0.1155202, 0.1155202],
        [-0.1351952, 0.1604483, 0.1604483],
    ],
    2: [[-0.0695011, -0.0696792, 0.6481611], [0.27579, -0.0964783, 0.329618]],
    1.5: [
        [-0.0516792, -0.0510832, 0.6334993],
        [0.2503376, -0.485628, 0.3209407],
    ],
}
