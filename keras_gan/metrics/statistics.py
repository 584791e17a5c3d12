import pathlib
from typing import Any

import keras
import numpy as np
from numpy.typing import ArrayLike

from keras_gan.images import Path
from keras_gan.metrics.frechet_distance import check_statistics
from keras_gan.utils.files import replacing
from keras_gan.utils.npz import NpzFile

# More than this is the covariance of more features than any network has, if it
# compresses far better than a covariance does.
_SMALL_BYTES = 2**26
_KINDS = {
    "mu": ("f", 1, "floats (features,)"),
    "sigma": ("f", 2, "floats (features, features)"),
    "num_images": ("iu", 0, "an integer"),
}
_CURE = (
    "Write it with `save_real_statistics`, or with pytorch-fid's --save-stats."
)


@keras.saving.register_keras_serializable(package="keras_gan")
class FeatureStatistics:
    """Mean and covariance of the features of a set of images.

    A Fréchet distance needs nothing else from real images. The statistics are
    computed once and stored as an `.npz` file with the arrays `mu` and `sigma`,
    compatible with pytorch-fid.

    Args:
        mu: Mean, `(num_features,)`.
        sigma: Covariance, divided by `num_images - 1`, `(num_features,
            num_features)`.
        num_images: Number of images, if known.

    Raises:
        ValueError: If the shapes or values are invalid.

    Example:

    >>> features = np.random.default_rng(0).normal(size=(100, 4))
    >>> FeatureStatistics.from_features(features).save("real.npz")
    >>> FeatureStatistics.load("real.npz").mu.shape
    (4,)
    """

    def __init__(
        self, mu: ArrayLike, sigma: ArrayLike, num_images: int | None = None
    ) -> None:
        self.mu, self.sigma = check_statistics(mu, sigma)
        if num_images is not None and num_images < 1:
            raise ValueError(
                "`num_images` must be at least 1, or None if it is not known. "
                f"Received: num_images={num_images}"
            )
        self.num_images = None if num_images is None else int(num_images)

    @property
    def num_features(self) -> int:
        """Size of the features."""
        return len(self.mu)

    @classmethod
    def from_features(cls, features: ArrayLike) -> "FeatureStatistics":
        """Computes the statistics of features.

        Args:
            features: `(num_images, num_features)`, of at least 2 images.
        """
        features = np.asarray(features, "float64")
        if features.ndim != 2 or len(features) < 2:
            raise ValueError(
                "`features` must have the shape (at least 2, num_features). "
                f"Received: {features.shape}."
            )
        centered = features - features.mean(axis=0)
        sigma = centered.T @ centered / (len(features) - 1)
        return cls(features.mean(axis=0), sigma, len(features))

    @classmethod
    def load(cls, path: Path) -> "FeatureStatistics":
        """Reads a file written by `save` or pytorch-fid.

        Args:
            path: File that ends in `.npz`.

        Raises:
            ValueError: If it is not such a file.
            OSError: If it cannot be opened.
        """
        with NpzFile(path, _CURE, _SMALL_BYTES) as file:
            if not {"mu", "sigma"} <= set(file.names):
                raise ValueError(
                    f"{_described(path)} must hold the arrays `mu` and "
                    f"`sigma`. Received: {sorted(file.names)}. {_CURE}"
                )
            known = [name for name in _KINDS if name in file.names]
            arrays = {name: file.read(name) for name in known}
        try:
            _check_kinds(arrays)
            return cls(**arrays)
        except ValueError as e:
            raise ValueError(f"{_described(path)}: {e}") from e

    def save(self, path: Path) -> None:
        """Writes an `.npz` file, without ever leaving a partial file.

        Args:
            path: File that ends in `.npz`, in an existing folder.

        Raises:
            ValueError: If the suffix is wrong.
            OSError: If the file cannot be written.
        """
        path = pathlib.Path(path)
        if path.suffix != ".npz":
            raise ValueError(
                f"`path` must end in .npz. Received: path={str(path)!r}"
            )
        arrays: dict[str, Any] = {"mu": self.mu, "sigma": self.sigma}
        if self.num_images is not None:
            arrays["num_images"] = np.array(self.num_images)
        with replacing(path, shared=True) as aside:
            np.savez(aside, **arrays)

    def get_config(self) -> dict[str, Any]:
        """Returns the statistics as plain values."""
        return {
            "mu": self.mu.tolist(),
            "sigma": self.sigma.tolist(),
            "num_images": self.num_images,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "FeatureStatistics":
        """Makes statistics from the result of `get_config`."""
        return cls(**config)


def _described(path: Path) -> str:
    return f"The statistics file {str(path)!r}"


def _check_kinds(arrays: dict[str, np.ndarray]) -> None:
    for name, array in arrays.items():
        kinds, rank, words = _KINDS[name]
        if array.dtype.kind not in kinds or array.ndim != rank:
            raise ValueError(
                f"`{name}` must be {words}. Received: an array of "
                f"{array.dtype} of shape {array.shape}. {_CURE}"
            )
