import numpy as np
import pytest
from portable import assert_close

from keras_gan.metrics import manifold, manifold_metrics

# It is NumPy's: another backend would change nothing.
pytestmark = pytest.mark.quickest

# By prdc 0.2 (scikit-learn 1.9.1), for (num_real, num_fake, nearest_k).
PRDC = {
    (300, 260, 5): (
        0.9115384615384615,
        0.9333333333333333,
        0.6646153846153847,
        0.8233333333333334,
    ),
    (300, 260, 1): (
        0.40384615384615385,
        0.44,
        0.5461538461538461,
        0.31333333333333335,
    ),
    (50, 200, 3): (0.865, 0.94, 0.7933333333333332, 0.98),
}
ORDER = ("precision", "recall", "density", "coverage")


def features(num_images, seed, scale=1.0, shift=0.0):
    draws = np.random.RandomState(seed).standard_normal((num_images, 16))
    values = np.abs(draws) * scale * np.exp(-np.arange(16) / 16 * 4) + shift
    return values.astype("float32")


def as_defined(real, fake, k):
    """The four values by their definition, a pair of images at a time."""

    def distances(a, b):
        return np.linalg.norm(a[:, None] - b[None], axis=2)

    def radii(a):
        return np.sort(distances(a, a), axis=1)[:, k]

    across = distances(real, fake)
    in_real = across < radii(real)[:, None]
    in_fake = across < radii(fake)
    return (
        in_real.any(axis=0).mean(),
        in_fake.any(axis=1).mean(),
        in_real.sum(axis=0).mean() / k,
        in_real.any(axis=1).mean(),
    )


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("sizes", PRDC, ids=str)
def test_values_are_those_of_prdc(sizes, dtype):
    real = features(sizes[0], 2).astype(dtype)
    fake = features(sizes[1], 3, 1.1, 0.05).astype(dtype)
    received = manifold_metrics(real, fake, nearest_k=sizes[2])
    assert tuple(received) == ORDER
    assert_close([received[name] for name in ORDER], PRDC[sizes], rtol=1e-14)


@pytest.mark.parametrize("rows", [1, 7, 40, 1000])
def test_values_do_not_depend_on_the_chunks(monkeypatch, rows):
    monkeypatch.setattr(manifold, "_ROWS", rows)
    real, fake = features(40, 4), features(33, 5)
    received = manifold_metrics(real, fake, 2)
    expected = as_defined(real.astype("float64"), fake.astype("float64"), 2)
    assert_close(list(received.values()), expected)


def test_perfect_copy():
    real = features(200, 6)
    received = manifold_metrics(real, real[::-1].copy())
    assert received["precision"] == 1.0
    assert received["recall"] == 1.0
    assert received["coverage"] == 1.0
    assert abs(received["density"] - 1.0) < 0.2


def test_generator_that_is_stuck_on_one_image():
    real = features(200, 6)
    received = manifold_metrics(real, np.repeat(real[:1], 200, axis=0))
    assert received["precision"] == 1.0
    assert received["recall"] == 0.0
    assert received["coverage"] < 0.1


def test_other_images_altogether():
    received = manifold_metrics(features(50, 0), features(50, 1) + 100.0)
    assert set(received.values()) == {0.0}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((np.ones((5, 2)), np.ones((9, 2)), 5), "`real_features` must"),
        ((np.ones((9, 2)), np.ones((5, 2)), 5), r"at least 6"),
        ((np.ones((9, 2)), np.ones((9, 3)), 2), "same number of features"),
        ((np.ones((9, 2)), np.ones((9, 2)), 0), "`nearest_k` must be"),
    ],
)
def test_wrong_arguments_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        manifold_metrics(*arguments)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("seed", range(4))
def test_values_equal_those_of_prdc(seed, dtype):
    prdc = pytest.importorskip(
        "prdc", reason="compares with prdc, which is not installed"
    )
    rng = np.random.default_rng(seed)
    num_features, nearest_k = (2, 16, 64, 3)[seed], (1, 3, 5, 10)[seed]
    real = np.abs(rng.normal(size=(700, num_features))).astype(dtype)
    fake = (1.1 * rng.normal(size=(600, num_features))).astype(dtype)
    fake[:50] = real[:50]  # Some are copies.
    assert manifold_metrics(real, fake, nearest_k) == prdc.compute_prdc(
        real, fake, nearest_k
    )
