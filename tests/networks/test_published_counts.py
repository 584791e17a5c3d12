"""Networks have as many parameters as those of the papers.

Their channels are multiples of one width, so the number of parameters is a
polynomial of second degree of it: three networks with one to three channels
tell how many the full one has.
"""

import math
from functools import partial

import pytest

from keras_gan import networks

# Another backend would change nothing.
pytestmark = pytest.mark.once


def trained(model):
    return sum(math.prod(w.shape) for w in model.trainable_variables)


def count(build, width=64):
    """The number of trained parameters of `build(width)`."""
    one, two, three = (trained(build(small)) for small in (1, 2, 3))
    steps = width - 1
    curvature = (three - 2 * two + one) * steps * (steps - 1) // 2
    return one + steps * (two - one) + curvature


def unet(side):
    return lambda width: networks.unet_generator(
        (side, side, 3), width=width, normalization="batch"
    )


def resnet(side, **options):
    return lambda width: networks.resnet_generator(
        (side, side, 3), width=width, **options
    )


def rrdb(width, blocks):
    # The growth of the paper is half of the width.
    return networks.rrdb_generator(
        (8, 8, 3), width=2 * width, growth=width, blocks=blocks
    )


def rrdb_count(blocks):
    """Each block adds the same number of parameters."""
    one, two = (count(partial(rrdb, blocks=n), width=32) for n in (1, 2))
    return one + (blocks - 1) * (two - one)


@pytest.mark.parametrize(
    ("build", "published", "exact"),
    [
        (unet(256), 54.41, 54_413_955),
        (unet(128), 41.83, 41_828_995),
        (resnet(256), 11.378, 11_378_179),
        (resnet(128), 7.838, 7_837_699),
        (resnet(128, num_attributes=5), 8.43, 8_430_531),
        (
            lambda width: networks.patch_discriminator(
                (256, 256, 3), (256, 256, 3), width=width, normalization="batch"
            ),
            2.769,
            2_768_705,
        ),
        (
            lambda width: networks.patch_discriminator(
                (256, 256, 3), width=width
            ),
            2.765,
            2_764_737,
        ),
        (
            lambda width: networks.attribute_discriminator(
                (128, 128, 3), 5, width=width
            ),
            44.76,
            44_762_048,
        ),
        (
            lambda width: networks.srresnet_generator((8, 8, 3), width=width),
            1.518,
            1_517_571,
        ),
        (
            lambda width: networks.unet_discriminator((64, 64, 3), width=width),
            4.38,
            4_376_897,
        ),
    ],
)
def test_published_count(build, published, exact):
    found = count(build)
    assert found == exact
    digits = len(str(published).split(".")[1])
    assert round(found / 1e6, digits) == published


@pytest.mark.parametrize(
    ("blocks", "published", "exact"),
    [(23, 16.70, 16_697_987), (6, 4.47, 4_467_779)],
)
def test_published_count_of_rrdb(blocks, published, exact):
    found = rrdb_count(blocks)
    assert found == exact
    assert round(found / 1e6, 2) == published


def test_the_polynomial_is_right():
    for width in (5, 8):
        model = networks.srresnet_generator((8, 8, 3), width=width, blocks=2)
        assert trained(model) == count(
            lambda w: networks.srresnet_generator((8, 8, 3), width=w, blocks=2),
            width,
        )
    with_half = networks.rrdb_generator((8, 8, 3), width=4, growth=2, blocks=3)
    one, two = (trained(rrdb(2, blocks)) for blocks in (1, 2))
    assert trained(with_half) == one + 2 * (two - one)
