from math import erf, exp, pi, sqrt

import numpy as np
import pytest
from keras import ops
from portable import assert_close

from keras_gan.utils.tensors import (
    batch_mean,
    checked_truncation,
    truncated_normal,
)


def test_mean_over_all_values_is_in_float32():
    mean = batch_mean(ops.cast([[1.0, 2.0], [3.0, 6.0]], "float16"))
    assert float(mean) == 3.0
    assert "float32" in str(mean.dtype)


def test_mean_of_no_values_is_zero():
    assert float(batch_mean(ops.zeros((0, 1)))) == 0.0


@pytest.mark.parametrize("bound", [0.001, 0.1, 0.7, 2.0, 4.0])
def test_moments_are_those_of_a_truncated_normal(bound):
    # Midpoints of equal shares instead of random draws: the moments are exact.
    uniform = (np.arange(100_000) + 0.5) / 50_000 - 1.0
    draws = ops.convert_to_numpy(truncated_normal(uniform, bound))
    assert np.abs(draws).max() <= bound
    mass = erf(bound / sqrt(2))
    density = exp(-(bound**2) / 2) / sqrt(2 * pi)
    variance = 1 - 2 * bound * density / mass
    assert abs(draws.mean()) < 1e-4 * bound
    # 1 - ... cancels in small bounds; there the draws are uniform.
    expected = bound**2 / 3 if bound < 0.01 else variance
    assert draws.var() == pytest.approx(expected, rel=1e-3)
    inner = erf(bound / 2 / sqrt(2)) / mass
    assert np.mean(np.abs(draws) < bound / 2) == pytest.approx(inner, abs=1e-4)


@pytest.mark.parametrize("bound", [9.0, 1e6, float("inf")])
def test_far_bounds_leave_finite_draws(bound):
    draws = truncated_normal(np.array([-1.0, 0.0, 1.0 - 2**-24]), bound)
    draws = ops.convert_to_numpy(draws)
    assert np.isfinite(draws).all()
    assert draws[1] == 0.0
    assert_close(-draws[0], draws[2], rtol=1e-6)
    assert draws[2] > 5.0


@pytest.mark.quickest
@pytest.mark.parametrize("value", [0.5, 1, np.float32(2), float("inf")])
def test_bounds_that_are_allowed(value):
    assert checked_truncation(value) == value
    assert checked_truncation(None) is None


@pytest.mark.quickest
@pytest.mark.parametrize("value", [0.0, -1, float("nan"), True, "1"])
def test_bounds_that_are_not(value):
    with pytest.raises(ValueError, match="`truncation` must be positive"):
        checked_truncation(value)
