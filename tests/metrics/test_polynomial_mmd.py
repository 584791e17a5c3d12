import itertools

import numpy as np
import pytest
from portable import assert_close

from keras_gan.metrics import polynomial_mmd

# It is NumPy's: another backend would change nothing.
pytestmark = pytest.mark.quickest


def features(num_images, seed, scale=1.0, shift=0.0):
    draws = np.random.RandomState(seed).standard_normal((num_images, 16))
    return np.abs(draws) * scale * np.exp(-np.arange(16) / 16 * 4) + shift


def test_value_is_that_of_torch_fidelity():
    # torch-fidelity 0.4.0, one subset of all 200.
    x, y = features(300, 2)[:200], features(260, 3, 1.2, 0.1)[:200]
    received = polynomial_mmd(x.astype("float32"), y.astype("float32"))
    assert_close(received, 0.1166896592161577, rtol=1e-9)


@pytest.mark.parametrize("degree", [1, 2, 3, 4])
def test_value_is_that_of_its_definition(degree):
    x, y = features(6, 0), features(9, 1)

    def mean(pairs):
        return np.mean([(0.3 * a @ b + 2.0) ** degree for a, b in pairs])

    expected = (
        mean(itertools.permutations(x, 2))
        + mean(itertools.permutations(y, 2))
        - 2 * mean(itertools.product(x, y))
    )
    received = polynomial_mmd(x, y, degree, 0.3, 2.0)
    assert_close(received, expected, rtol=1e-9)


def test_no_bias():
    rng = np.random.default_rng(0)
    values = [polynomial_mmd(*rng.normal(size=(2, 10, 4))) for _ in range(2000)]
    error = np.std(values) / np.sqrt(len(values))
    assert abs(np.mean(values)) < 4 * error
    assert min(values) < 0 < max(values)


def test_order_of_arguments_and_of_images_does_not_matter():
    x, y = features(20, 0), features(30, 1)
    assert_close(polynomial_mmd(x, y), polynomial_mmd(y[::-1], x), rtol=1e-9)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((np.ones((1, 3)), np.ones((2, 3))), r"`x` must .*at least 2"),
        ((np.ones((2, 3)), np.ones(3)), "`y` must have the shape"),
        ((np.ones((2, 3)), np.ones((2, 4))), "same number of features"),
        ((np.full((2, 3), np.nan), np.ones((2, 3))), "`x` must be finite"),
        ((np.ones((2, 3)), np.ones((2, 3)), 0), "`degree` must be"),
        ((np.ones((2, 3)), np.ones((2, 3)), 1.5), "`degree` must be"),
    ],
)
def test_wrong_arguments_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        polynomial_mmd(*arguments)


def test_value_equals_that_of_torchmetrics(torchvision, torch):
    kid = pytest.importorskip(
        "torchmetrics.image.kid",
        reason="compares with torchmetrics, which is not installed",
    )
    for num_images in (2, 50, 300):
        x, y = features(num_images, 0), features(num_images, 1, 1.2)
        peer = kid.poly_mmd(torch.from_numpy(x), torch.from_numpy(y))
        assert_close(polynomial_mmd(x, y), float(peer), rtol=1e-9)
