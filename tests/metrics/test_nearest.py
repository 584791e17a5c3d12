import numpy as np
import pytest
from portable import assert_close, assert_equal

from keras_gan.metrics import nearest, nearest_neighbors

# It is NumPy's: another backend would change nothing.
pytestmark = pytest.mark.quickest


@pytest.fixture
def real():
    return np.random.RandomState(0).standard_normal((60, 5))


@pytest.fixture
def fake():
    return np.random.RandomState(1).standard_normal((37, 5))


def by_definition(real, fake, k):
    distances = np.linalg.norm(fake[:, None] - real[None], axis=2)
    indices = np.argsort(distances, axis=1, kind="stable")[:, :k]
    return indices, np.take_along_axis(distances, indices, axis=1)


@pytest.mark.parametrize("numbers", [1, 500, 2**22])
@pytest.mark.parametrize("k", [1, 3, 60])
def test_neighbors_are_those_by_definition(monkeypatch, real, fake, numbers, k):
    monkeypatch.setattr(nearest, "_NUMBERS", numbers)
    indices, distances = nearest_neighbors(real, fake, k)
    expected = by_definition(real, fake, k)
    assert_equal(indices, expected[0])
    assert_close(distances, expected[1], rtol=1e-13)


@pytest.mark.parametrize("far", [0.0, 1e4])
def test_copies_are_at_a_distance_of_exactly_0(real, far):
    real = (real + far).astype("float32")
    indices, distances = nearest_neighbors(real, real[::-1], 2)
    assert_equal(indices[:, 0], np.arange(60)[::-1])
    assert (distances[:, 0] == 0).all() and (distances[:, 1] > 0).all()


def test_rounding_does_not_choose_the_neighbor():
    # To the products both are equally near: 1e-9 drowns in 1e16.
    real = np.array([[1e8, 1e-9], [1e8, 0.0], [-1e8, 0.0]])
    indices, distances = nearest_neighbors(real, real[1:2], 2)
    assert indices.tolist() == [[1, 0]]
    assert_close(distances, [[0.0, 1e-9]], rtol=1e-6)


def test_of_equally_near_ones_the_first():
    indices, _ = nearest_neighbors(np.ones((4, 2)), np.zeros((1, 2)), 4)
    assert indices.tolist() == [[0, 1, 2, 3]]


def test_the_matrix_of_distances_is_never_held(monkeypatch):
    sizes = []
    partition = np.argpartition

    def watched(squares, *arguments, **options):
        sizes.append(squares.size)
        return partition(squares, *arguments, **options)

    monkeypatch.setattr(np, "argpartition", watched)
    monkeypatch.setattr(nearest, "_NUMBERS", 1000)
    features = np.random.RandomState(0).standard_normal((300, 2))
    nearest_neighbors(features, features)
    assert max(sizes) <= 1000 and sum(sizes) == 300**2


def test_nearest_others_by_definition(real):
    distances = np.linalg.norm(real[:, None] - real[None], axis=2)
    np.fill_diagonal(distances, np.inf)
    indices, found = nearest.nearest_others(real)
    assert_equal(indices, distances.argmin(axis=1))
    assert_close(found, distances.min(axis=1), rtol=1e-13)


@pytest.mark.parametrize("noise", [0.0, 1e-7])
def test_an_image_that_occurs_often_is_not_its_own_neighbor(real, noise):
    # More often than there are candidates.
    copies = np.repeat(real[:3], 30, axis=0)
    draws = np.random.RandomState(2).uniform(-1, 1, copies.shape)
    together = np.concatenate([real, copies + noise * draws])
    _, alone = nearest.nearest_others(real)
    _, found = nearest.nearest_others(together)
    assert_close(found[:60], alone, rtol=1e-5)
    assert_close(found[60:], alone[:3].repeat(30), rtol=1e-5)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            (np.ones((3, 2)), np.ones((3, 2)), 0),
            "`k` must be an integer",
        ),
        (
            (np.ones((3, 2)), np.ones((3, 2)), 1.5),
            "`k` must be an integer",
        ),
        ((np.ones((3, 2)), np.ones((3, 2)), 4), "at least k=4.*Received: 3"),
        ((np.ones((3, 2)), np.ones((3, 4))), "same number of features"),
        ((np.ones((0, 2)), np.ones((3, 2))), "`real_features` must"),
        ((np.ones((3, 2)), np.full((3, 2), np.nan)), "`fake_.*finite"),
    ],
)
def test_wrong_arguments_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        nearest_neighbors(*arguments)


def test_images_that_are_all_one_are_refused():
    with pytest.raises(ValueError, match="different images.*5 images"):
        nearest.nearest_others(np.full((5, 3), 0.1))


def test_rounding_makes_no_two_images_of_one():
    random = np.random.RandomState(0)
    noise = 1 + 1e-7 * random.uniform(-1, 1, (5, 64))
    features = random.uniform(0, 1, 64) * noise
    with pytest.raises(ValueError, match="different images.*5 images"):
        nearest.nearest_others(features.astype("float32"))
    # In float64 they are different, and are told apart.
    assert (nearest.nearest_others(features)[1] > 0).all()
