"""SNGAN and SAGAN: their shapes, sizes, starts and counts."""

import math

import keras
import numpy as np
import pytest
from portable import array, assert_close, assert_equal, corners, quick, to_numpy

from keras_gan import networks
from keras_gan.layers import SelfAttention, SpectralNormalization

Z = np.random.default_rng(0).normal(size=(3, 128)).astype("float32")


def count(model):
    return sum(math.prod(w.shape) for w in model.trainable_weights)


@pytest.mark.quickest
@pytest.mark.parametrize("build", [networks.sngan, networks.sagan])
@pytest.mark.parametrize(
    "shape", [(8, 8, 1), (28, 28, 1), (50, 20, 4), (64, 64, 3)], ids=str
)
def test_any_size(build, shape):
    generator, discriminator = build(shape, width=1, num_classes=3)
    assert generator.output_shape == (None, *shape)
    assert discriminator.output_shape == (None, 1)


@pytest.mark.quickest
def test_counts_follow_the_layer_tables():
    # 32 pixels: a linear layer, three blocks of 256, BN, a convolution.
    width = 256
    convolution = 9 * width * width + width
    block = 2 * convolution + (width * width + width) + 2 * (2 * width)
    expected = (128 + 1) * 16 * width + 3 * block + 2 * width
    expected += 9 * width * 3 + 3
    assert expected == 4_276_739
    assert count(networks.sngan_generator((32, 32, 3))) == expected
    # Four blocks of 128: the first from the image, the last two keep the size.
    width = 128
    convolution = 9 * width * width + width
    first = 9 * 3 * width + width + convolution + 3 * width + width
    down = 2 * convolution + width * width + width
    expected = first + down + 2 * 2 * convolution + width + 1
    assert expected == 1_053_825
    assert count(networks.sngan_discriminator((32, 32, 3))) == expected


@pytest.mark.quickest
def test_widths_of_large_images():
    generator, discriminator = networks.sngan((128, 128, 3), width=1)
    adds = [
        [
            x.output.shape[-1]
            for x in m.layers
            if isinstance(x, keras.layers.Add)
        ]
        for m in (generator, discriminator)
    ]
    assert adds == [[16, 8, 4, 2, 1], [1, 2, 4, 8, 16, 16]]


@pytest.mark.quickest
@pytest.mark.parametrize(
    ("shape", "num_classes"), [((16, 16, 1), None), ((9, 12, 1), 3)], ids=str
)
def test_without_attention_it_is_sngan_bit_for_bit(shape, num_classes):
    options = {"num_classes": num_classes, "width": 2, "seed": 4}
    pair = networks.sagan(shape, **options)
    others = (
        networks.sngan_generator(shape, spectral_normalization=True, **options),
        networks.sngan_discriminator(shape, **options),
    )
    images = np.random.default_rng(1).uniform(-1, 1, (3, *shape))
    labels = [np.array([0, 2, 1])] * (num_classes is not None)
    for one, other, x in zip(
        pair, others, (Z, images.astype("float32")), strict=True
    ):
        inputs = [x, *labels] if labels else x
        assert_equal(quick(one)(inputs), quick(other)(inputs))
        assert sum(isinstance(x, SelfAttention) for x in one.layers) == 1


@pytest.mark.quickest
@pytest.mark.parametrize(
    ("shape", "size"),
    [
        ((7, 7, 1), []),
        ((8, 8, 1), [(4, 4)]),
        ((14, 14, 1), [(7, 7)]),
        ((15, 15, 1), [(8, 8)]),
        ((64, 64, 1), [(32, 32)]),
        ((128, 64, 1), [(32, 16)]),
    ],
    ids=str,
)
def test_attention_is_at_the_same_map_in_both(shape, size):
    for network in networks.sagan(shape, width=1):
        attended = [x for x in network.layers if isinstance(x, SelfAttention)]
        assert [tuple(x.output.shape[1:3]) for x in attended] == size


@pytest.mark.quickest
def test_scores_add_up_over_positions():
    discriminator = networks.sngan_discriminator((8, 8, 1), width=2, seed=1)
    features = keras.Model(
        discriminator.input,
        [discriminator.get_layer(n).output for n in ("mean", "sum")],
    )
    x = np.random.default_rng(1).uniform(-1, 1, (2, 8, 8, 1))
    mean, total = features(x.astype("float32"))
    assert_close(total, 16 * to_numpy(mean), rtol=1e-5)


@pytest.mark.parametrize(
    "build",
    corners([networks.sagan_discriminator, networks.sngan_discriminator]),
)
def test_scores_add_up_in_float32(build):
    keras.config.set_dtype_policy("mixed_bfloat16")
    discriminator = build((16, 16, 1), width=2, seed=1)
    mean = discriminator.get_layer("mean")
    features = keras.Model(
        discriminator.input, [mean.input, discriminator.get_layer("sum").output]
    )
    x = np.random.default_rng(1).uniform(-1, 1, (2, 16, 16, 1))
    maps, total = features(x.astype("float32"))
    maps = array(keras.ops.cast(maps, "float32"))
    assert_close(total, maps.sum((1, 2)), rtol=1e-5)


@pytest.mark.quickest
@pytest.mark.parametrize("build", [networks.sngan, networks.biggan])
def test_embeddings_of_labels_are_normalized(build):
    _, discriminator = build((8, 8, 1), num_classes=3, width=2, seed=1)
    (layer,) = [
        layer
        for layer in discriminator.layers
        if isinstance(layer, SpectralNormalization)
        and isinstance(layer.layer, keras.layers.Embedding)
    ]
    layer.layer.embeddings.assign(3.0 * array(layer.layer.embeddings))
    for _ in range(100):
        layer.update_vectors()
    vectors = array(layer(np.arange(3)))
    assert_close(np.linalg.norm(vectors, ord=2), 1.0, rtol=1e-3)


@pytest.mark.quickest
def test_spectral_normalization_is_where_it_is_asked_for():
    def normalized(model):
        return sum(isinstance(x, SpectralNormalization) for x in model.layers)

    generator, discriminator = networks.sngan((16, 16, 1), width=1)
    assert normalized(generator) == 0
    kernels = sum(len(w.shape) > 1 for w in discriminator.trainable_weights)
    assert normalized(discriminator) == kernels
    plain = networks.sngan_discriminator(
        (16, 16, 1), width=1, spectral_normalization=False
    )
    assert normalized(plain) == 0


@pytest.mark.quickest
def test_recipes_are_those_of_the_papers():
    sngan = networks.recipe("sngan", (32, 32, 3))
    assert (sngan.loss, sngan.discriminator_steps) == ("hinge", 5)
    assert sngan.batch_size % 5 == 0
    sagan = networks.recipe("sagan", (32, 32, 3))
    assert (sagan.generator_rate, sagan.discriminator_rate) == (1e-4, 4e-4)


@pytest.mark.quickest
def test_bad_width():
    with pytest.raises(ValueError, match="`width` must be at least 1"):
        networks.sngan((16, 16, 1), width=0)
