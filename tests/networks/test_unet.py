"""The generator of pix2pix."""

import keras
import numpy as np
import pytest
from portable import array, assert_equal, quick

from keras_gan import networks

# Another backend would change nothing.
pytestmark = pytest.mark.quickest


def images(size, seed=0):
    shape = (1, size, size, 1)
    return np.random.default_rng(seed).uniform(-1, 1, shape).astype("float32")


def kinds(model, kind):
    return [one for one in model.layers if isinstance(one, kind)]


@pytest.mark.parametrize(
    ("side", "depth"), [(256, 8), (28, 4), (1, 1), (None, 5)]
)
def test_default_depth(side, depth):
    model = networks.unet_generator((side, side, 1), width=1)
    strided = [one for one in kinds(model, keras.layers.Conv2D)
               if one.strides == (2, 2)]  # fmt: skip
    assert len(strided) == depth
    assert len(kinds(model, keras.layers.Concatenate)) == depth - 1


@pytest.mark.parametrize(
    ("depth", "rate", "dropped"),
    [(4, 0.5, 0), (5, 0.5, 1), (8, 0.5, 3), (6, 0, 0)],
)
def test_dropout_of_deep_networks(depth, rate, dropped):
    model = networks.unet_generator(
        (None, None, 1), width=1, depth=depth, dropout=rate
    )
    assert len(kinds(model, keras.layers.Dropout)) == dropped


def test_dropout_acts_in_training_alone():
    model = networks.unet_generator((32, 32, 1), width=2, seed=1)
    x = images(32)
    assert_equal(model(x), model(x))
    once, twice = (array(model(x, training=True)) for _ in "ab")
    assert np.any(once != twice)


def test_details_pass_the_bottleneck_by():
    model = networks.unet_generator((32, 32, 1), width=4, depth=3, seed=1)
    innermost = kinds(model, keras.layers.Conv2D)[-1]
    innermost.set_weights([0 * w for w in innermost.get_weights()])
    difference = array(model(images(32))) - array(model(images(32, seed=1)))
    assert np.abs(difference).max() > 0.01


@pytest.mark.parametrize("upsampling", ["transpose", "resize"])
def test_resizing_leaves_no_checkerboard(upsampling):
    model = networks.unet_generator(
        (64, 64, 1), width=4, depth=2, normalization=None,
        upsampling=upsampling, seed=1,
    )  # fmt: skip
    # Far from the edges, where zeros are seen, a constant image has no
    # structure that an output could follow.
    inside = array(quick(model)(np.full((1, 64, 64, 1), 0.5, "float32")))
    inside = inside[0, 24:40, 24:40, 0]
    assert (np.ptp(inside) < 1e-5) == (upsampling == "resize")
