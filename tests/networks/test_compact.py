import keras
import numpy as np
import pytest
from portable import array, input_gradients

from keras_gan import networks


def of_type(model, layer_type):
    return [x for x in model.layers if isinstance(x, layer_type)]


def maps(model, layer_type):
    return [x.output.shape[1:] for x in of_type(model, layer_type)]


@pytest.mark.quickest
@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((28, 28, 1), [(14, 14, 2), (7, 7, 4), (7, 7, 4)]),
        ((32, 32, 1), [(16, 16, 2), (8, 8, 4), (4, 4, 8)]),
        ((32, 20, 1), [(16, 10, 2), (8, 5, 4), (4, 5, 8), (4, 5, 8)]),
        ((9, 8, 1), [(5, 4, 2), (5, 4, 4)]),
        ((5, 4, 1), [(5, 4, 2), (5, 4, 4)]),
    ],
)
def test_the_discriminator_joins_the_pixels_that_are_left(shape, expected):
    discriminator = networks.compact_discriminator(shape, width=2)
    assert maps(discriminator, keras.layers.Conv2D) == expected


@pytest.mark.quickest
@pytest.mark.parametrize(
    ("family", "even"), [("compact", True), ("dcgan", False)]
)
def test_all_inner_pixels_are_part_of_as_many_windows(family, even):
    build = getattr(networks, f"{family}_discriminator")
    first, *_ = of_type(build((16, 16, 1), width=2), keras.layers.Conv2D)
    first.set_weights([np.ones_like(value) for value in first.get_weights()])
    gradients = input_gradients(first, np.ones((1, 16, 16, 1), "float32"))
    inner = array(gradients)[0, 4:-4, 4:-4, 0]
    assert bool(np.ptp(inner) == 0) is even


@pytest.mark.quickest
@pytest.mark.parametrize(("side", "smooth"), [(32, False), (33, True)])
def test_larger_images_are_interpolated(side, smooth):
    generator = networks.compact_generator((side, 8, 1), width=2)
    transposed = of_type(generator, keras.layers.Conv2DTranspose)
    assert bool(transposed) is not smooth
    assert generator.output_shape == (None, side, 8, 1)


def test_constant_maps_stay_constant_between_the_edges():
    generator = networks.compact_generator((64, 64, 1), width=2, seed=0)
    last = of_type(generator, keras.layers.Conv2D)[-1]
    doubling = generator.layers[generator.layers.index(last) - 1]
    maps = np.ones((1, *doubling.input.shape[1:]), "float32")
    inner = array(last(doubling(maps)))[0, 2:-2, 2:-2]
    assert np.ptp(inner) < 1e-6 and inner.shape == (60, 60, 1)
