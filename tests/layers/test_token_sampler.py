"""`TokenSampler` and `GumbelSoftmax`: draws with a gradient."""

import numpy as np
import pytest
from keras import ops
from portable import gradients, to_numpy, variable_gradients

from keras_gan.layers import GumbelSoftmax, TokenSampler

SHAPE, UNITS = (5, 4), 6


@pytest.fixture
def sampler():
    layer = TokenSampler(SHAPE, units=UNITS, depth=2, seed=1)
    layer(ops.zeros((1, UNITS)))
    return layer


def vectors(size, seed=0):
    draws = np.random.default_rng(seed).normal(size=(size, UNITS))
    return ops.convert_to_tensor(draws.astype("float32"))


def test_draws_are_of_the_softmax():
    layer = GumbelSoftmax(seed=3)
    share = np.array([0.6, 0.3, 0.1], "float32")
    logits = ops.convert_to_tensor(np.tile(np.log(share), (4_000, 2, 1)))
    drawn = to_numpy(layer(logits))
    np.testing.assert_allclose(drawn.sum(axis=2), 1, atol=1e-6)
    # A bit more than three standard errors.
    np.testing.assert_allclose(drawn.mean(axis=(0, 1)), share, atol=0.02)
    layer.temperature.assign(0.5)
    sharper = to_numpy(layer(logits)).mean(axis=(0, 1))
    np.testing.assert_allclose(sharper, share**2 / (share**2).sum(), atol=0.02)


def test_gradient_is_that_of_the_softmax():
    layer = GumbelSoftmax(relaxation=0.5)
    layer.build((None, 1, 3))
    logits = np.array([[[0.2, -0.1, 0.4]]], "float32")
    weights = np.array([1.0, 2.0, 4.0], "float32")
    tensor = ops.convert_to_tensor(weights)
    noise = ops.zeros((1, 1, 3))
    (found,) = gradients(
        lambda x: ops.sum(layer.draw(x, noise) * tensor), logits
    )
    soft = np.exp(logits / 0.5)
    soft /= soft.sum()
    expected = soft * (weights - (soft * weights).sum()) / 0.5
    np.testing.assert_allclose(found, expected, rtol=1e-4)


def test_sequences_are_tokens_and_end_once(sampler):
    drawn = to_numpy(sampler(vectors(200)))
    assert drawn.shape == (200, *SHAPE)
    np.testing.assert_allclose(drawn.max(axis=2), 1, atol=1e-6)
    codes = drawn.argmax(axis=2)
    ended = np.maximum.accumulate(codes == 0, axis=1)
    assert ended.any() and not ended.all()
    np.testing.assert_array_equal(codes[ended], 0)


def test_draws_follow_what_targets_say(sampler):
    # At a temperature of almost 0 draws are the most likely tokens.
    sampler.temperature.assign(1e-6)
    context = vectors(20)
    codes = to_numpy(sampler(context)).argmax(axis=2)
    logits = to_numpy(sampler(context, targets=ops.convert_to_tensor(codes)))
    likely = logits.argmax(axis=2)
    live = np.ones(codes.shape, bool)
    live[:, 1:] = np.cumsum(codes == 0, axis=1)[:, :-1] == 0
    np.testing.assert_array_equal(likely[live], codes[live])


def test_logits_do_not_depend_on_what_comes_later(sampler):
    targets = np.array([[1, 2, 3, 1, 2], [1, 2, 0, 0, 0]], "int32")
    context = ops.repeat(vectors(1), 2, axis=0)
    logits = to_numpy(sampler(context, targets=ops.convert_to_tensor(targets)))
    np.testing.assert_allclose(logits[0, :3], logits[1, :3], rtol=1e-5)
    assert np.abs(logits[0, 3] - logits[1, 3]).max() > 1e-4


def test_gradient_passes_through_all_draws(sampler):
    # The embedding matters to the last token only by the ones before it.
    context, weights = vectors(8), ops.arange(4, dtype="float32")
    noise = sampler.noise((8, *SHAPE))
    inputs = ops.concatenate(
        [noise, ops.repeat(context[:, None], SHAPE[0], axis=1)], axis=2
    )
    (found,) = variable_gradients(
        lambda: ops.sum(sampler.drawing(inputs)[:, -1] * weights),
        [sampler.embedding.kernel],
    )
    assert np.abs(found).max() > 0


@pytest.mark.quickest
def test_configs_come_back(sampler):
    for layer in (sampler, GumbelSoftmax(relaxation=0.3, seed=2)):
        config = layer.get_config()
        assert type(layer).from_config(config).get_config() == config
    again = TokenSampler.from_config(sampler.get_config())
    again(ops.zeros((1, UNITS)))
    for one, other in zip(sampler.weights, again.weights, strict=True):
        np.testing.assert_array_equal(to_numpy(one), to_numpy(other))


@pytest.mark.quickest
@pytest.mark.parametrize(
    "options", [{"units": 0}, {"depth": 0}, {"relaxation": 0.0}]
)
def test_arguments_are_checked(options):
    with pytest.raises(ValueError, match=next(iter(options))):
        TokenSampler(SHAPE, **options)
