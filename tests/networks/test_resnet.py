"""The generators of CycleGAN and StarGAN."""

import keras
import numpy as np
import pytest
from portable import array, quick

from keras_gan import layers, networks

# Another backend would change nothing.
pytestmark = pytest.mark.quickest


def kinds(model, kind):
    return [one for one in model.layers if isinstance(one, kind)]


@pytest.mark.parametrize(
    ("side", "options", "blocks"),
    [
        (256, {}, 9),
        (None, {}, 6),
        (256, {"num_attributes": 2}, 6),
    ],
)
def test_number_of_blocks(side, options, blocks):
    model = networks.resnet_generator((side, side, 1), width=1, **options)
    assert len(kinds(model, keras.layers.Add)) == blocks


def test_borders_are_mirrored_except_with_attributes():
    def paddings(**options):
        model = networks.resnet_generator(
            (8, 8, 1), width=1, blocks=2, **options
        )
        found = kinds(model, layers.ReflectionPadding2D)
        return [one.padding for one in found]

    assert paddings() == [3, 1, 1, 1, 1, 3]
    assert paddings(upsampling="resize") == [3, 1, 1, 1, 1, 1, 1, 3]
    assert paddings(num_attributes=1) == []


@pytest.mark.parametrize("normalization", ["instance", "batch", None])
def test_normalization(normalization):
    model = networks.resnet_generator(
        (8, 8, 1), width=1, blocks=1, normalization=normalization
    )
    instance = kinds(model, layers.InstanceNormalization)
    batch = kinds(model, keras.layers.BatchNormalization)
    assert len(instance) == (7 if normalization == "instance" else 0)
    assert len(batch) == (7 if normalization == "batch" else 0)
    assert not any(one.scale for one in instance)
    # Only the last convolution has a bias if the others would be without
    # effect.
    biases = [one.use_bias for one in kinds(model, keras.layers.Conv2D)]
    assert biases == [normalization is None] * (len(biases) - 1) + [True]


@pytest.mark.parametrize("upsampling", ["transpose", "resize"])
def test_resizing_leaves_no_checkerboard(upsampling):
    model = networks.resnet_generator(
        (64, 64, 1), width=4, blocks=1, normalization=None,
        upsampling=upsampling, seed=1,
    )  # fmt: skip
    # Far from the edges, where zeros are seen, a constant image has no
    # structure that an output could follow.
    inside = array(quick(model)(np.full((1, 64, 64, 1), 0.5, "float32")))
    inside = inside[0, 28:36, 28:36, 0]
    assert (np.ptp(inside) < 1e-5) == (upsampling == "resize")


@pytest.mark.parametrize("size", [(16, 16), (13, 17)])
def test_attributes_change_the_image(size):
    model = networks.resnet_generator(
        (*size, 1), width=4, blocks=1, num_attributes=2, seed=1
    )
    images = np.random.default_rng(0).uniform(-1, 1, (1, *size, 1))
    attributes = np.array([[0, 0], [1, 0], [0, 1]], "float32")
    outputs = array(model([np.repeat(images, 3, axis=0), attributes]))
    for one, other in ((0, 1), (0, 2), (1, 2)):
        assert np.abs(outputs[one] - outputs[other]).max() > 1e-3
