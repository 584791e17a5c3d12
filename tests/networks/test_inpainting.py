"""Networks that fill holes."""

import keras
import numpy as np
import pytest
from portable import array, corners, quick

from keras_gan import networks


def holed(size=(13, 17), channels=3):
    """Images, masks and the sources made of them."""
    rng = np.random.default_rng(0)
    images = rng.uniform(-1, 1, (2, *size, channels)).astype("float32")
    mask = np.zeros((2, *size, 1), "float32")
    mask[0, 3:8, 4:9] = 1
    mask[1, :5] = 1
    return images, mask, np.concatenate([images * (1 - mask), mask], axis=-1)


@pytest.mark.parametrize("policy", corners(["mixed_bfloat16", "float32"]))
def test_known_pixels_come_back_bit_for_bit(policy):
    keras.config.set_dtype_policy(policy)
    try:
        model = networks.gated_unet_generator(
            (None, None, 4), width=2, depth=1, seed=1
        )
    finally:
        keras.config.set_dtype_policy("float32")
    images, mask, source = holed()
    filled = array(quick(model)(source))
    assert filled.dtype == "float32" and filled.shape == images.shape
    hole = mask[..., 0] == 1
    assert filled[~hole].tobytes() == images[~hole].tobytes()
    assert np.all(filled[hole] != images[hole])
    assert np.abs(filled[hole]).max() <= 1
    # The hole is not filled with one value, nor with what is below the mask.
    assert np.ptp(filled[hole]) > 0.01


@pytest.mark.quickest
@pytest.mark.parametrize(("side", "halved"), [(256, 6), (28, 2), (3, 1)])
def test_default_depth(side, halved):
    generator = networks.gated_unet_generator((side, side, 2), width=1)
    discriminator = networks.sn_patch_discriminator(
        (side, side, 1), (side, side, 2), width=1
    )
    ups = [one for one in generator.layers
           if isinstance(one, keras.layers.UpSampling2D)]  # fmt: skip
    assert len(ups) == halved
    rows = discriminator.output_shape[1]
    assert rows == -(-side // 2**halved)


@pytest.mark.quickest
def test_discriminator_sees_the_mask_and_not_the_rest_of_the_source():
    model = networks.sn_patch_discriminator(
        (13, 17, 3), (13, 17, 4), width=2, seed=0
    )
    images, mask, source = holed()
    logits = array(model([source, images]))
    other = np.concatenate([source[..., :3] + 0.5, mask], axis=-1)
    assert np.array_equal(logits, array(model([other, images])))
    other = np.concatenate([source[..., :3], 1 - mask], axis=-1)
    assert np.abs(logits - array(model([other, images]))).max() > 1e-3
    assert np.abs(logits - array(model([source, -images]))).max() > 1e-3
