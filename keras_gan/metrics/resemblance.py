import dataclasses

import numpy as np
from numpy.typing import ArrayLike

from keras_gan.metrics.nearest import nearest_neighbours, nearest_others
from keras_gan.utils.arguments import number_in

# Two images that are each other's nearest have one distance; where an image
# occurs twice, features of float32 make two of it that differ by less.
_EQUAL = 1e-4


@dataclasses.dataclass(frozen=True)
class Resemblance:
    """How near fakes are to real images, and these to one another.

    Attributes:
        indices: Nearest real images of each fake, int64 `(num_fake, k)`.
        distances: How far away these are, float64 `(num_fake, k)`.
        real_indices: Nearest other real image of each, `(num_real,)`.
        real_distances: How far away that is, float64 `(num_real,)`.
    """

    indices: np.ndarray
    distances: np.ndarray
    real_indices: np.ndarray
    real_distances: np.ndarray

    @classmethod
    def of(
        cls, real_features: ArrayLike, fake_features: ArrayLike, k: int = 1
    ) -> "Resemblance":
        """Compares two samples of features; `k`: neighbors of each fake."""
        return cls(
            *nearest_neighbours(real_features, fake_features, k),
            *nearest_others(real_features),
        )

    def most_alike(self, num_fakes: int) -> np.ndarray:
        """Numbers of the fakes that are nearest to a real image."""
        order = np.argsort(self.distances[:, 0], kind="stable")
        return order[:num_fakes]

    def values(self, quantile: float = 0.05) -> dict[str, float]:
        """What `memorization_metrics` returns."""
        nearest, distances = self.indices[:, 0], self.distances[:, 0]
        own = self.real_distances
        of_neighbors = own[self.real_indices] * (1.0 + _EQUAL)
        return {
            "copied_share": float(
                np.mean(distances < np.quantile(own, quantile))
            ),
            "authenticity": float(np.mean(distances > own[nearest])),
            "real_authenticity": float(np.mean(own > of_neighbors)),
            "distance_ratio": float(np.median(distances) / np.median(own)),
        }


def memorization_metrics(
    real_features: ArrayLike,
    fake_features: ArrayLike,
    quantile: float = 0.05,
) -> dict[str, float]:
    """Tells fakes that are copies of real images from fakes that are new.

    With `d` the distance of a fake to its nearest real image `r`, and `e` that
    of a real image to the nearest other one, it returns

    - `copied_share`: share of fakes whose `d` is less than the `quantile` of
      all `e`: about `quantile` for new images of the same distribution, 1 for
      copies;
    - `authenticity`: share of fakes whose `d` is greater than the `e` of `r`:
      0 for copies. New images have 1/3 on a line, .38 in a plane, and in
      spaces of many dimensions 1/2 and more;
    - `real_authenticity`: what to hold it against: the share of real images
      that have it toward the others, as new ones of the same distribution;
    - `distance_ratio`: median of `d` over median of `e`: 1 for new images of
      the same distribution, 0 for copies.

    An image that is twice among the real ones counts as one where `e` is
    measured (`nearest_others`); else `e` would be 0, and no copy of it, which
    is the image most likely to be memorized, could be nearer.

    Args:
        real_features: Of the training images, `(at least 2, num_features)`.
        fake_features: `(at least 1, num_features)`.
        quantile: Of the distances between real images, above 0 and below 1.

    Returns:
        Dict of the four values.

    Raises:
        ValueError: If there are too few features, or they differ in size.

    Example:

    >>> real, new = np.random.default_rng(0).normal(size=(2, 500, 8))
    >>> copies = memorization_metrics(real, real[:100] + 1e-3)
    >>> copies["copied_share"], copies["authenticity"]
    (1.0, 0.0)
    >>> memorization_metrics(real, new)["copied_share"] < 0.1
    True

    Reference:
        [Alaa et al., 2022](https://arxiv.org/abs/2102.08921) (authenticity)
    """
    quantile = number_in("quantile", quantile, "(0, 1)")
    return Resemblance.of(real_features, fake_features).values(quantile)
