"""What lies outside the hole comes back bit for bit."""

import keras
import numpy as np
import pytest
from portable import array, assert_equal, corners, dtype_of, gradients, quick

from keras_gan.layers import PasteKnownPixels


def made_and_source():
    rng = np.random.default_rng(0)
    made, known = rng.uniform(-1, 1, (2, 2, 5, 4, 3)).astype("float32")
    known[0, 0, 0] = (-0.0, np.nextafter(1, 0, dtype="float32"), 1e-40)
    mask = (rng.uniform(size=(2, 5, 4, 1)) < 0.5).astype("float32")
    mask[0, 0, 0] = 0
    return made, known, mask, np.concatenate([known * (1 - mask), mask], -1)


@pytest.mark.parametrize("policy", corners(["mixed_bfloat16", "float32"]))
def test_known_pixels_are_those_of_the_source(policy):
    made, known, mask, source = made_and_source()
    keras.config.set_dtype_policy(policy)
    try:
        y = quick(PasteKnownPixels())([made, source])
    finally:
        keras.config.set_dtype_policy("float32")
    assert dtype_of(y) == "float32"
    inside = mask[..., 0] > 0
    y = array(y)
    assert y[inside].tobytes() == made[inside].tobytes()
    assert y[~inside].tobytes() == source[..., :-1][~inside].tobytes()
    assert y[~inside].tobytes() == known[~inside].tobytes()


def test_gradient_goes_to_the_hole_alone():
    made, _, mask, source = made_and_source()

    def total(made):
        return keras.ops.sum(PasteKnownPixels()([made, source]))

    (slope,) = gradients(total, made)
    assert_equal(slope, np.broadcast_to(mask, made.shape))


@pytest.mark.once
def test_config_and_shape():
    layer = PasteKnownPixels(name="pasted")
    again = PasteKnownPixels.from_config(layer.get_config())
    assert again.get_config() == layer.get_config()
    shapes = [(None, None, 4, 3), (None, None, 4, 4)]
    assert layer.compute_output_shape(shapes) == (None, None, 4, 3)


@pytest.mark.once
def test_a_source_without_mask():
    made, *_ = made_and_source()
    with pytest.raises(ValueError, match="3 channels and a source with 3"):
        PasteKnownPixels()([made, made])
