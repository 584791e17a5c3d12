import dataclasses

import numpy as np
from numpy.typing import ArrayLike

from keras_gan.metrics.nearest import nearest_neighbors, nearest_others
from keras_gan.utils.arguments import number_in

# Two images that are nearest to each other have equal distances; with
# duplicates and float32 features, the distances differ by less than this.
_EQUAL = 1e-4


@dataclasses.dataclass(frozen=True)
class Resemblance:
    """Distances from fakes to real images, and between real images.

    Attributes:
        indices: Nearest real images of each fake, int64 `(num_fake, k)`.
        distances: Their distances, float64 `(num_fake, k)`.
        real_indices: Nearest other real image of each, `(num_real,)`.
        real_distances: Their distances, float64 `(num_real,)`.
    """

    indices: np.ndarray
    distances: np.ndarray
    real_indices: np.ndarray
    real_distances: np.ndarray

    @classmethod
    def of(
        cls, real_features: ArrayLike, fake_features: ArrayLike, k: int = 1
    ) -> "Resemblance":
        """Compares two samples of features, with `k` neighbors of each fake."""
        return cls(
            *nearest_neighbors(real_features, fake_features, k),
            *nearest_others(real_features),
        )

    def most_alike(self, num_fakes: int) -> np.ndarray:
        """Returns the indices of the fakes that are nearest to a real image."""
        order = np.argsort(self.distances[:, 0], kind="stable")
        return order[:num_fakes]

    def values(self, quantile: float = 0.05) -> dict[str, float]:
        """Computes the values of `memorization_metrics`."""
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
    """Measures how many fakes are copies of real images.

    Let `d` be the distance from a fake to its nearest real image `r`, and `e`
    the distance from a real image to the nearest other real image:

    - `copied_share`: share of fakes whose `d` is less than the `quantile` of
      all `e`: about `quantile` for new images of the same distribution, 1 for
      copies;
    - `authenticity`: share of fakes whose `d` is greater than the `e` of `r`:
      0 for copies. For new images it is 1/3 on a line, 0.38 in a plane, and 1/2
      or more in spaces of many dimensions;
    - `real_authenticity`: reference value for `authenticity`: the same share
      for real images compared with the other real images;
    - `distance_ratio`: median of `d` over median of `e`: 1 for new images of
      the same distribution, 0 for copies.

    Duplicates among the real images count as one image when `e` is measured
    (`nearest_others`). Otherwise `e` would be 0 for them, and no copy of them
    could be detected, although they are the most likely to be memorized.

    Args:
        real_features: Features of the training images, `(at least 2,
            num_features)`.
        fake_features: `(at least 1, num_features)`.
        quantile: Quantile of the distances between real images, in (0, 1).

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
