"""Numbers about samples, with values that can be worked out by hand."""

import numpy as np
import pytest

from keras_gan.callbacks.health import samples

# Another backend would change nothing.
pytestmark = pytest.mark.quickest


def points(*values):
    return np.array(values, "float32")[:, None]


def all_distances(real, fake):
    return (
        samples.distances(real, real),
        samples.distances(real, fake),
        samples.distances(fake, fake),
    )


def test_large_images_are_compared_as_means_of_squares():
    images = np.zeros((2, 64, 66, 3))
    images[0, :3, :3] = 9.0
    rows = samples.features(images)
    # A side of 66 is cut into squares of three pixels.
    assert rows.shape == (2, 21 * 22 * 3)
    assert rows[0, :3].tolist() == [9.0] * 3 and rows[0, 3:].max() == 0
    assert samples.features(np.ones((2, 8, 8, 1))).shape == (2, 64)
    assert samples.features(np.ones((2, 100, 1, 1))).shape == (2, 25)
    assert samples.features(np.ones((5, 2))).shape == (5, 2)


def test_spread_is_the_mean_distance_between_different_rows():
    rows = points(0.0, 1.0, 3.0)
    assert samples.spread(samples.distances(rows, rows)) == pytest.approx(2.0)
    assert samples.spread(np.zeros((1, 1))) == 0.0


def test_energy_distance_of_two_points():
    real, fake = points(0.0, 2.0), points(4.0, 6.0)
    # 2 * 4 - 2 - 2, in units of 2.
    assert samples.energy_distance(*all_distances(real, fake)) == (
        pytest.approx(2.0)
    )


def test_energy_distance_of_the_same_distribution_is_about_zero():
    random = np.random.default_rng(0)
    real, fake = random.normal(size=(2, 500, 3))
    assert abs(samples.energy_distance(*all_distances(real, fake))) < 0.02


def test_a_neighbor_tells_what_is_apart_and_not_what_is_mixed():
    apart = all_distances(points(0.0, 1.0, 2.0), points(10.0, 11.0, 12.0))
    assert samples.neighbor_accuracy(*apart) == 1.0
    mixed = all_distances(points(0.0, 2.0, 4.0), points(0.5, 2.5, 4.5))
    assert samples.neighbor_accuracy(*mixed) == 0.0


def test_groups_of_images_are_found_and_counted():
    random = np.random.default_rng(0)
    centers = np.array([[0.0, 0.0], [9.0, 0.0], [0.0, 9.0]])
    real = np.repeat(centers, 8, 0) + random.normal(0, 0.1, (24, 2))
    found = samples.mode_centers(real)
    assert samples.distances(centers, found).min(1).max() < 0.2
    even = samples.shares_of_modes(real, found)
    assert samples.effective_number(even) == pytest.approx(3.0)
    one = samples.shares_of_modes(real[:8], found)
    assert sorted(one) == [0, 0, 1]
    assert samples.effective_number(one) == 1.0


def test_equal_images_are_one_group():
    assert len(samples.mode_centers(np.ones((16, 4)))) == 1


def test_values_at_the_ends():
    images = np.array([[-1.0, 1.0, 0.995, 0.0, 0.5, -0.98]])
    assert samples.share_at_ends(images) == pytest.approx(0.5)


def test_spreads_of_classes_with_enough_images():
    rows = points(0.0, 1.0, 0.0, 1.0, 5.0, 5.0, 5.0, 5.0, 7.0)
    labels = np.array([0, 0, 0, 0, 3, 3, 3, 3, 4])
    # Four of the six pairs differ by 1.
    assert samples.class_spreads(rows, labels) == {
        0: pytest.approx(2 / 3),
        3: 0.0,
    }


def test_agreement_of_labels():
    between = samples.distances(points(0.0, 5.0), points(1.0, 4.0, 6.0))
    real, fake = np.array([0, 1]), np.array([0, 1, 0])
    assert samples.label_agreement(between, real, fake) == pytest.approx(2 / 3)
