"""Convolutions with styles: the grouped form, unit variance, doubled sides."""

import keras
import numpy as np
import pytest
from keras import ops
from portable import array, assert_close, corners, dtype_of, quick

from keras_gan.layers import (
    ConstantMaps,
    EqualizedDense,
    LearnedPooling,
    LowPassFilter2D,
    LowPassResampling2D,
    MinibatchStdDev,
    ModulatedConv2D,
    NoiseInjection,
    OtherLatents,
    PositionEmbedding2D,
    SANHead,
    SelfAttention,
    SpectralNormalization,
    StyleMixing,
)


def normal(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def test_modulation_is_a_convolution_of_each_sample():
    layer = ModulatedConv2D(5, 3, activation="relu")
    x, styles = normal(3, 6, 7, 4), 1.0 + 2.0 * normal(3, 4, seed=1)
    y = quick(layer)([x, styles])
    layer.bias.assign(normal(5, seed=2))
    y = array(quick(layer)([x, styles]))
    kernel = array(layer.kernel)
    for sample, style, found in zip(x, styles, y, strict=True):
        # One group of the grouped convolution.
        scaled = kernel * style[:, None]
        scaled = scaled / np.sqrt((scaled**2).sum((0, 1, 2)) + 1e-8)
        wanted = ops.conv(sample[None], scaled, padding="same")
        wanted = np.maximum(array(wanted) + array(layer.bias), 0.0)
        assert_close(found, wanted[0], atol=1e-5)


def test_doubling_is_zeros_between_pixels_then_filters():
    layer = ModulatedConv2D(2, 3, upsample=True, use_bias=False)
    x, styles = normal(1, 4, 5, 3), 1.0 + normal(1, 3, seed=1)
    y = array(quick(layer)([x, styles]))
    # (height, width, inputs, outputs)
    kernel = array(layer.kernel) * styles[0][:, None]
    kernel = kernel / np.sqrt((kernel**2).sum((0, 1, 2)) + 1e-8)
    doubled = np.zeros((13, 15, 2))
    for row, column in np.ndindex(4, 5):
        part = doubled[2 * row : 2 * row + 3, 2 * column : 2 * column + 3]
        part += x[0, row, column] @ kernel
    doubled = np.pad(doubled[:9, :11], ((1, 1), (1, 1), (0, 0)))
    taps = np.outer([1, 3, 3, 1], [1, 3, 3, 1]) / 16.0
    wanted = [
        np.einsum("hwc,hw->c", doubled[row : row + 4, col : col + 4], taps)
        for row, col in np.ndindex(8, 10)
    ]
    assert_close(y[0], np.reshape(wanted, (8, 10, 2)), atol=1e-5)
    assert layer.compute_output_shape([x.shape, None]) == y.shape


@pytest.mark.once
@pytest.mark.parametrize("upsample", [False, True])
def test_outputs_are_the_last_axis_of_the_kernel(upsample):
    layer = ModulatedConv2D(5, 3, upsample=upsample)
    normalized = SpectralNormalization(layer, seed=1)
    normalized.build([(1, 4, 4, 2), (1, 2)])
    assert tuple(layer.kernel.shape) == (3, 3, 2, 5)
    assert tuple(normalized.u.shape) == (5,)


@pytest.mark.parametrize("upsample", corners([True, False]))
def test_demodulated_maps_have_unit_variance(upsample):
    layer = ModulatedConv2D(128, 3, upsample=upsample, seed=1)
    x, styles = normal(8, 16, 16, 64), np.exp(normal(8, 64, seed=1))
    y = array(quick(layer)([x, styles]))[:, 2:-2, 2:-2]
    # Of white noise on a coarse map, the filter takes what would be aliased:
    # a quarter of the pixels are not zero, times the energy of the taps.
    energy = np.square([0.25, 0.75, 0.75, 0.25]).sum()
    wanted = energy**2 / 4.0 if upsample else 1.0
    assert_close(y.var(), wanted, rtol=0.05)
    assert_close(y.var((1, 2, 3)), np.full(8, wanted), rtol=0.1)


@pytest.mark.quickest
def test_without_demodulation_the_kernel_is_scaled():
    layer = ModulatedConv2D(3, 1, demodulate=False)
    x, styles = normal(2, 3, 3, 4), normal(2, 4, seed=1)
    y = quick(layer)([x, styles])
    kernel = array(layer.kernel)[0, 0] / 2.0
    assert_close(y, (x * styles[:, None, None]) @ kernel, atol=1e-5)


def test_styles_that_overflow_in_half_precision():
    layer = ModulatedConv2D(8, 3, dtype="mixed_float16", seed=1)
    y = layer([normal(2, 4, 4, 8), 300.0 + normal(2, 8, seed=1)])
    assert dtype_of(y) == "float16"
    assert 0.3 < array(ops.cast(y, "float32")).std() < 1.5


@pytest.mark.parametrize("padding", corners([1, 0, 2]))
def test_filter_is_a_depthwise_convolution(padding):
    layer = LowPassFilter2D(padding, gain=2.0)
    x = normal(2, 5, 6, 3)
    taps = np.outer([1, 3, 3, 1], [1, 3, 3, 1]) / 16.0
    kernel = np.repeat(taps[..., None, None], 3, axis=2).astype("float32")
    pad = (padding, padding)
    padded = np.pad(x, ((0, 0), pad, pad, (0, 0)))
    wanted = keras.ops.depthwise_conv(padded, kernel, padding="valid")
    y = quick(layer)(x)
    assert_close(y, wanted, atol=1e-5)
    assert layer.compute_output_shape(x.shape) == tuple(y.shape)


@pytest.mark.quickest
def test_noise_is_the_same_for_all_channels():
    layer = NoiseInjection(seed=1)
    x = normal(2, 4, 5, 3)
    assert_close(layer(x), x)
    layer.strength.assign(2.0)
    noise = (array(layer(x)) - x) / 2.0
    assert_close(noise[..., 1], noise[..., 0], atol=1e-5)
    assert noise.std() > 0.5
    assert (noise[0] != noise[1]).any()
    layer.given_noise = normal(*layer.noise_shape, seed=1)
    assert_close(layer(x), x + 2.0 * layer.given_noise, rtol=1e-5, atol=1e-5)


def test_mixing_has_one_cut_and_the_mean_follows():
    layer = StyleMixing(5, probability=0.7, decay=0.5, seed=1)
    style, other = np.ones((400, 2), "float32"), np.zeros((400, 2), "float32")
    y = array(layer([style, other], training=True))
    assert y.shape == (400, 5, 2)
    assert (y[..., 0] == y[..., 1]).all()
    # Falls at most once, and never in the first layer.
    assert (np.diff(y[..., 0], axis=1) <= 0).all()
    assert (y[:, 0] == 1.0).all()
    lengths = y[..., 0].sum(1).astype(int)
    shares = np.bincount(lengths, minlength=6)[1:] / 400
    assert_close(shares, [0.175] * 4 + [0.3], atol=0.08)
    assert_close(layer.mean_style, [0.5, 0.5])
    layer([style, other], training=True)
    assert_close(layer.mean_style, [0.75, 0.75])
    assert (array(layer([style, other])) == 1.0).all()
    layer.trainable = False
    layer(other, training=True)
    assert_close(layer.mean_style, [0.75, 0.75])


@pytest.mark.quickest
def test_other_latents_are_of_training():
    layer, x = OtherLatents(seed=1), np.zeros((50, 8), "float32")
    assert not array(layer(x)).any()
    assert abs(array(layer(x, training=True)).std() - 1.0) < 0.2


@pytest.mark.parametrize("count", corners([4, 1, 6, 8]))
def test_variation_of_groups(count):
    x = normal(count, 3, 2)
    layer = MinibatchStdDev(group_size=4)
    y = array(quick(layer)(x))
    filled = np.concatenate([x, x[: -count % min(count, 4)]])
    groups = filled.reshape(-1, min(count, 4), 3, 2)
    spread = np.sqrt(groups.var(1) + 1e-8).mean((1, 2)).repeat(4)
    assert_close(y[..., :2], x)
    assert_close(y[..., 2], spread[:count, None].repeat(3, 1), rtol=1e-4)


@pytest.mark.once
@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (ModulatedConv2D(3, 1, demodulate=False), [(2, 4, 4, 3), (2, 3)]),
        (ModulatedConv2D(3, 3, upsample=True, seed=1), [(2, 4, 4, 3), (2, 3)]),
        (LowPassFilter2D(2, gain=2.0), (2, 4, 4, 3)),
        (NoiseInjection(seed=1), (2, 4, 4, 3)),
        (ConstantMaps((2, 3, 4), seed=1), (2, 5)),
        (StyleMixing(3, probability=0.5, decay=0.9), (2, 5)),
        (OtherLatents(seed=3), (2, 5)),
        (MinibatchStdDev(group_size=2), (2, 5)),
    ],
)
def test_round_trip(layer, shape):
    several = isinstance(shape, list)
    inputs = [normal(*one) for one in shape] if several else normal(*shape)
    config = layer.get_config()
    y = layer(inputs)
    assert layer.get_config() == config
    again = type(layer).from_config(config)
    assert again(inputs).shape == y.shape
    assert again.get_config() == config
    symbolic = keras.tree.map_structure(lambda x: keras.Input(x.shape[1:]),
                                        inputs)  # fmt: skip
    assert layer(symbolic).shape == (None, *y.shape[1:])


@pytest.mark.once
@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: ModulatedConv2D(0, 3), "`filters` must be"),
        (lambda: ModulatedConv2D(1, 1, upsample=True), "`kernel_size` must be"),
        (lambda: LowPassFilter2D(4), "`padding` must be at most 3"),
        (lambda: LowPassFilter2D(-1), "`padding` must be"),
        (lambda: ConstantMaps((2, 3)), "`shape` must be"),
        (lambda: StyleMixing(0), "`num_styles` must be"),
        (lambda: StyleMixing(2, probability=1.5), "`probability` must be"),
        (lambda: StyleMixing(2, decay=2), "`decay` must be"),
        (lambda: MinibatchStdDev(group_size=1), "`group_size` must be"),
    ],
)
def test_bad_arguments(build, message):
    with pytest.raises(ValueError, match=message):
        build()


@pytest.mark.once
@pytest.mark.parametrize(
    "layer",
    [
        LowPassFilter2D(1),
        LowPassResampling2D((2, 2)),
        LearnedPooling(),
        NoiseInjection(),
        SelfAttention(),
    ],
)
def test_maps_of_unknown_size(layer):
    with pytest.raises(
        ValueError, match=r"Received: \(None, None, 4, 3\). Give"
    ):
        layer.build((None, None, 4, 3))


@pytest.mark.once
def test_styles_that_do_not_fit():
    layer = ModulatedConv2D(2, 3)
    with pytest.raises(
        ValueError, match=r"\(batch, 3\). Received: \(None, 4\)"
    ):
        layer.build([(None, 4, 4, 3), (None, 4)])
    with pytest.raises(ValueError, match="input of ModulatedConv2D must be"):
        ModulatedConv2D(2, 3, upsample=True).build(
            [(None, None, 4, 3), (None, 3)]
        )


@pytest.mark.once
@pytest.mark.parametrize(
    "build",
    [
        lambda seed: ModulatedConv2D(8, 3, seed=seed),
        lambda seed: EqualizedDense(8, seed=seed),
        lambda seed: ConstantMaps((2, 2, 1), seed=seed),
        lambda seed: PositionEmbedding2D(seed=seed),
        lambda seed: SANHead(seed=seed),
        lambda seed: SpectralNormalization(keras.layers.Dense(1), seed=seed),
    ],
)
def test_seeds_are_checked_when_a_layer_is_made(build):
    with pytest.raises(TypeError, match="`seed` must be an integer"):
        build(1.5)


@pytest.mark.once
def test_embeddings_of_no_deviation():
    with pytest.raises(ValueError, match="`stddev` must be in"):
        PositionEmbedding2D(-1.0)
