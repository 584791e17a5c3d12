"""Networks of texts: any length and vocabulary."""

import keras
import numpy as np
import pytest
from keras import ops
from portable import to_numpy

from keras_gan import networks
from keras_gan.layers import TokenSampler


@pytest.mark.parametrize("shape", [(1, 2), (7, 5)])
@pytest.mark.parametrize("kind", ["text_generator", "text_conv_generator"])
@pytest.mark.parametrize("classes", [None, 3])
def test_tokens_of_any_shape_are_judged(shape, kind, classes):
    options = {"num_classes": classes, "width": 4, "seed": 1}
    generator = getattr(networks, kind)(shape, latent_dim=2, **options)
    discriminator = networks.text_discriminator(shape, blocks=1, **options)
    inputs = [ops.zeros((3, 2)), ops.arange(3, dtype="int32")]
    inputs = inputs if classes else inputs[0]
    tokens = generator(inputs)
    assert tuple(tokens.shape) == (3, *shape)
    np.testing.assert_allclose(to_numpy(tokens).max(axis=2), 1, atol=1e-6)
    judged = discriminator([tokens, inputs[1]] if classes else tokens)
    assert tuple(judged.shape) == (3, 1)


@pytest.mark.quickest
def test_a_pair_fits_and_its_seed_fixes_it():
    one, two = (networks.text((6, 5), width=8, seed=3) for _ in range(2))
    for first, second in zip(one, two, strict=True):
        for a, b in zip(first.weights, second.weights, strict=True):
            np.testing.assert_array_equal(to_numpy(a), to_numpy(b))
    sampler = one[0].get_layer("tokens")
    assert isinstance(sampler, TokenSampler) and sampler.units == 8
    # Latents of 64 to 8, embeddings of 5, a GRU with two biases, logits.
    gru = 3 * (8 * 8 + 8 * 8 + 8 + 8)
    assert one[0].count_params() == 64 * 8 + 8 + 5 * 8 + gru + 8 * 5 + 5 + 1


@pytest.mark.quickest
def test_generators_can_be_copied():
    generator = networks.text_generator((4, 3), width=4, seed=1)
    copy = keras.models.clone_model(generator)
    copy.set_weights(generator.get_weights())
    latents = np.ones((2, 64), "float32")
    # Of the same seed, so of the same draws.
    np.testing.assert_array_equal(
        to_numpy(generator(latents)), to_numpy(copy(latents))
    )


@pytest.mark.quickest
@pytest.mark.parametrize(
    ("shape", "error", "message"),
    [
        (5, TypeError, r"must be \(length, vocabulary\)"),
        ((5, 4, 1), TypeError, r"must be \(length, vocabulary\)"),
        ((5, 0), ValueError, "`sequence_shape` must be at least 1"),
    ],
)
def test_shapes_are_checked(shape, error, message):
    with pytest.raises(error, match=message):
        networks.text(shape)
