import numpy as np
import pytest
from portable import assert_close

from keras_gan.metrics import polynomial_mmd
from keras_gan.metrics import polynomial_mmds as module
from keras_gan.metrics.polynomial_mmds import polynomial_mmds

pytestmark = pytest.mark.once


@pytest.fixture
def multiplied(monkeypatch):
    """The numbers of pairs of images of the parts that are multiplied."""
    sums, pairs = module._sums, []

    def count(parts, row, column):
        pairs.append(len(parts[row].offsets) * len(parts[column].offsets))
        return sums(parts, row, column)

    monkeypatch.setattr(module, "_sums", count)
    return pairs


def draws(subsets, size, shift=0.2):
    """Two samples, of 32 and 45 images, and subsets of each."""
    rng = np.random.default_rng(0)
    samples = rng.normal(size=(32, 5)), rng.normal(size=(45, 5)) + shift
    return *samples, *(
        [rng.permutation(len(sample))[:size] for _ in range(subsets)]
        for sample in samples
    )


def one_by_one(x, y, of_x, of_y):
    pairs = zip(of_x, of_y, strict=True)
    return [polynomial_mmd(x[i], y[j]) for i, j in pairs]


@pytest.mark.parametrize("side", [7, 16, 1024])
@pytest.mark.parametrize(("subsets", "size"), [(2, 9), (40, 9), (3, 30)])
def test_each_value_is_that_of_its_subset(
    monkeypatch, multiplied, side, subsets, size
):
    monkeypatch.setattr(module, "_SIDE", side)
    given = draws(subsets, size)
    assert_close(polynomial_mmds(*given), one_by_one(*given), rtol=1e-10)
    # Two small subsets are computed by themselves; otherwise each pair of
    # images once, but in parts that are their own mirror images.
    whole = min(side, 32) * 32 + min(side, 45) * 45
    most = 32 * 45 + (32**2 + 45**2 + whole) / 2
    assert sum(multiplied) <= most
    assert (subsets == 2) == (not multiplied)


def test_products_of_many_images_in_float32(monkeypatch):
    monkeypatch.setattr(module, "_MANY_PAIRS", 0)
    x, y, of_x, of_y = draws(40, 9)
    # In float32 nothing would be left of the difference.
    x, y = x + 100.0, y + 100.0
    found, expected = (
        function(x, y, of_x, of_y) for function in (polynomial_mmds, one_by_one)
    )
    assert_close(found, expected, atol=1e-7 * np.abs(expected).max())
    assert np.any(found != expected)
