"""The discriminator of StarGAN."""

import pytest

from keras_gan import networks

# Another backend would change nothing.
pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("side", "depth", "logits"),
    [(128, None, 2), (64, None, 2), (28, None, 4), (3, None, 2), (16, 1, 8)],
)
def test_a_logit_for_each_patch_and_each_attribute(side, depth, logits):
    model = networks.attribute_discriminator(
        (side, side, 1), 5, width=1, depth=depth
    )
    shape = (None, logits, logits, 1)
    assert model.output_shape == [shape, (None, 5)]
    assert model.output_names == ["logits", "attribute_logits"]
