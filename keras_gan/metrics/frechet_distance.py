import numpy as np
from numpy.typing import ArrayLike

# If a residual variance, not explained by other features, is below this share
# of the largest variance, it is rounding error: the covariance is singular.
_LEAST_SHARE = 1e-12


def frechet_distance(
    mu1: ArrayLike, sigma1: ArrayLike, mu2: ArrayLike, sigma2: ArrayLike
) -> float:
    """The Fréchet distance between two normal distributions.

    For means and covariances of features of real and generated images it is the
    FID. It equals the squared 2-Wasserstein distance, in closed form

    ```
    |mu1 - mu2|^2 + trace(S1) + trace(S2) - 2 trace((S1 S2)^(1/2))
    ```

    The last trace is the sum of the square roots of the eigenvalues of the
    symmetric matrix `A1' S2 A1`, where `S1 = A1 A1'`, at a tenth of the cost of
    a matrix square root. If a covariance is singular, as with fewer images than
    features, small eigenvalues are dominated by rounding errors; then the
    singular values of `A1' A2` are used, which avoid squaring. So the distance
    is real, never negative, and 0 for equal statistics.

    Args:
        mu1: Mean of the first distribution, `(num_features,)`.
        sigma1: Its covariance, `(num_features, num_features)`: symmetric,
            positive semidefinite, of any rank.
        mu2: Mean of the second distribution.
        sigma2: Its covariance.

    Returns:
        The distance, at least 0, computed in float64.

    Raises:
        ValueError: If the sizes differ, a value is not finite, or a matrix is
            not a covariance.

    Example:

    >>> eye = np.eye(3)
    >>> frechet_distance(np.zeros(3), eye, np.ones(3), 4.0 * eye)
    6.0

    Reference:
        [Dowson and Landau, 1982](https://doi.org/10.1016/0047-259X(82)90077-X);
        [Heusel et al., 2017](https://arxiv.org/abs/1706.08500) (FID)
    """
    mu1, sigma1 = check_statistics(mu1, sigma1, "1")
    mu2, sigma2 = check_statistics(mu2, sigma2, "2")
    if mu1.shape != mu2.shape:
        raise ValueError(
            "`mu1` and `mu2` must have the same number of features. Received: "
            f"{mu1.size} and {mu2.size}. Take both from one feature extractor."
        )
    distance = np.square(mu1 - mu2).sum() + np.trace(sigma1 + sigma2)
    noise = max(_rounding(mu1), _rounding(mu2))
    distance -= 2.0 * _trace_of_root(sigma1, sigma2, noise)
    return max(float(distance), 0.0)


def check_statistics(
    mu: ArrayLike, sigma: ArrayLike, suffix: str = ""
) -> tuple[np.ndarray, np.ndarray]:
    """Returns a mean and a covariance in float64, if they are valid.

    Args:
        mu: Mean, `(num_features,)`.
        sigma: Covariance, `(num_features, num_features)`.
        suffix: Suffix of the names of the arguments in messages.
    """
    mu, sigma = np.asarray(mu, "float64"), np.asarray(sigma, "float64")
    if mu.ndim != 1 or sigma.shape != (mu.size, mu.size) or not mu.size:
        raise ValueError(
            f"`mu{suffix}` must have the shape (features,) and `sigma{suffix}` "
            f"(features, features). Received: {mu.shape} and {sigma.shape}."
        )
    if not (np.isfinite(mu).all() and np.isfinite(sigma).all()):
        raise ValueError(
            f"`mu{suffix}` and `sigma{suffix}` must be finite. Received: NaN or"
            " infinity. Compute them from finite features of at least 2 images."
        )
    # Statistics stored in float32 are symmetric up to about 1e-7.
    difference = (sigma - sigma.T).max()
    tolerance = 1e-4 * np.abs(sigma.diagonal()).max() + _rounding(mu)
    if difference > tolerance:
        raise ValueError(
            f"`sigma{suffix}` must be symmetric, as a covariance is. Received: "
            "values that differ from their mirror images by up to "
            f"{difference:.3g}."
        )
    return mu, (sigma + sigma.T) / 2.0


def _rounding(mu: np.ndarray) -> float:
    """What rounding may leave of a covariance of 0, as of equal images."""
    return 1e-14 * mu.size * float(np.square(mu).max())


def _trace_of_root(
    sigma1: np.ndarray, sigma2: np.ndarray, noise: float
) -> float:
    """The trace of the square root of `sigma1 sigma2`."""
    from scipy.linalg import eigvalsh, lapack

    lower = _cholesky(sigma1)
    if lower is not None and _cholesky(sigma2) is not None:
        # The separate steps: SciPy's function for generalized eigenvalues takes
        # four times as long.
        product, _ = lapack.dsygst(sigma2, lower, itype=2, lower=1)
        squares = eigvalsh(product, lower=True)
        return np.sqrt(np.clip(squares, 0.0, None)).sum()
    factor1 = _factor(sigma1, "sigma1", noise)
    product = factor1.T @ _factor(sigma2, "sigma2", noise)
    if not product.size:
        return 0.0
    return np.linalg.svd(product, compute_uv=False).sum()


def _cholesky(sigma: np.ndarray) -> np.ndarray | None:
    """The lower Cholesky factor of `sigma`, or `None` if it is singular."""
    from scipy.linalg import lapack

    lower, failed = lapack.dpotrf(sigma, lower=1)
    least = np.square(lower.diagonal()).min()
    singular = failed or least <= _LEAST_SHARE * sigma.diagonal().max()
    return None if singular else lower


def _factor(sigma: np.ndarray, name: str, noise: float) -> np.ndarray:
    """A matrix `A` with `A A' = sigma` and as many columns as its rank."""
    from scipy.linalg import lapack

    # Cholesky with pivoting stops when only rounding errors are left.
    lower, pivots, rank, _ = lapack.dpstrf(sigma, lower=1)
    factor = np.empty((len(sigma), rank))
    factor[pivots - 1] = np.tril(lower)[:, :rank]
    scale = np.abs(sigma).max()
    if np.abs(factor @ factor.T - sigma).max() <= 1e-12 * scale:
        return factor
    # Larger errors, as in float32 statistics, make eigenvalues negative.
    values, vectors = np.linalg.eigh(sigma)
    if values[0] < -1e-3 * scale - noise:
        raise ValueError(
            f"`{name}` must have no negative eigenvalues, like any covariance. "
            f"Received: eigenvalues down to {values[0]:.3g}."
        )
    kept = values > len(sigma) * np.finfo("float64").eps * values[-1]
    return vectors[:, kept] * np.sqrt(values[kept])
