"""Gradients of losses, and of scores with respect to images."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_gan import backend

numpy = ops.convert_to_numpy


@pytest.fixture
def weights():
    """Three weights of two numbers each."""
    values = np.arange(1.0, 7.0, dtype="float32").reshape(3, 2)
    return [keras.Variable(value) for value in values]


def test_each_loss_has_gradients_for_its_own_group(weights):
    first, second, third = weights

    def losses():
        product = ops.sum(first * second * third)
        return [product, 10.0 * product], {"product": product}

    groups = [[first], [second, third]]
    found, logs = backend.gradients(losses, groups)
    a, b, c = map(numpy, weights)
    np.testing.assert_allclose(numpy(found[0][0]), b * c)
    np.testing.assert_allclose(numpy(found[1][0]), 10.0 * a * c)
    np.testing.assert_allclose(numpy(found[1][1]), 10.0 * a * b)
    assert float(logs["product"]) == pytest.approx((a * b * c).sum())


def test_a_weight_without_influence_is_left_alone(weights):
    first, second, _ = weights
    found, _ = backend.gradients(
        lambda: ([ops.sum(first * first)], {}), [[first, second]]
    )
    optimizer = keras.optimizers.SGD(0.5)
    optimizer.build([first, second])
    before = numpy(second)
    with pytest.warns() if found[0][1] is None else _no_warning():
        backend.apply_gradients(optimizer, found[0], [first, second])
    np.testing.assert_allclose(numpy(first), [0.0, 0.0])
    np.testing.assert_array_equal(numpy(second), before)


def _no_warning():
    import contextlib

    return contextlib.nullcontext()


def test_what_is_assigned_meanwhile_stays_assigned(weights):
    first, _, _ = weights
    count = keras.Variable(0.0, trainable=False)

    def losses():
        count.assign(count + 2.0)
        return [ops.sum(first) * count], {}

    found, _ = backend.gradients(losses, [[first]])
    np.testing.assert_allclose(numpy(found[0][0]), [2.0, 2.0])
    assert float(count) == 2.0


def test_no_gradient_through_what_is_held_constant(weights):
    first, second, _ = weights
    held = backend.held_constant(lambda: first * 2.0)
    found, _ = backend.gradients(
        lambda: ([ops.sum(held * second)], {}), [[second]]
    )
    np.testing.assert_allclose(numpy(found[0][0]), 2.0 * numpy(first))


def test_one_pass_gives_outputs_and_differentiable_slopes(weights):
    weight, _, _ = weights
    images = ops.convert_to_tensor(np.float32([[1.0, 2.0], [3.0, -1.0]]))
    passes = []

    def score(images):
        passes.append(images)
        logits = ops.sum(weight * images**2, axis=-1, keepdims=True)
        return [logits, images + 1.0]

    def losses():
        outputs, slopes = backend.pass_with_input_gradients(score, images)
        gradients = slopes()
        return [ops.sum(gradients**2)], (outputs, gradients)

    found, (outputs, slopes) = backend.gradients(losses, [[weight]])
    x, w = numpy(images), numpy(weight)
    assert len(passes) == 1
    np.testing.assert_allclose(numpy(outputs[0])[:, 0], (w * x**2).sum(-1))
    np.testing.assert_allclose(numpy(outputs[1]), x + 1.0)
    np.testing.assert_allclose(numpy(slopes), 2.0 * w * x)
    expected = (8.0 * w * x**2).sum(0)
    np.testing.assert_allclose(numpy(found[0][0]), expected, rtol=1e-6)


def test_gradient_of_a_scalar_function():
    images = ops.convert_to_tensor(np.float32([[2.0, -1.0]]))
    slopes = backend.gradient_of(lambda x: ops.sum(x**3), images)
    np.testing.assert_allclose(numpy(slopes), [[12.0, 3.0]])
    flat = backend.gradient_of(lambda x: ops.convert_to_tensor(1.0), images)
    np.testing.assert_array_equal(numpy(flat), [[0.0, 0.0]])
