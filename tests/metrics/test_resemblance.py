import numpy as np
import pytest
from portable import assert_close

from keras_gan.metrics import memorization_metrics
from keras_gan.metrics.resemblance import Resemblance

# It is NumPy's: another backend would change nothing.
pytestmark = pytest.mark.quickest

# Share of points of a Poisson process that are not the nearest neighbor of
# their own: 1 - ball / (union of two balls whose centers touch the other).
NEW = {1: 1 / 3, 2: 1 - np.pi / (4 * np.pi / 3 + 3**0.5 / 2), 3: 11 / 27}
ORDER = ("copied_share", "authenticity", "real_authenticity", "distance_ratio")


def uniform(num_images, num_features, seed):
    return np.random.RandomState(seed).uniform(size=(num_images, num_features))


def by_definition(real, fake, quantile):
    """The four values, all distances at once."""
    across = np.linalg.norm(fake[:, None] - real[None], axis=2)
    within = np.linalg.norm(real[:, None] - real[None], axis=2)
    np.fill_diagonal(within, np.inf)
    own, nearest = within.min(axis=1), across.argmin(axis=1)
    found = across.min(axis=1)
    return (
        (found < np.quantile(own, quantile)).mean(),
        (own[nearest] < found).mean(),
        (own[within.argmin(axis=1)] < own).mean(),
        np.median(found) / np.median(own),
    )


@pytest.mark.parametrize("quantile", [0.05, 0.5])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_values_are_those_by_definition(quantile, dtype):
    real = uniform(80, 6, 0).astype(dtype)
    fake = (1.2 * uniform(50, 6, 1)).astype(dtype)
    received = memorization_metrics(real, fake, quantile)
    assert tuple(received) == ORDER
    expected = by_definition(
        real.astype("float64"), fake.astype("float64"), quantile
    )
    assert_close(list(received.values()), expected, rtol=1e-12)


@pytest.mark.parametrize("num_features", NEW)
def test_new_images_have_the_values_of_theory(num_features):
    real, new = uniform(6000, num_features, 2).reshape(2, 3000, num_features)
    received = memorization_metrics(real, new)
    # Four standard errors of 3,000 images and as many neighbors.
    assert received["copied_share"] == pytest.approx(0.05, abs=0.025)
    for name in ("authenticity", "real_authenticity"):
        assert received[name] == pytest.approx(NEW[num_features], abs=0.04)
    assert received["distance_ratio"] == pytest.approx(1, abs=0.08)


@pytest.mark.parametrize("quantile", [0.01, 0.05, 0.3])
def test_share_of_new_images_is_the_quantile(quantile):
    real, new = uniform(6000, 4, 3).reshape(2, 3000, 4)
    found = memorization_metrics(real, new, quantile)["copied_share"]
    assert found == pytest.approx(quantile, abs=0.03)


@pytest.mark.parametrize("noise", [0.0, 1e-6])
def test_copies(noise):
    real = uniform(500, 8, 4)
    fake = real[::-1] + noise * uniform(500, 8, 5)
    received = memorization_metrics(real, fake)
    assert received["copied_share"] == 1.0
    assert received["authenticity"] == 0.0
    assert received["distance_ratio"] == pytest.approx(0, abs=1e-4)


def test_copies_among_new_images_are_counted():
    real, new = uniform(2000, 8, 6).reshape(2, 1000, 8)
    fake = np.concatenate([real[:300], new[:700]])
    received = memorization_metrics(real, fake)
    assert received["copied_share"] == pytest.approx(0.3 + 0.7 * 0.05, abs=0.02)
    nothing_copied = memorization_metrics(real, new[:700])["authenticity"]
    assert received["authenticity"] == pytest.approx(0.7 * nothing_copied)


def test_a_stuck_generator_is_seen_only_where_it_copies():
    real = uniform(200, 8, 7)
    copies = memorization_metrics(real, real[:1].repeat(50, axis=0))
    assert copies["copied_share"] == 1.0
    other = memorization_metrics(real, np.full((50, 8), 9.0))
    assert other["copied_share"] == 0.0 and other["authenticity"] == 1.0
    assert other["distance_ratio"] > 10


def test_training_images_that_occur_twice_change_nothing():
    real, fake = uniform(400, 8, 8).reshape(2, 200, 8)
    once = memorization_metrics(real, fake)
    again = np.repeat(real, 2, axis=0)
    again[::2] += 1e-8  # As another batch size would give.
    twice = memorization_metrics(again, fake)
    assert once == pytest.approx(twice, rel=1e-6)
    # What is memorised of them is found though it is no copy to the dot.
    near = real + 1e-4
    found = memorization_metrics(again, near)
    assert found["copied_share"] == 1.0 and found["authenticity"] == 0.0


def test_values_do_not_depend_on_place_and_scale():
    real, fake = uniform(400, 8, 9).reshape(2, 200, 8)
    expected = memorization_metrics(real, fake)
    moved = memorization_metrics(1e3 * real + 1e5, 1e3 * fake + 1e5)
    assert moved == pytest.approx(expected, rel=1e-6)


def test_most_alike():
    real = uniform(50, 8, 10)
    fake = np.concatenate([real[:3] + 1.0, real[5:7], real[9:10] + 0.01])
    found = Resemblance.of(real, fake, k=3)
    assert found.most_alike(3).tolist() == [3, 4, 5]
    assert found.most_alike(99).shape == (6,)
    assert found.indices[found.most_alike(3), 0].tolist() == [5, 6, 9]
    # How many neighbors are found does not matter.
    assert found.values() == memorization_metrics(real, fake)


@pytest.mark.parametrize("quantile", [0.0, 1.0, "5 %", None, float("nan")])
def test_wrong_quantiles_are_refused(quantile):
    with pytest.raises(ValueError, match="`quantile` must be.*Received"):
        memorization_metrics(np.eye(3), np.eye(3), quantile)


def test_too_few_images_are_refused():
    with pytest.raises(ValueError, match="at least 2"):
        memorization_metrics(np.ones((1, 2)), np.ones((5, 2)))
    with pytest.raises(ValueError, match="`fake_features`"):
        memorization_metrics(np.eye(3), np.ones((0, 3)))
