"""The table of families in docs/networks.md."""

import math
from pathlib import Path

import keras
import pytest

from keras_gan import networks
from keras_gan.networks import biggan_plan, ladagan_blocks, recipes
from keras_gan.networks.fastgan import blocks as fastgan_blocks
from keras_gan.networks.progressive import plan as progressive_plan
from keras_gan.networks.stylegan2 import plan as stylegan2_plan

pytestmark = pytest.mark.quickest
GUIDE = Path(__file__).parents[2] / "docs" / "networks.md"
# Those of tables, text and sounds are in the guides to them.
FAMILIES = sorted(set(recipes._RECIPES) - {"table", "text", "wavegan"})
OPTIONS = {"semi_supervised": {"num_classes": 10}}
# What refuses a shape, of the families that do not make images of any size.
CHECKS = {
    "biggan": lambda shape: biggan_plan.plan_for(shape, 1, None, deep=False),
    "stylegan2": lambda shape: stylegan2_plan.stages_of(shape, 1),
    "progressive": lambda shape: progressive_plan.levels_of(shape, 1),
    "fastgan": lambda shape: fastgan_blocks.stages_of(shape, 1),
    "ladagan": lambda shape: ladagan_blocks.plan_of(
        shape, ladagan_blocks.nearest_width(shape, 1)
    ),
}


def rows():
    """The cells of the table by family."""
    _, after = GUIDE.read_text().split("\n|---|---|---|---|\n", 1)
    lines = after.split("\n\n")[0].splitlines()
    cells = [[cell.strip() for cell in x.split("|")[1:-1]] for x in lines]
    return {family.strip("`"): rest for family, *rest in cells}


def halvings(side):
    """How often a side of 4 pixels or more is halved to 4 to 7 pixels."""
    times = max(0, int(math.log2(side)) - 2)
    return times if side >= 4 and side % 2**times == 0 else None


def scales(shape):
    return [halvings(side) for side in shape[:2]]


def shorter_doubled(shape, least=4):
    shorter, longer = sorted(shape[:2])
    times = halvings(shorter)
    return shorter >= least and times is not None and longer % 2**times == 0


def patches(shape):
    multiple = 4
    while max(shape[:2]) > 8 * multiple:
        multiple *= 2
    return all(side % multiple == 0 for side in shape[:2])


# What each text of the table means.
SIDES = {
    "any": lambda shape: True,
    "4 to 7 times a power of 2; the longer one 8 to 448": lambda shape: (
        None not in scales(shape) and 8 <= max(shape[:2]) <= 448
    ),
    "the shorter one 4 to 7 times a power of 2, the longer one any multiple of "
    "that power": shorter_doubled,
    "as of `stylegan2`, 8 at least": lambda shape: shorter_doubled(shape, 8),
    "both 4 to 7 times the same power of 2, 16 at least": lambda shape: (
        scales(shape) in ([2, 2], [3, 3], [4, 4], [5, 5], [6, 6])
    ),
    "multiples of 4; if one is over 32, of 8; over 64, of 16; and so on": (
        patches
    ),
}
LENGTHS = (4, 5, 7, 8, 9, 12, 15, 16, 18, 20, 28, 30, 32, 36, 40, 64, 72, 448)


def is_refused(check, shape):
    try:
        check(shape)
    except ValueError:
        return True
    return False


def test_the_sizes_that_a_family_can_have():
    table = rows()
    assert sorted(table) == FAMILIES
    for family, (text, *_) in table.items():
        check = CHECKS.get(family)
        assert (text == "any") is (check is None)
        for height in LENGTHS if check else ():
            for width in LENGTHS:
                shape = (height, width, 3)
                refused = is_refused(check, shape)
                assert refused is not SIDES[text](shape), (family, shape)


@pytest.fixture
def quickly(monkeypatch):
    """Initial weights are zeros: others take long."""
    add_weight = keras.layers.Layer.add_weight

    def zeros(layer, shape=None, initializer=None, **options):
        return add_weight(layer, shape, "zeros", **options)

    monkeypatch.setattr(keras.layers.Layer, "add_weight", zeros)


@pytest.mark.parametrize("family", FAMILIES)
def test_the_numbers_of_trained_weights(family, quickly):
    pair = getattr(networks, family)((32, 32, 3), **OPTIONS.get(family, {}))
    millions = [
        sum(math.prod(w.shape) for w in network.trainable_variables) / 1e6
        for network in pair
    ]
    assert rows()[family][1] == "{:.2f} + {:.2f} M".format(*millions)
