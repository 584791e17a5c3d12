"""Discriminators of patches."""

import numpy as np
import pytest
from keras import ops
from portable import array, gradients

from keras_gan import networks

# Another backend would change nothing.
pytestmark = pytest.mark.quickest


def discriminator(side, **options):
    options = {"width": 1, "seed": 0, **options}
    return networks.patch_discriminator((side, side, 1), **options)


@pytest.mark.parametrize("receptive_field", [1, 7, 16, 34, 70, 142])
def test_receptive_field(receptive_field):
    side = 2 * receptive_field + 2
    model = discriminator(
        side, receptive_field=receptive_field, normalization=None
    )
    images = np.random.default_rng(0).uniform(-1, 1, (1, side, side, 1))
    middle = model.output_shape[1] // 2

    def logit(images):
        return model(images)[0, middle, middle, 0]

    (slope,) = gradients(lambda x: logit(x), images.astype("float32"))
    for axis in (0, 1):
        seen = np.nonzero(np.abs(slope[0, :, :, 0]).max(axis))[0]
        assert np.ptp(seen) + 1 == receptive_field
        assert len(seen) == receptive_field


@pytest.mark.parametrize(
    ("side", "receptive_field", "logits"),
    [
        (256, 70, 30),
        (256, 16, 126),
        (256, 286, 6),
        (256, 1, 256),
        (28, None, 5),
        (16, None, 6),
        (64, None, 6),
        (128, None, 14),
        (None, None, None),
        (8, 70, 1),
        (17, 70, 1),
        (3, 7, 1),
    ],
)
def test_number_of_logits(side, receptive_field, logits):
    model = discriminator(side, receptive_field=receptive_field)
    assert model.output_shape == (None, logits, logits, 1)


def test_small_images_of_unknown_size():
    model = discriminator(None)
    for side, logits in ((2, 1), (40, 3)):
        found = model(ops.ones((1, side, side, 1)))
        assert found.shape == (1, logits, logits, 1)


def test_the_source_is_seen():
    model = networks.patch_discriminator(
        (16, 16, 1), (16, 16, 2), width=2, seed=0
    )
    assert model.input_shape == [(None, 16, 16, 2), (None, 16, 16, 1)]
    rng = np.random.default_rng(0)
    images, source = rng.uniform(-1, 1, (2, 1, 16, 16, 2)).astype("float32")
    images = images[..., :1]
    one, other = (array(model([s, images])) for s in (source, -source))
    assert np.abs(one - other).max() > 1e-3


def test_first_and_last_layer_are_not_normalized():
    def normalizations(receptive_field, normalization):
        model = discriminator(
            None, receptive_field=receptive_field, normalization=normalization
        )
        found = (type(layer).__name__ for layer in model.layers)
        return sum(name.endswith("Normalization") for name in found)

    assert normalizations(70, "instance") == normalizations(70, "batch") == 3
    assert normalizations(70, None) == 0
    assert normalizations(1, "instance") == 1
    assert normalizations(7, "instance") == 0
