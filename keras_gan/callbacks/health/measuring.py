"""From samples and logits to the measurements of a round."""

import functools
from typing import Any

import numpy as np

from keras_gan.callbacks.health import samples as of_samples

LOGGED = (
    "diversity",
    "modes",
    "shift",
    "distance",
    "separation",
    "logit_scale",
    "slope",
    "held_out_ranking",
    "memorized",
    "saturation",
    "label_effect",
    "label_agreement",
)
"""Measurements that are part of the logs."""

_MOST_CLASSES = 10
_LEAST_OF_A_CLASS = 8
# Standard deviations above chance, from where on labels can be judged.
_LEAST_DEVIATIONS = 4.0
_EPSILON = 1e-12


class Reference:
    """Real images that samples are compared with.

    Args:
        images: Array `(n, ...)`.
        labels: Integers `(n,)`, or None.
    """

    def __init__(self, images: np.ndarray, labels: np.ndarray | None) -> None:
        self.images, self.labels = images, labels
        self.rows = of_samples.features(images)
        self.own = of_samples.distances(self.rows, self.rows)
        self.spread = max(of_samples.spread(self.own), _EPSILON)
        self.centers = of_samples.mode_centers(self.rows)
        shares = of_samples.shares_of_modes(self.rows, self.centers)
        self.modes = of_samples.effective_number(shares)
        self.share_at_ends = of_samples.share_at_ends(images)

    @functools.cached_property
    def classes(self) -> dict[int, float]:
        """The mean distance between images of some classes."""
        if self.labels is None:
            return {}
        found = of_samples.class_spreads(self.rows, self.labels)
        some = {name: value for name, value in found.items() if value > 0}
        return dict(list(some.items())[:_MOST_CLASSES])

    @functools.cached_property
    def agreement(self) -> tuple[float, float] | None:
        """How often a neighbor has the same label: by chance, and in fact.

        None if the labels cannot be told by a neighbor.
        """
        if self.labels is None:
            return None
        count = len(self.labels)
        others = self.own + np.diag(np.full(count, np.inf))
        found = of_samples.label_agreement(others, self.labels, self.labels)
        shares = np.bincount(self.labels) / count
        chance = float((shares**2).sum())
        deviation = np.sqrt(chance * (1 - chance) / count)
        if found - chance <= _LEAST_DEVIATIONS * deviation:
            return None
        return chance, found


def places_of_reference(
    total: int, count: int, labels: np.ndarray | None
) -> np.ndarray:
    """Chooses images to compare samples with, of few classes equally many.

    Args:
        total: Number of images.
        count: How many to choose.
        labels: Integers `(total,)`, or None.

    Returns:
        Sorted indices `(count,)`.

    Example:

    >>> places_of_reference(32, 16, np.arange(32) // 30).tolist()[-2:]
    [30, 31]
    """
    # Evenly spaced: arrays may be in the order of their classes.
    even = np.linspace(0, total - 1, count).astype(int)
    if labels is None or len(np.unique(labels)) > count // _LEAST_OF_A_CLASS:
        return even
    ranks = np.zeros(total, int)
    for label in np.unique(labels):
        own = labels == label
        ranks[own] = np.arange(own.sum())
    return np.sort(np.argsort(ranks, kind="stable")[:count])


def measure_samples(
    samples: np.ndarray, reference: Reference, before: list[float]
) -> dict[str, Any]:
    """Returns the measurements of samples.

    Args:
        samples: Array `(n, ...)`.
        reference: What they are compared with.
        before: Share of the samples in each group in the round before; empty
            in the first one.
    """
    rows = of_samples.features(samples)
    own = of_samples.distances(rows, rows)
    between = of_samples.distances(reference.rows, rows)
    arrays = (reference.own, between, own)
    shares = of_samples.shares_of_modes(rows, reference.centers)
    measured: dict[str, Any] = {
        "diversity": of_samples.spread(own) / reference.spread,
        "modes": of_samples.effective_number(shares) / reference.modes,
        "shares": shares.tolist(),
        "distance": of_samples.energy_distance(*arrays),
        "neighbor_accuracy": of_samples.neighbor_accuracy(*arrays),
    }
    if len(before) == len(shares):
        measured["shift"] = float(np.abs(shares - before).sum() / 2)
    if samples.ndim > 2:
        measured |= _saturation(samples, reference)
    return measured | _of_classes(rows, between, reference)


def _saturation(samples: np.ndarray, reference: Reference) -> dict[str, Any]:
    share, real = of_samples.share_at_ends(samples), reference.share_at_ends
    return {
        "saturation": max(0.0, share - real) / max(1 - real, _EPSILON),
        "share_at_ends": share,
        "real_share_at_ends": real,
    }


def _of_classes(
    rows: np.ndarray, between: np.ndarray, reference: Reference
) -> dict[str, Any]:
    """What the labels of samples, those of the real images, say about them."""
    labels = reference.labels
    if labels is None:
        return {}
    measured: dict[str, Any] = {}
    real = reference.classes
    if real:
        spreads = of_samples.class_spreads(rows, labels)
        measured["classes"] = list(real)
        measured["class_diversity"] = [spreads[k] / real[k] for k in real]
    if reference.agreement is not None:
        chance, best = reference.agreement
        found = of_samples.label_agreement(between, labels, labels)
        measured["label_agreement"] = (found - chance) / (best - chance)
    return measured


def measure_labels(samples: np.ndarray, others: np.ndarray) -> dict[str, Any]:
    """Returns how much the labels of samples matter.

    Args:
        samples: Array `(n, ...)`.
        others: Samples of the same latents with other labels.
    """
    rows, moved = of_samples.features(samples), of_samples.features(others)
    own = of_samples.spread(of_samples.distances(rows, rows))
    far = float(np.linalg.norm(moved - rows, axis=1).mean())
    return {"label_effect": far / max(own, _EPSILON)}


def measure_logits(
    real: np.ndarray, fake: np.ndarray, held_out: np.ndarray | None
) -> dict[str, Any]:
    """Returns the measurements of logits, of any shape `(n, ...)`.

    Args:
        real: Those of training images.
        fake: Those of samples.
        held_out: Those of images that were held back, or None.
    """
    real, fake = per_image(real), per_image(fake)
    measured = {
        "separation": ranking(real, fake),
        "logit_scale": float(np.concatenate([real, fake]).std()),
    }
    if held_out is not None:
        held_out = per_image(held_out)
        counts = (len(real), len(held_out))
        measured |= {
            "held_out_ranking": ranking(real, held_out),
            "ranking_deviation": deviation_of_ranking(*counts),
            "memorized": memorized_share(real, held_out, fake),
        }
    return measured


def per_image(logits: np.ndarray) -> np.ndarray:
    """The mean logit of each image, `(n,)`."""
    return logits.reshape(len(logits), -1).astype("float64").mean(1)


def ranking(higher: np.ndarray, lower: np.ndarray) -> float:
    """The probability that a value of the first array is the larger one.

    This is the area under the ROC curve: 0.5 if the two are alike.

    Args:
        higher: Values `(n,)`.
        lower: Values `(m,)`.

    Example:

    >>> ranking(np.array([3.0, 4.0]), np.array([1.0, 4.0]))
    0.625
    """
    differences = higher[:, None] - lower
    return float((differences > 0).mean() + (differences == 0).mean() / 2)


def deviation_of_ranking(first: int, second: int) -> float:
    """The standard deviation of `ranking` where there is no difference.

    Args:
        first: Number of values in one array.
        second: Number of values in the other one.
    """
    return float(np.sqrt((first + second + 1) / (12 * first * second)))


def memorized_share(
    training: np.ndarray, held_out: np.ndarray, fake: np.ndarray
) -> float:
    """Which part of the margin of training images is memory.

    0 if images that were held back score like training images, 1 if they
    score like samples.

    Args:
        training: Logits of training images.
        held_out: Logits of images that were held back.
        fake: Logits of samples.

    Reference:
        [Karras et al., 2020](https://arxiv.org/abs/2006.06676), equation 1.
    """
    margin = training.mean() - fake.mean()
    if margin <= _EPSILON:
        return 0.0
    return float((training.mean() - held_out.mean()) / margin)
