"""Several steps in one call of JAX give what single steps give."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from keras_gan.backend.jax.several_steps import several_steps


def step(state, batch):
    """A state that depends on the order of the batches."""
    (total,) = state
    total = 0.5 * total + jnp.sum(batch)
    return {"total": total, "size": float(batch.shape[0])}, (total,)


def convolving(state, batch):
    """The same, of a convolved batch."""
    image, kernel = batch[None, None], jnp.ones((1, 1, 2))
    return step(state, jax.lax.conv(image, kernel, (1,), "SAME")[0, 0])


@pytest.fixture
def loops(monkeypatch):
    """List of the lengths of all loops that are compiled."""
    found = []
    scan = jax.lax.scan

    def counted(body, state, batches):
        found.append(len(batches))
        return scan(body, state, batches)

    monkeypatch.setattr(jax.lax, "scan", counted)
    return found


@pytest.mark.parametrize(
    "taken, sizes, expected",
    [
        (step, [4] * 7, [3]),
        (step, [4] * 6 + [2], [3]),
        (step, [4, 4, 2, 4, 4, 4], [3]),
        (step, [4, 4], []),
        (convolving, [4] * 7, []),
    ],
)
def test_equal_to_single_steps(loops, taken, sizes, expected):
    rng = np.random.default_rng(1)
    batches = [jnp.asarray(rng.normal(size=n), "float32") for n in sizes]
    run, iterator = several_steps(taken, 3), iter(batches)
    state, calls = (jnp.zeros(()),), []
    with pytest.raises(StopIteration):
        while True:
            logs, state = run(state, iterator)
            calls.append(logs)
    one_by_one = (jnp.zeros(()),)
    for batch in batches:
        last, one_by_one = taken(one_by_one, batch)
    np.testing.assert_allclose(state[0], one_by_one[0], rtol=1e-6)
    np.testing.assert_allclose(calls[-1]["total"], last["total"], rtol=1e-6)
    assert calls[-1]["size"] == last["size"]
    assert len(calls) == -(-len(sizes) // 3)
    assert loops == expected
