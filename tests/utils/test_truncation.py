"""What a truncation means for a generator."""

import keras
import pytest
from families import FAMILIES
from small_generators import smooth, styled

from keras_gan.utils.truncation import Truncation, truncation_of

# Another backend would change nothing.
pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def generator():
    return FAMILIES["stylegan2"]()[0]


def test_a_share_of_styles_and_a_bound_of_latents(generator):
    assert truncation_of(generator, 0) == Truncation(share=0.0)
    assert truncation_of(generator, 0.5).value == 0.5
    assert truncation_of(smooth(), 1.5) == Truncation(bound=1.5)
    assert truncation_of(smooth(), 1.5).value == 1.5
    # It has styles, but does not track their mean.
    assert truncation_of(styled(), 2) == Truncation(bound=2.0)
    for one in (generator, smooth()):
        assert truncation_of(one, None) == Truncation()
        assert truncation_of(one, None).value is None


@pytest.mark.parametrize("value", [-0.1, 1.5, "half", True, float("nan")])
def test_values_that_are_no_share(generator, value):
    with pytest.raises(ValueError, match="share of each style's distance"):
        truncation_of(generator, value)


@pytest.mark.parametrize("value", [0.0, -1, True, "1"])
def test_values_that_are_no_bound(value):
    with pytest.raises(ValueError, match="`truncation` must be positive"):
        truncation_of(smooth(), value)


def test_styles_inside_of_other_generators(generator):
    inputs = [keras.Input(x.shape[1:], dtype=x.dtype) for x in generator.inputs]
    darker = keras.Model(inputs, 0.5 * generator(inputs))
    assert truncation_of(darker, None) == Truncation()
    with pytest.raises(ValueError, match="stylegan2_generator inside. Draw"):
        truncation_of(darker, 0.5)
