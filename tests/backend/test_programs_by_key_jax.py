"""Training steps whose program depends on a key."""

import contextlib

import jax.numpy as jnp
import pytest

from keras_gan.backend.jax.programs_by_key import programs_by_key

MADE = []


@contextlib.contextmanager
def making(key):
    MADE.append(key)
    yield
    MADE.append("end")


def step(state, batch):
    """Adds batches; the number of steps is the second part of the state."""
    total, steps = state
    total = total + MADE[-1] * jnp.sum(batch)
    return {"total": total}, (total, steps + 1)


@pytest.mark.parametrize("number", [1, 3])
def test_each_key_has_a_program_that_is_made_once(number):
    MADE.clear()
    run = programs_by_key(step, lambda s: int(s[1]) // 2, making, number)
    iterator = iter([jnp.ones(3)] * 5)
    state, logs = (jnp.zeros(()), jnp.zeros((), int)), []
    with pytest.raises(StopIteration):
        while True:
            found, state = run(state, iterator)
            logs.append(float(found["total"]))
    assert MADE == [0, "end", 1, "end", 2, "end"]
    totals = [0.0, 0.0, 3.0, 6.0, 12.0]
    assert logs == (totals if number == 1 else [totals[2], totals[4]])
    assert int(state[1]) == 5
