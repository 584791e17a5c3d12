"""Adam in one operation makes the updates of Keras' Adam."""

import keras
import numpy as np
import pytest
import torch

from keras_gan import backend

STEPS = 5
OPTIMIZERS = {
    "adam": lambda: keras.optimizers.Adam(0.01, beta_1=0.0, beta_2=0.99),
    "large epsilon": lambda: keras.optimizers.Adam(0.01, epsilon=0.1),
    "schedule, clipped": lambda: keras.optimizers.Adam(
        keras.optimizers.schedules.CosineDecay(0.1, STEPS), clipnorm=0.5
    ),
    "accumulated": lambda: keras.optimizers.Adam(
        0.01, gradient_accumulation_steps=2
    ),
    "adamw": lambda: keras.optimizers.AdamW(0.01, weight_decay=0.1),
    "amsgrad": lambda: keras.optimizers.Adam(0.01, amsgrad=True),
    "adamax": lambda: keras.optimizers.Adamax(0.01),
}


def trained(optimizer, apply, dtype="float32"):
    """Weights and state of an optimizer after some updates."""
    draws = np.random.default_rng(0)
    variables = [
        keras.Variable(draws.normal(size=n), dtype=dtype) for n in (3, 7)
    ]
    for _ in range(STEPS):
        gradients = [
            torch.tensor(draws.normal(size=n), dtype=torch.float32)
            for n in (3, 7)
        ]
        apply(optimizer, gradients, variables)
    return [v.numpy() for v in (*variables, *optimizer.variables)]


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_updates_are_those_of_keras(name):
    ours = trained(OPTIMIZERS[name](), backend.apply_gradients)
    theirs = trained(OPTIMIZERS[name](), lambda one, *rest: one.apply(*rest))
    for a, b in zip(ours, theirs, strict=True):
        # Keras computes 1 - beta^t in float32, with an error of 1e-5.
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=5e-6)


def test_weights_of_another_type_are_left_to_keras():
    ours, theirs = (
        trained(keras.optimizers.Adam(0.01), apply, "float64")
        for apply in (
            backend.apply_gradients,
            lambda one, *rest: one.apply(*rest),
        )
    )
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(a, b)


def test_adam_is_one_operation(monkeypatch):
    calls = []
    one = torch._fused_adam_
    monkeypatch.setattr(
        torch, "_fused_adam_", lambda *a, **k: calls.append(0) or one(*a, **k)
    )
    optimizer = keras.optimizers.Adam(0.01)
    trained(optimizer, backend.apply_gradients)
    assert len(calls) == STEPS
    # The optimizer is left as it was.
    assert "_parallel_update_step" not in vars(optimizer)


def test_optimizer_is_as_before_after_an_error():
    optimizer = keras.optimizers.Adam(0.01)
    with pytest.raises(ValueError, match="Unknown variable"):
        variables = [keras.Variable([1.0])]
        optimizer.build(variables)
        backend.apply_gradients(
            optimizer, [torch.ones(1)], [keras.Variable([2.0])]
        )
    assert "_parallel_update_step" not in vars(optimizer)


@pytest.mark.parametrize("transposed", ["gradient", "weight"])
def test_axes_in_another_order(transposed):
    found = []
    for apply in (
        backend.apply_gradients,
        lambda one, *rest: one.apply(*rest),
    ):
        draws = np.random.default_rng(0)
        tensors = [
            torch.tensor(draws.normal(size=(3, 4)), dtype=torch.float32)
            for _ in range(2)
        ]
        place = ("weight", "gradient").index(transposed)
        tensors[place] = tensors[place].T.contiguous().T
        weight = keras.Variable(np.zeros((3, 4)), dtype="float32")
        weight._value.data = tensors[0]
        optimizer = keras.optimizers.Adam(0.01)
        for _ in range(STEPS):
            apply(optimizer, [tensors[1]], [weight])
        found.append(weight.numpy())
    np.testing.assert_allclose(*found, rtol=1e-5, atol=5e-6)
