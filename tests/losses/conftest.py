"""What the tests of all losses share: a check against formulas."""

import numpy as np
import pytest
from portable import assert_close, dtype_of, value_and_gradients

# One batch with every pair of extremes, and the moderate values between them.
EXTREMES = np.array([-1e4, -90.0, -2.5, 0.0, 2.5, 90.0, 1e4])


def _batches():
    rng = np.random.default_rng(3)
    real, fake = np.meshgrid(EXTREMES, EXTREMES)
    return [
        (3.0 * rng.normal(size=(16, 1)), 3.0 * rng.normal(size=(16, 1))),
        (rng.normal(size=(5, 3, 2, 1)), rng.normal(size=(5, 3, 2, 1))),
        (real.reshape(-1, 1), fake.reshape(-1, 1)),
    ]


def _slopes(formula, arrays, index, step=1e-3):
    slopes = np.zeros_like(arrays[index])
    for position in np.ndindex(slopes.shape):
        ends = []
        for sign in (1.0, -1.0):
            moved = [array.copy() for array in arrays]
            moved[index][position] += sign * step
            ends.append(formula(*moved))
        slopes[position] = (ends[0] - ends[1]) / (2.0 * step)
    return slopes


@pytest.fixture
def assert_formula():
    """Compares a method of a loss with a float64 NumPy formula.

    Values and gradients, on logits up to +-1e4.
    """

    def check(method, formula):
        for batch in _batches():
            # What float32 logits really hold, so that rounding them is no
            # part of the difference.
            batch = [array.astype("float32") for array in batch]
            exact = [array.astype("float64") for array in batch]
            value, *gradients = value_and_gradients(method, *batch)
            assert dtype_of(value) == "float32"
            assert value.shape == ()
            expected = formula(*exact)
            scale = max(np.abs(exact).mean(), 1.0)
            assert_close(value, expected, rtol=1e-6, atol=1e-6 * scale)
            for index, gradient in enumerate(gradients):
                slopes = _slopes(formula, exact, index)
                tolerance = 1e-5 * max(np.abs(slopes).max(), 1e-3)
                assert_close(gradient, slopes, atol=tolerance)

    return check
