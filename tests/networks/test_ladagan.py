"""Networks with additive attention."""

import keras
import numpy as np
import pytest
from portable import (
    QUICK_STEPS,
    array,
    assert_close,
    assert_equal,
    input_gradients,
    tensor,
)

import keras_gan
from keras_gan import networks
from keras_gan.layers import AdditiveAttention2D, PositionEmbedding2D

SHAPE = (16, 16, 1)
RNG = np.random.default_rng(5)


def test_attention_is_that_of_its_formula():
    layer = AdditiveAttention2D(num_heads=2, seed=1)
    x = RNG.normal(size=(3, 2, 4, 6)).astype("float32")
    found = layer(x)
    weights = {weight.name: weight for weight in layer.weights}
    for weight in layer.weights:
        weight.assign(RNG.normal(size=weight.shape))
    found = layer(x)

    def linear(y, name):
        kernel, bias = (
            weights[f"{name}_{part}"] for part in ("kernel", "bias")
        )
        return y @ array(kernel) + array(bias)

    tokens = x.reshape(3, 8, 6)
    q, k, v = (linear(tokens, name) for name in ("query", "key", "value"))
    logits = linear(q, "attention") / 3**0.5
    shares = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    heads = []
    for head in range(2):
        own = slice(3 * head, 3 * head + 3)
        summary = (shares[:, :, [head]] * q[..., own]).sum(1, keepdims=True)
        heads.append(summary * k[..., own] * v[..., own])
    expected = linear(np.concatenate(heads, -1), "output")
    assert_close(found, expected.reshape(x.shape), rtol=1e-4, atol=1e-4)


@pytest.mark.quickest
@pytest.mark.parametrize(
    "layer",
    [AdditiveAttention2D(2, seed=1), PositionEmbedding2D(0.1, seed=1)],
)
def test_layers_come_back(layer):
    config = layer.get_config()
    x = RNG.normal(size=(2, 2, 4, 6)).astype("float32")
    y = layer(x)
    assert layer.get_config() == config
    assert_equal(type(layer).from_config(config)(x), y)
    with pytest.raises(ValueError, match="must divide the number of channels"):
        AdditiveAttention2D(4)(x)


@pytest.mark.quickest
@pytest.mark.parametrize(
    "shape", [(28, 28, 1), (32, 32, 3), (64, 32, 3), (128, 128, 3), (8, 8, 1)]
)
def test_sizes(shape):
    width = 16 if shape[0] == 128 else 4
    generator, discriminator = networks.ladagan(shape, width=width, seed=1)
    assert generator.output_shape == (None, *shape)
    assert discriminator.output_shape == (None, 1)


@pytest.mark.quickest
@pytest.mark.parametrize(
    ("shape", "width", "error"),
    [
        ((30, 30, 1), 4, r"a multiple of 4. .*nearest is \(32, 32, 1\)"),
        ((68, 2, 1), 16, r"a multiple of 16. .*nearest is \(64, 16, 1\)"),
        ((32, 32, 1), 6, "multiple of 4 .*width=6. Use 8, the nearest"),
        ((128, 128, 1), 21, "multiple of 16 .*width=21. Use 16, the near"),
    ],
)
def test_other_sizes_are_refused(shape, width, error):
    with pytest.raises(ValueError, match=error):
        networks.ladagan(shape, width=width)


@pytest.mark.quickest
def test_mlp_of_the_generator_has_no_residual():
    generator = networks.ladagan_generator(SHAPE, width=4, latent_dim=4, seed=1)
    last = [w for w in generator.layers if isinstance(w, keras.layers.Dense)][
        -1
    ]
    last.kernel.assign(0.0 * last.kernel)
    images = array(generator(RNG.normal(size=(2, 4)).astype("float32")))
    # Nothing of the block before passes beside its mlp.
    assert_close(images[0], images[1])


@pytest.mark.quickest
@pytest.mark.parametrize("num_classes", [None, 3])
def test_trains_by_its_recipe(num_classes):
    gan = keras_gan.GAN(
        *networks.ladagan(
            SHAPE, width=4, latent_dim=4, num_classes=num_classes, seed=1
        ),
        num_classes=num_classes,
        seed=1,
    )
    recipe = networks.recipe("ladagan", SHAPE)
    gan.compile(**recipe.compile_arguments(), **QUICK_STEPS)
    images = RNG.uniform(-1, 1, (4, *SHAPE)).astype("float32")
    labels = None if num_classes is None else np.arange(4) % 3
    before = [array(w) for w in gan.discriminator.trainable_variables]
    logs = gan.train_on_batch(images, labels, return_dict=True)
    assert np.isfinite(list(logs.values())).all()
    changed = [
        np.any(array(w) != old)
        for w, old in zip(
            gan.discriminator.trainable_variables, before, strict=True
        )
    ]
    assert np.mean(changed) > 0.9


@pytest.mark.quickest
@pytest.mark.parametrize("shape", [(28, 28, 1), (64, 32, 1)])
def test_penalty_is_that_of_the_sum_of_the_logits(shape):
    """0.01 |gradient of the sum|^2, which the authors' code adds."""
    network = networks.ladagan_discriminator(shape, width=4, seed=1)
    kind = keras.layers.Conv2D
    last = [x for x in network.layers if isinstance(x, kind)][-1]
    several = keras.Model(network.inputs, last.output)
    images = RNG.uniform(-1, 1, (2, *shape)).astype("float32")
    slopes = input_gradients(
        lambda x: keras.ops.sum(several(x), axis=(1, 2, 3)), tensor(images)
    )
    expected = 0.01 * np.square(array(slopes)).sum((1, 2, 3)).mean()
    (penalty,) = networks.recipe("ladagan", shape).penalties
    assert expected > 0
    found = penalty(network, tensor(images), tensor(images))
    assert_close(found, expected, rtol=1e-4)
