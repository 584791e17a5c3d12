"""Attention between the positions of a feature map."""

import keras
import numpy as np
import pytest
from keras import ops
from portable import assert_close, assert_equal, to_numpy

from keras_gan.layers import AdditiveAttention2D, SelfAttention

X = np.random.default_rng(0).normal(size=(2, 4, 6, 8)).astype("float32")


def attended(layer, x):
    """The formula in NumPy, without spectral normalization."""
    q, k, v, o = (
        to_numpy(one.kernel)[0, 0]
        for one in (
            layer.queries, layer.keys, layer.values, layer.output_convolution
        )
    )  # fmt: skip

    def pooled(y):
        height, width = y.shape[1:3]
        y = y.reshape(len(y), height // 2, 2, width // 2, 2, -1)
        return y.max(axis=(2, 4)).reshape(len(y), -1, y.shape[-1])

    scores = (x @ q).reshape(len(x), -1, q.shape[1])
    scores = scores @ pooled(x @ k).swapaxes(1, 2)
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    weights /= weights.sum(axis=-1, keepdims=True)
    return (weights @ pooled(x @ v) @ o).reshape(x.shape)


@pytest.mark.quickest
def test_starts_as_the_identity():
    layer = SelfAttention(seed=1)
    assert_equal(layer(X), X)
    assert sum(w.shape == () for w in layer.trainable_weights) == 1


def test_formula():
    layer = SelfAttention(spectral_normalization=False, seed=1)
    layer.build(X.shape)
    layer.gamma.assign(0.5)
    assert_close(layer(X), X + 0.5 * attended(layer, X), atol=1e-5)


@pytest.mark.quickest
def test_every_position_sees_every_other():
    layer = SelfAttention(seed=1)
    layer.build(X.shape)
    layer.gamma.assign(1.0)
    other = X.copy()
    other[:, 3, 5] += 3.0
    change = np.abs(to_numpy(layer(other)) - to_numpy(layer(X))).max(axis=-1)
    assert (change > 0).all()


def test_half_precision_and_odd_sizes():
    layer = SelfAttention(dtype="mixed_bfloat16", seed=1)
    assert tuple(layer(X[:, :3, :5]).shape) == (2, 3, 5, 8)
    assert layer.compute_output_shape((None, 7, 7, 4)) == (None, 7, 7, 4)


@pytest.mark.quickest
def test_format_and_precision_are_those_of_the_layer():
    keras.config.set_image_data_format("channels_first")
    try:
        layer = SelfAttention(
            spectral_normalization=False, dtype="mixed_bfloat16", seed=1
        )
        layer.build(X.shape)
    finally:
        keras.config.set_image_data_format("channels_last")
    inner = (layer.pool, layer.queries, layer.output_convolution)
    assert {one.data_format for one in inner} == {"channels_last"}
    assert {one.compute_dtype for one in inner} == {"bfloat16"}


@pytest.mark.quickest
@pytest.mark.parametrize("seed", [1.5, "1"])
def test_seed_is_checked(seed):
    with pytest.raises(TypeError, match="`seed` must be an integer"):
        SelfAttention(seed=seed)


@pytest.mark.quickest
def test_round_trip():
    layer = SelfAttention(
        key_divisor=4,
        spectral_normalization=False,
        kernel_initializer="orthogonal",
        seed=3,
    )
    config = layer.get_config()
    layer.build(X.shape)
    assert layer.get_config() == config
    again = SelfAttention.from_config(config)
    again.build(X.shape)
    assert_equal(again.keys.kernel, layer.keys.kernel)
    matrix = to_numpy(layer.queries.kernel)[0, 0]
    assert_close(matrix.T @ matrix, np.eye(matrix.shape[1]), atol=1e-6)


@pytest.mark.quickest
@pytest.mark.parametrize("name", ["zeros", "none", 3])
def test_initializer_is_checked(name):
    with pytest.raises(ValueError, match="must be the name of an init"):
        SelfAttention(kernel_initializer=name)


@pytest.mark.quickest
@pytest.mark.parametrize("shape", [(2, 8), (2, None, 4, 8)])
def test_input_must_be_a_map_of_known_size(shape):
    with pytest.raises(ValueError, match="must be .batch, height, width"):
        SelfAttention().build(shape)


@pytest.mark.quickest
@pytest.mark.parametrize("name", ["key_divisor", "value_divisor"])
def test_divisors_are_checked(name):
    with pytest.raises(ValueError, match=f"`{name}`.*Received"):
        SelfAttention(**{name: 0})


@pytest.mark.quickest
@pytest.mark.parametrize("kind", ["attention", "additive"])
def test_large_scores_are_compared_in_float32(kind):
    # Scores of about 500: in bfloat16 their neighbors are 2 to 4 apart.
    def layer(dtype):
        if kind == "additive":
            made = AdditiveAttention2D(2, seed=1, dtype=dtype)
            return made, 0
        made = SelfAttention(spectral_normalization=False, seed=1, dtype=dtype)
        return made, 4

    x = np.round(X * 4.0) / 4.0
    outputs = []
    for dtype in ("float32", "mixed_bfloat16"):
        made, _ = layer(dtype)
        made.build(x.shape)
        weights = [np.round(w * 8.0) / 8.0 for w in made.get_weights()]
        if kind == "attention":
            weights = [10.0 * w if w.ndim == 4 else w + 1.0 for w in weights]
        made.set_weights(weights)
        outputs.append(to_numpy(ops.cast(made(x), "float32")))
    apart = np.abs(outputs[0] - outputs[1]).mean() / outputs[0].std()
    assert apart < 0.02
