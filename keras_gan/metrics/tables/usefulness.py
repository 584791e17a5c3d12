"""`train_synthetic_test_real`: what a classifier learns from synthetic rows."""

import warnings
from typing import Any

import numpy as np

from keras_gan.metrics.tables.columns import (
    codes,
    columns_of_each,
    is_ordered,
    numbers,
)

_MOST_CATEGORIES = 100


def train_synthetic_test_real(
    synthetic: Any, real: Any, label: str, *, seed: int = 0
) -> dict[str, float]:
    """Trains classifiers on synthetic rows and tests them on real ones.

    Gradient boosting and logistic regression of scikit-learn learn to predict
    a column from the others. With real rows as `synthetic` the scores are what
    can be reached. Of a column of more than 100 categories, those beyond the
    most frequent 99 count as one.

    Args:
        synthetic: Table that the classifiers are trained on.
        real: Real rows, which neither the classifiers nor the model that made
            the synthetic ones were trained on.
        label: Name of the column of categories that is predicted.
        seed: Integer seed of the classifiers.

    Returns:
        Dict of the accuracy ("..._accuracy") and the unweighted mean F1 over
        the real categories ("..._f1") of "gradient_boosting" and of
        "logistic_regression".

    Raises:
        ValueError: If the tables have other columns, or `label` is none of
            them, there is no other, or it has more than 100 values.

    Example:

    >>> table = {"x": [0.0, 0.1, 0.9, 1.0] * 10, "y": ["a", "a", "b", "b"] * 10}
    >>> scores = train_synthetic_test_real(table, table, "y")
    >>> scores["logistic_regression_accuracy"]
    1.0
    """
    tables = columns_of_each(synthetic=synthetic, real=real)
    if label not in tables[0] or len(tables[0]) < 2:
        raise ValueError(
            "`label` must be one of two or more columns of the table, "
            f"{list(tables[0])}. Received: {label!r}."
        )
    labels = codes(*[table.pop(label) for table in tables])
    check_number(label, len(np.unique(np.concatenate(labels))))
    features = _features(tables)
    scores = {}
    for name, classifier in _classifiers(seed).items():
        predicted = _predicted(classifier, features[0], labels[0], features[1])
        for kind, score in _scores(labels[1], predicted).items():
            scores[f"{name}_{kind}"] = score
    return scores


def check_number(label: str, number: int) -> None:
    """Raises an error for a label of too many categories.

    Args:
        label: Name of the column.
        number: How many it has.

    Raises:
        ValueError: If there are more than 100.
    """
    if number > _MOST_CATEGORIES:
        raise ValueError(
            f"`label` must be a column of at most {_MOST_CATEGORIES} "
            f"categories. Received: {label!r}, of {number} different "
            "values. Choose another column, or group its values."
        )


def _classifiers(seed: int) -> dict[str, Any]:
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.linear_model import LogisticRegression

    return {
        "gradient_boosting": HistGradientBoostingClassifier(
            # To stop early it would need two rows of each category.
            random_state=seed,
            early_stopping=False,
        ),
        "logistic_regression": LogisticRegression(max_iter=1_000),
    }


def _predicted(
    classifier: Any, known: np.ndarray, labels: np.ndarray, new: np.ndarray
) -> np.ndarray:
    if len(np.unique(labels)) == 1:
        # A table that lost all other categories teaches no more than that.
        return np.full(len(new), labels[0])
    from sklearn.exceptions import ConvergenceWarning

    with warnings.catch_warnings():
        # Hardly better after more steps.
        warnings.simplefilter("ignore", ConvergenceWarning)
        return classifier.fit(known, labels).predict(new)


def _scores(labels: np.ndarray, predicted: np.ndarray) -> dict[str, float]:
    from sklearn.metrics import f1_score

    f1 = f1_score(
        labels,
        predicted,
        labels=np.unique(labels),
        average="macro",
        zero_division=0.0,
    )
    accuracy = float((labels == predicted).mean())
    return {"accuracy": accuracy, "f1": float(f1)}


def _features(tables: list) -> list[np.ndarray]:
    """Standardized numbers with marks of missing ones, one-hot categories."""
    sides: list[list[np.ndarray]] = [[], []]
    for name, first in tables[0].items():
        columns = [table[name] for table in tables]
        if is_ordered(first):
            pair = [numbers(one) for one in columns]
            known = pair[0][~np.isnan(pair[0])]
            mean, scale = (known.mean(), known.std()) if len(known) else (0, 1)
            parts = []
            for one in pair:
                missing = np.isnan(one)
                scaled = np.where(missing, 0.0, (one - mean) / (scale or 1.0))
                parts.append(np.stack([scaled, missing], axis=1))
        else:
            parts = _one_hot(*codes(*columns))
        for side, part in zip(sides, parts, strict=True):
            side.append(part)
    return [np.concatenate(side, axis=1) for side in sides]


def _one_hot(*both: np.ndarray) -> list[np.ndarray]:
    counts = np.bincount(both[0], minlength=1 + max(one.max() for one in both))
    ranks = np.empty(len(counts), int)
    ranks[np.argsort(-counts, kind="stable")] = np.arange(len(counts))
    size = min(len(counts), _MOST_CATEGORIES)
    return [np.eye(size)[np.minimum(ranks[one], size - 1)] for one in both]
