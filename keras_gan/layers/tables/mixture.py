"""The modes of a column of numbers: a mixture of normal distributions."""

import warnings

import numpy as np

_CONCENTRATION = 0.001
_LEAST_WEIGHT = 0.005
# Of a mode of equal numbers, in deviations of the whole column.
_LEAST_DEVIATION = 1e-5


def fit_modes(
    values: np.ndarray, *, max_modes: int, max_rows: int, seed: int
) -> dict[str, list[float]]:
    """Fits a mixture with a Dirichlet process to numbers.

    Args:
        values: Float64 array `(rows,)` of at least two different numbers.
        max_modes: Largest number of modes.
        max_rows: Of more rows so many are drawn: the modes hardly change, and
            the time no longer grows with the table.
        seed: Integer seed.

    Returns:
        Dict of "means", "deviations" and "weights" of the modes that have a
        weight of at least .005.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.mixture import BayesianGaussianMixture

    center, scale = values.mean(), values.std()
    sample = values
    if len(values) > max_rows:
        draws = np.random.default_rng(seed)
        sample = draws.choice(values, max_rows, replace=False)
    # Scikit-learn adds 1e-6 to variances, which only suits this scale.
    sample = (sample - center) / scale
    mixture = BayesianGaussianMixture(
        n_components=min(max_modes, len(np.unique(sample))),
        weight_concentration_prior_type="dirichlet_process",
        weight_concentration_prior=_CONCENTRATION,
        random_state=seed,
    )
    with warnings.catch_warnings():
        # Modes that still move a little are as good for this.
        warnings.simplefilter("ignore", ConvergenceWarning)
        mixture.fit(sample[:, None])
    shares = mixture.predict_proba(sample[:, None])
    # A mode may have a weight and no numbers. The largest one always has some.
    kept = (mixture.weights_ >= _LEAST_WEIGHT) & (shares.sum(axis=0) >= 0.5)
    kept[shares.sum(axis=0).argmax()] = True
    means, deviations = _moments(sample, shares[:, kept])
    return {
        "means": (means * scale + center).tolist(),
        "deviations": (deviations * scale).tolist(),
        "weights": mixture.weights_[kept].tolist(),
    }


def _moments(
    sample: np.ndarray, shares: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Means and deviations of the numbers of each mode.

    Those of the mixture come from a prior that is as wide as all numbers, and
    would make narrow modes much too wide.
    """
    shares = shares / shares.sum(axis=0)
    means = sample @ shares
    squares = (sample[:, None] - means) ** 2
    deviations = np.sqrt((shares * squares).sum(axis=0))
    return means, np.maximum(deviations, _LEAST_DEVIATION)


def draw_modes(
    values: np.ndarray,
    modes: dict[str, list[float]],
    draws: np.random.Generator,
) -> np.ndarray:
    """Draws a mode of each number from its posterior distribution.

    Of numbers far from the mode that was drawn, the nearest one is taken, in
    deviations, since a number must lie within four deviations.

    Args:
        values: Float64 array `(rows,)`.
        modes: What `fit_modes` returned.
        draws: Random generator.

    Returns:
        Integer array `(rows,)`.
    """
    means, deviations, weights = map(np.asarray, modes.values())
    if len(means) == 1:
        return np.zeros(len(values), "int32")
    distances = (values[:, None] - means) / deviations
    logits = np.log(weights / deviations) - 0.5 * distances**2
    chosen = np.argmax(logits + draws.gumbel(size=logits.shape), axis=1)
    distances = np.abs(distances)
    far = distances[np.arange(len(values)), chosen] > 4.0
    chosen[far] = distances[far].argmin(axis=1)
    return chosen.astype("int32")
