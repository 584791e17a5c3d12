"""From arrays to the measurements of a round."""

import numpy as np
import pytest

from keras_gan.callbacks.health import measuring

# Another backend would change nothing.
pytestmark = pytest.mark.quickest

COUNT = 96
CENTERS = 10.0 * np.array([[0, 0], [1, 0], [0, 1], [1, 1]])


@pytest.fixture
def random():
    return np.random.default_rng(0)


def clouds(random, shares=(1, 1, 1, 1), count=COUNT):
    """Points around four centers, with the labels of these."""
    shares = np.array(shares) / sum(shares)
    labels = random.choice(4, count, p=shares)
    return CENTERS[labels] + random.normal(0, 0.5, (count, 2)), labels


def test_good_samples_are_like_the_images(random):
    points, labels = clouds(random)
    reference = measuring.Reference(points, labels)
    samples = CENTERS[labels] + random.normal(0, 0.5, (COUNT, 2))
    found = measuring.measure_samples(samples, reference, [])
    assert found["diversity"] == pytest.approx(1, abs=0.1)
    assert found["modes"] == pytest.approx(1, abs=0.2)
    assert abs(found["distance"]) < 0.05
    assert found["neighbor_accuracy"] == pytest.approx(0.5, abs=0.15)
    assert found["label_agreement"] == pytest.approx(1, abs=0.05)
    assert found["classes"] == [0, 1, 2, 3]
    assert found["class_diversity"] == pytest.approx([1] * 4, abs=0.4)
    assert sum(found["shares"]) == pytest.approx(1)
    assert "shift" not in found and "saturation" not in found


def test_one_cloud_of_four(random):
    points, labels = clouds(random)
    reference = measuring.Reference(points, labels)
    samples, _ = clouds(random, (1, 0, 0, 0))
    first = measuring.measure_samples(samples, reference, [])
    assert first["modes"] < 0.5 and first["diversity"] < 0.2
    assert first["distance"] > 0.3
    assert first["label_agreement"] < 0.15
    others, _ = clouds(random, (0, 1, 0, 0))
    found = measuring.measure_samples(others, reference, first["shares"])
    assert found["shift"] == pytest.approx(1.0)
    # Shares of other groups, of another version, say nothing.
    again = measuring.measure_samples(others, reference, [0.5, 0.5])
    assert "shift" not in again


def test_one_class_without_diversity(random):
    points, labels = clouds(random)
    reference = measuring.Reference(points, labels)
    samples = points.copy()
    samples[labels == 2] = CENTERS[2]
    found = measuring.measure_samples(samples, reference, [])
    assert found["class_diversity"] == pytest.approx([1, 1, 0, 1])


def test_labels_that_cannot_be_told_are_not_judged(random):
    points, _ = clouds(random)
    labels = np.arange(COUNT) % 3
    found = measuring.Reference(points, labels)
    assert found.agreement is None
    assert measuring.Reference(points, None).agreement is None


def test_saturation_is_beside_that_of_real_images():
    half = np.zeros((16, 2, 2, 1))
    half[:, 0] = 1
    reference = measuring.Reference(half, None)
    for share, expected in ((1.0, 1.0), (0.5, 0.0), (0.0, 0.0)):
        samples = np.full((16, 2, 2, 1), 0.2)
        samples.reshape(16, 4)[:, : int(4 * share)] = -1
        found = measuring.measure_samples(samples, reference, [])
        assert found["saturation"] == pytest.approx(expected)
        assert found["share_at_ends"] == share


def test_effect_of_labels():
    samples = np.array([[0.0], [2.0]])
    found = measuring.measure_labels(samples, samples + 1)
    assert found == {"label_effect": pytest.approx(0.5)}
    assert measuring.measure_labels(samples, samples)["label_effect"] == 0


def test_logits_of_patches_are_averaged():
    real = np.array([[[1.0, 3.0]], [[5.0, 7.0]]])
    fake = np.array([[[1.0, 1.0]], [[3.0, 3.0]]])
    found = measuring.measure_logits(real, fake, None)
    # 2 and 6 beside 1 and 3.
    assert found["separation"] == 0.75
    assert found["logit_scale"] == pytest.approx(np.std([2, 6, 1, 3]))
    found = measuring.measure_logits(real, fake, np.full((4, 1), 2.0))
    assert found["held_out_ranking"] == 0.75
    assert found["memorized"] == 1.0


def test_of_few_classes_equally_many_images():
    labels = np.repeat([0, 1, 2], [80, 17, 3])
    places = measuring.places_of_reference(100, 24, labels)
    assert np.bincount(labels[places]).tolist() == [11, 10, 3]
    assert (np.diff(places) > 0).all()
    # Too many classes to have some images of each.
    many = measuring.places_of_reference(100, 24, np.arange(100) % 50)
    assert (
        many.tolist() == measuring.places_of_reference(100, 24, None).tolist()
    )
