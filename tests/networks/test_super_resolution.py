"""Networks that enlarge images."""

import keras
import numpy as np
import pytest
from portable import array, assert_close, quick

from keras_gan import networks

# Another backend would change nothing.
pytestmark = pytest.mark.once

SMALL = {
    "srresnet_generator": {"width": 2, "blocks": 1},
    "rrdb_generator": {"width": 2, "growth": 1, "blocks": 1},
}


@pytest.mark.parametrize("scale", [1, 3, 8])
@pytest.mark.parametrize("builder", SMALL)
def test_scales_of_odd_images(builder, scale):
    build, small = getattr(networks, builder), SMALL[builder]
    model = build((5, 7, 2), scale, **small)
    wanted = (None, 5 * scale, 7 * scale, 2)
    assert model.output_shape == wanted
    images = np.random.default_rng(0).uniform(-1, 1, (1, 5, 7, 2))
    assert model(images).shape[1:] == wanted[1:]


@pytest.mark.parametrize("policy", ["float32", "mixed_bfloat16"])
def test_srresnet_adds_to_the_interpolated_image(policy):
    keras.config.set_dtype_policy(policy)
    try:
        model = networks.srresnet_generator((4, 4, 1), 2, width=2, blocks=1)
    finally:
        keras.config.set_dtype_policy("float32")
    model.set_weights([0 * weight for weight in model.get_weights()])
    images = np.arange(16, dtype="float32").reshape(1, 4, 4, 1) / 3
    # Quarters of the way between neighbors, and the edge repeated.
    positions = np.clip(np.arange(8) / 2 - 0.25, 0, 3)
    lines = np.interp(positions, np.arange(4), np.arange(4))
    wanted = (4 * lines[:, None] + lines[None]) / 3
    assert_close(array(quick(model)(images))[0, ..., 0], wanted, rtol=1e-5)


@pytest.mark.parametrize(("scale", "factor"), [(1, 4), (2, 2), (4, 1)])
def test_rrdb_computes_at_a_lower_resolution(scale, factor):
    model = networks.rrdb_generator(
        (16, 16, 3), scale, **SMALL["rrdb_generator"]
    )
    first = next(
        one for one in model.layers if isinstance(one, keras.layers.Conv2D)
    )
    side = 16 // factor
    assert first.input.shape == (None, side, side, 3 * factor**2)
