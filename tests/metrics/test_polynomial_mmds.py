import numpy as np
import pytest
from portable import assert_close

from keras_gan.metrics import polynomial_mmd
from keras_gan.metrics import polynomial_mmds as many

pytestmark = pytest.mark.once


@pytest.fixture
def counted(monkeypatch):
    """Counts the pairs of images whose kernel is computed."""
    kernel, pairs = many.polynomial_kernel, []

    def count(x, y):
        pairs.append(len(x) * len(y))
        return kernel(x, y)

    monkeypatch.setattr(many, "polynomial_kernel", count)
    return pairs


@pytest.mark.parametrize("side", [7, 16, 1024])
@pytest.mark.parametrize(("subsets", "size"), [(2, 9), (40, 9), (3, 30)])
def test_each_value_is_that_of_its_subset(
    monkeypatch, counted, side, subsets, size
):
    monkeypatch.setattr(many, "_SIDE", side)
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(32, 5)), rng.normal(size=(45, 5)) + 0.2
    of_x, of_y = (
        [rng.permutation(len(images))[:size] for _ in range(subsets)]
        for images in (x, y)
    )
    found = many.polynomial_mmds(x, y, of_x, of_y)
    expected = [
        polynomial_mmd(x[i], y[j]) for i, j in zip(of_x, of_y, strict=True)
    ]
    assert_close(found, expected, rtol=1e-10)
    # Two small subsets are computed by themselves; with more of them, a kernel
    # is computed once for a pair of images, up to the square parts that are
    # symmetric.
    most = 32 * 45 + (32 * (32 + side) + 45 * (45 + side)) / 2
    assert sum(counted) <= (most if side < 32 else 32 * 45 + 32**2 + 45**2)
    assert (subsets == 2) == (not counted)
