import numpy as np
from numpy.typing import ArrayLike

from keras_gan.utils.arguments import integer


def polynomial_mmd(
    x: ArrayLike,
    y: ArrayLike,
    degree: int = 3,
    gamma: float | None = None,
    coef0: float = 1.0,
) -> float:
    """The unbiased squared maximum mean discrepancy of two samples.

    Its expectation is 0 for samples of one distribution, so it may be
    negative. With the kernel `k(a, b) = (gamma a.b + coef0)^degree`

    ```
    mean k(x_i, x_j) + mean k(y_i, y_j) - 2 mean k(x_i, y_j)
    ```

    where the first two means exclude `i = j`. For features of real and
    generated images it is the KID.

    Args:
        x: Features, `(at least 2, num_features)`.
        y: Features, `(at least 2, num_features)`.
        degree: Degree of the kernel, at least 1.
        gamma: Factor of the product; `None`: `1 / num_features`.
        coef0: Constant of the kernel.

    Returns:
        The estimate, computed in float64.

    Raises:
        ValueError: If the shapes or the degree are invalid.

    Example:

    >>> rng = np.random.default_rng(0)
    >>> x, y = rng.normal(size=(2, 500, 8))
    >>> abs(polynomial_mmd(x, y)) < 0.02 < polynomial_mmd(x, y + 1.0)
    True

    Reference:
        [Binkowski et al., 2018](https://arxiv.org/abs/1801.01401)
    """
    x, y = check_pair(x, y, at_least=2)
    degree = integer("degree", degree, at_least=1)

    def mean_of_pairs(a):
        values = polynomial_kernel(a, a, degree, gamma, coef0)
        size = len(a)
        return (values.sum() - values.trace()) / (size * (size - 1))

    between = polynomial_kernel(x, y, degree, gamma, coef0).mean()
    return float(mean_of_pairs(x) + mean_of_pairs(y) - 2.0 * between)


def polynomial_kernel(
    x: np.ndarray,
    y: np.ndarray,
    degree: int = 3,
    gamma: float | None = None,
    coef0: float = 1.0,
) -> np.ndarray:
    """Returns the kernel of all pairs of images, float64 `(num_x, num_y)`.

    Args:
        x: Float64 features, `(num_x, num_features)`.
        y: Float64 features, `(num_y, num_features)`.
        degree: Degree of the kernel, at least 1.
        gamma: Factor of the product; `None`: `1 / num_features`.
        coef0: Constant of the kernel.
    """
    values = x @ y.T
    values *= 1.0 / x.shape[1] if gamma is None else gamma
    values += coef0
    # Products are faster than NumPy's power.
    power = values if degree == 1 else values * values
    for _ in range(degree - 2):
        power *= values
    return power


def check_pair(
    x: ArrayLike, y: ArrayLike, at_least: int, names: tuple = ("x", "y")
) -> tuple[np.ndarray, np.ndarray]:
    """Returns two samples of features in float64, if they are valid.

    Args:
        x: Features, `(num_x, num_features)`.
        y: Features, `(num_y, num_features)`.
        at_least: Minimum size of each sample.
        names: Names of the arguments in messages.
    """
    pair = [np.asarray(features, "float64") for features in (x, y)]
    for name, features in zip(names, pair, strict=True):
        if features.ndim != 2 or len(features) < at_least:
            raise ValueError(
                f"`{name}` must have the shape (at least {at_least}, "
                f"num_features). Received: {features.shape}."
            )
        if not np.isfinite(features).all():
            raise ValueError(
                f"`{name}` must be finite. Received: NaN or infinity."
            )
    if pair[0].shape[1] != pair[1].shape[1]:
        raise ValueError(
            f"`{names[0]}` and `{names[1]}` must have the same number of "
            f"features. Received: {pair[0].shape[1]} and {pair[1].shape[1]}. "
            "Take both from one feature extractor."
        )
    return pair[0], pair[1]
