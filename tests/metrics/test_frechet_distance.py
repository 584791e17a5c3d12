import numpy as np
import pytest
from portable import assert_close, assert_equal

from keras_gan.metrics import frechet_distance

# It is NumPy's: another backend would change nothing.
pytestmark = pytest.mark.quickest

# Of `features` below, by pytorch-fid 0.3.0 with scipy 1.17.1 in float64.
PYTORCH_FID = {
    (2, 2): 0.06349633570728741,
    (50, 8): 0.218383937659552,
    (1000, 64): 1.5921254217830496,
    (20000, 16): 0.4096259614273374,
    (100, 128): 4.636404085898633,
}


def features(num_images, num_features, seed, scale=1.0, shift=0.0):
    draws = np.random.RandomState(seed).standard_normal(
        (num_images, num_features)
    )
    decay = np.exp(-np.arange(num_features) / num_features * 4)
    return np.abs(draws) * scale * decay + shift


def statistics(x):
    return x.mean(axis=0), np.cov(x, rowvar=False)


def from_features(x, y):
    """The distance without covariances, which would square the errors."""
    centered = [z - z.mean(axis=0) for z in (x, y)]
    root, other = (
        np.linalg.qr(z, mode="r") / np.sqrt(len(z) - 1) for z in centered
    )
    overlap = np.linalg.svd(root @ other.T, compute_uv=False).sum()
    distance = np.square(x.mean(axis=0) - y.mean(axis=0)).sum()
    return distance + (root**2).sum() + (other**2).sum() - 2 * overlap


@pytest.mark.parametrize("size", PYTORCH_FID, ids=str)
def test_value_is_that_of_pytorch_fid(size):
    x = features(*size, seed=0)
    y = features(size[0] + 1, size[1], seed=1, scale=1.2, shift=0.1)
    received = frechet_distance(*statistics(x), *statistics(y))
    # The peer's root of a singular product is right to fewer digits.
    rtol = 1e-6 if size[0] > size[1] else 1e-4
    assert_close(received, PYTORCH_FID[size], rtol=rtol)
    assert_close(received, from_features(x, y), rtol=1e-10)


def test_closed_form_of_one_feature():
    received = frechet_distance([1.0], [[4.0]], [3.0], [[9.0]])
    assert_close(received, (1 - 3) ** 2 + (2 - 3) ** 2)


def test_closed_form_of_covariances_that_commute():
    rng = np.random.default_rng(0)
    axes, _ = np.linalg.qr(rng.normal(size=(40, 40)))
    ours, theirs = 10.0 ** rng.uniform(-6, 1, (2, 40))
    received = frechet_distance(
        np.zeros(40), axes * ours @ axes.T, np.ones(40), axes * theirs @ axes.T
    )
    expected = 40 + np.square(np.sqrt(ours) - np.sqrt(theirs)).sum()
    assert_close(received, expected, rtol=1e-9)


@pytest.mark.parametrize("num_images", [2, 3, 10, 49, 50, 51, 400])
@pytest.mark.parametrize("shift", [0.0, 1e3])
def test_singular_covariances_and_means_far_from_zero(num_images, shift):
    x = features(num_images, 50, seed=2)
    y = features(num_images + 5, 50, seed=3, scale=1.1)
    received = frechet_distance(*statistics(x + shift), *statistics(y + shift))
    assert_close(received, from_features(x, y), rtol=1e-8)


@pytest.mark.parametrize("num_images", [2, 20, 2000])
@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e4])
def test_same_images_in_another_order_are_at_no_distance(num_images, scale):
    x = features(num_images, 60, seed=4) * scale + 5.0
    first = statistics(x)
    second = statistics(x[np.random.RandomState(0).permutation(num_images)])
    assert 0.0 <= frechet_distance(*first, *first) <= 1e-6 * scale**2
    assert 0.0 <= frechet_distance(*first, *second) <= 1e-6 * scale**2


def test_no_spread_at_all():
    zero, eye = np.zeros((3, 3)), np.eye(3)
    assert frechet_distance(np.zeros(3), zero, np.zeros(3), zero) == 0.0
    assert frechet_distance(np.zeros(3), eye, np.ones(3), zero) == 6.0
    assert frechet_distance(np.zeros(3), zero, np.ones(3), eye) == 6.0


def test_covariances_in_different_subspaces_do_not_overlap():
    first, second = np.diag([1.0, 2.0, 0, 0]), np.diag([0, 0, 3.0, 4.0])
    mu = np.zeros(4)
    assert_close(frechet_distance(mu, first, mu, second), 10.0, rtol=1e-12)


def test_order_of_arguments_does_not_matter():
    first, second = (statistics(features(30, 20, seed)) for seed in (5, 6))
    assert_close(
        frechet_distance(*first, *second),
        frechet_distance(*second, *first),
        rtol=1e-12,
    )


@pytest.mark.parametrize("num_images", [40, 400])
def test_statistics_that_were_rounded_to_float32(num_images):
    x = features(num_images, 60, seed=7)
    y = features(num_images, 60, seed=8, scale=1.2)
    rounded = [z.astype("float32") for z in (*statistics(x), *statistics(y))]
    received = frechet_distance(*rounded)
    assert_close(received, from_features(x, y), rtol=1e-3)


def test_what_is_given_stays_as_it_was():
    given = [*statistics(features(30, 5, 9)), *statistics(features(30, 5, 10))]
    before = [array.copy() for array in given]
    assert type(frechet_distance(*given)) is float
    for array, copy in zip(given, before, strict=True):
        assert_equal(array, copy)


MU, SIGMA = np.zeros(3), np.eye(3)
ASYMMETRIC = SIGMA + np.triu(np.ones((3, 3)), 1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((MU, SIGMA, np.zeros(2), np.eye(2)), "same number of features"),
        ((MU, np.eye(2), MU, SIGMA), r"`mu1` must .*`sigma1`"),
        ((MU, SIGMA, MU[None], SIGMA), r"`mu2` must .*`sigma2`"),
        ((MU, SIGMA, MU, SIGMA[0]), r"Received: \(3,\) and \(3,\)"),
        ((MU, SIGMA * np.nan, MU, SIGMA), "`sigma1` must be finite"),
        ((MU, SIGMA, MU + np.inf, SIGMA), "`sigma2` must be finite"),
        ((MU, SIGMA, MU, ASYMMETRIC), "`sigma2` must be symmetric"),
        ((MU, SIGMA, MU, -SIGMA), "`sigma2` must have no negative"),
        (([], np.zeros((0, 0)), [], np.zeros((0, 0))), "`mu1` must"),
    ],
)
def test_what_cannot_be_statistics_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        frechet_distance(*arguments)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("num_features", [2, 32, 256])
@pytest.mark.parametrize("num_images", [2, 10, 300, 5000])
def test_value_equals_that_of_pytorch_fid(
    torchvision, num_images, num_features
):
    peer = pytest.importorskip(
        "pytorch_fid.fid_score",
        reason="compares with pytorch-fid, which is not installed",
    )
    x = features(num_images, num_features, seed=0)
    y = features(num_images, num_features, seed=1, scale=1.2, shift=0.1)
    given = *statistics(x), *statistics(y)
    received = frechet_distance(*given)
    assert_close(received, from_features(x, y), rtol=1e-9)
    # What the peer loses where covariances are singular is its own.
    rtol = 1e-6 if num_images > num_features else 1e-3
    assert_close(received, peer.calculate_frechet_distance(*given), rtol=rtol)


@pytest.mark.parametrize("value", [10.0, 0.3])
def test_equal_images_of_a_collapsed_generator(value):
    """Their covariance is what rounding leaves, and no error."""
    x = np.full((500, 64), value) * np.linspace(0.5, 1.0, 64)
    mean = x.mean(axis=0)
    products = x.T @ x - len(x) * np.outer(mean, mean)
    other = statistics(features(500, 64, 1))
    expected = np.square(mean - other[0]).sum() + np.trace(other[1])
    for collapsed in (products / 499, np.triu(products) / 499):
        found = frechet_distance(mean, collapsed, *other)
        assert_close(found, expected, rtol=1e-5)


def test_a_matrix_that_is_no_covariance_is_refused_however_small():
    sigma = np.diag([1e-4, -1e-5])
    with pytest.raises(ValueError, match="`sigma1` must have no negative"):
        frechet_distance(np.ones(2), sigma, np.ones(2), np.eye(2))
