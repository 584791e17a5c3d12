"""Networks have as many parameters as those of the papers.

No large network is built for that. Where all channels are multiples of one
width, the number of parameters is a polynomial of second degree of it, which
three narrow networks determine; and each further block adds the same number.
"""

import math
from functools import partial

import keras
import pytest

from keras_gan import networks
from keras_gan.networks.stylegan2 import plan

# Another backend would change nothing.
pytestmark = pytest.mark.quickest
UNET = partial(networks.unet_generator, normalization="batch")
PATCH = networks.patch_discriminator


def trained(model):
    return sum(math.prod(w.shape) for w in model.trainable_variables)


def of_width(build, width):
    """The number of trained parameters of `build(width=width)`."""
    one, two, three = (trained(build(width=small)) for small in (1, 2, 3))
    steps = width - 1
    curvature = (three - 2 * two + one) * steps * (steps - 1) // 2
    return one + steps * (two - one) + curvature


def of_multiple(build, width, unit=8):
    """The same, where all channels are multiples of `unit` at least."""
    return of_width(lambda width: build(width=width * unit), width // unit)


def of_blocks(build, *blocks):
    """The numbers of trained parameters of `build(blocks=...)`."""
    one, two = (trained(build(blocks=small)) for small in (1, 2))
    return [one + (many - 1) * (two - one) for many in blocks]


def assert_published(found, exact, published):
    assert found == exact
    digits = len(str(published).split(".")[1])
    assert round(found / 1e6, digits) == published


@pytest.mark.parametrize(
    ("build", "exact", "published"),
    [
        (partial(UNET, (256, 256, 3)), 54_413_955, 54.41),
        (partial(UNET, (128, 128, 3)), 41_828_995, 41.83),
        (
            partial(PATCH, (256, 256, 3), (256, 256, 3), normalization="batch"),
            2_768_705,
            2.769,
        ),
        (partial(PATCH, (256, 256, 3)), 2_764_737, 2.765),
        (
            partial(networks.attribute_discriminator, (128, 128, 3), 5),
            44_762_048,
            44.76,
        ),
        (
            partial(networks.unet_discriminator, (64, 64, 3)),
            4_376_897,
            4.38,
        ),
        (
            partial(networks.wavegan_generator, (16_384, 1)),
            19_065_345,
            19.07,
        ),
        (
            partial(networks.wavegan_discriminator, (16_384, 1)),
            17_427_969,
            17.43,
        ),
    ],
)
def test_networks_of_one_width(build, exact, published):
    assert_published(of_width(build, 64), exact, published)


@pytest.mark.parametrize(
    ("build", "counts"),
    [
        (
            partial(networks.resnet_generator, (256, 256, 3)),
            {9: (11_378_179, 11.378), 6: (7_837_699, 7.838)},
        ),
        (
            partial(networks.resnet_generator, (128, 128, 3), num_attributes=5),
            {6: (8_430_531, 8.43)},
        ),
        (
            partial(networks.srresnet_generator, (8, 8, 3)),
            {16: (1_517_571, 1.518)},
        ),
        (
            partial(networks.rrdb_generator, (8, 8, 3)),
            {23: (16_697_987, 16.70), 6: (4_467_779, 4.47)},
        ),
    ],
)
def test_networks_of_blocks(build, counts):
    found = of_blocks(build, *counts)
    for one, (exact, published) in zip(found, counts.values(), strict=True):
        assert_published(one, exact, published)


@pytest.mark.parametrize(
    ("deep", "width", "counts"),
    [
        (False, 96, (70_433_988, 87_982_370)),
        (True, 128, (50_244_484, 34_590_210)),
    ],
)
def test_biggan_for_imagenet_at_128_pixels(deep, width, counts, monkeypatch):
    # Orthogonal matrices take long to make.
    zeros = keras.initializers.Zeros()
    monkeypatch.setattr(
        "keras_gan.networks.initialization.Initializers.orthogonal",
        lambda self: zeros,
    )
    networks_of = networks.biggan_generator, networks.biggan_discriminator
    for build, count in zip(networks_of, counts, strict=True):
        build = partial(build, (128, 128, 3), num_classes=1000, deep=deep)
        assert of_multiple(build, width) == count


def test_both_ways_of_counting_are_exact():
    build = partial(networks.srresnet_generator, (8, 8, 3), blocks=1)
    assert trained(build(width=7)) == of_width(build, 7)
    build = partial(networks.resnet_generator, (8, 8, 1), width=2)
    assert [trained(build(blocks=4))] == of_blocks(build, 4)


def test_ladagan():
    shape = (32, 32, 3)
    # The smallest width is 4.
    found = of_width(
        lambda width: networks.ladagan_generator(shape, width=4 * width), 16
    )
    assert found == 19_901_647


@pytest.mark.parametrize(
    ("network", "side", "widest", "exact", "published"),
    [
        ("stylegan2_generator", 32, 1, 19_947_539, 19.9),
        ("stylegan2_generator", 64, 2, 22_243_608, 22.2),
        ("stylegan2_generator", 128, 4, 22_949_277, 22.9),
        ("stylegan2_discriminator", 64, 2, 23_407_361, 23.4),
    ],
)
def test_stylegan2(monkeypatch, network, side, widest, exact, published):
    def build(width):
        # The widest layers are so many times as wide as the finest.
        monkeypatch.setattr(plan, "LARGEST_WIDTH", widest * width)
        return getattr(networks, network)((side, side, 3), width=width)

    assert_published(of_width(build, 512 // widest), exact, published)


@pytest.mark.parametrize(
    ("network", "exact"),
    [
        ("progressive_generator", 23_086_795),
        ("progressive_discriminator", 23_087_249),
    ],
)
def test_progressive(monkeypatch, network, exact):
    def build(width):
        # The widest layers are so many times as wide as the finest.
        monkeypatch.setattr(plan, "LARGEST_WIDTH", 32 * width)
        options = {"latent_dim": 32 * width} if "generator" in network else {}
        return getattr(networks, network)(
            (1024, 1024, 3), width=width, **options
        )

    assert_published(of_width(build, 16), exact, 23.1)
