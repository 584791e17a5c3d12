"""How far generated images are from their sources."""

import numpy as np
import pytest

from keras_gan.metrics import source_distance_ratio

pytestmark = pytest.mark.once

X, OTHER = np.random.default_rng(0).normal(size=(2, 30, 4, 4, 2))


def test_closed_form():
    assert source_distance_ratio(X, X, OTHER) == 0
    assert source_distance_ratio(X, OTHER, OTHER) == pytest.approx(1)
    quarter = X + 0.25 * (OTHER - X)
    assert source_distance_ratio(X, quarter, OTHER) == pytest.approx(0.25)
    # The mean over all that were made of an image.
    made = np.stack([X, quarter, OTHER], axis=1)
    found = source_distance_ratio(X, made, OTHER)
    assert found == pytest.approx(1.25 / 3)
    assert source_distance_ratio(X, OTHER, X) == float("inf")


def test_features_instead_of_images():
    x, other = X[:, 0, 0], OTHER[:, 0, 0]
    made = np.repeat((2 * x - other)[:, None], 3, axis=1)
    assert source_distance_ratio(x, made, other) == pytest.approx(1)


@pytest.mark.parametrize(
    ("made", "other"), [(X[:4], OTHER), (X, OTHER[:4]), (X[..., :1], OTHER)]
)
def test_shapes_must_fit(made, other):
    with pytest.raises(ValueError, match="for each of the sources.*Received"):
        source_distance_ratio(X, made, other)
