"""A discriminator that is too strong, or too weak, for its generator."""

import numpy as np

from keras_gan.callbacks.health.judging import Setup, certainty, rounded
from keras_gan.callbacks.health.series import Series
from keras_gan.utils.findings import Finding

_CHECKS = 3
_CHECKS_TO_LOSE = 5
# Of the loss at chance level.
_LEAST_LOSS = 0.02
# Of the largest gradient of the run so far.
_LEAST_SLOPE = 0.01
_SEPARATED = 0.99
# A discriminator below, where a nearest neighbor is above.
_MOST_SEPARATION = 0.62
_LEAST_NEIGHBOR = 0.95
# Samples at a distance that does not fall by a fifth.
_LEAST_DISTANCE = 0.1
_FALLING = 0.8


def discriminator_wins(series: Series, setup: Setup) -> Finding | None:
    """Finds a discriminator without errors, from which nothing is learned.

    Its loss is a small part of the chance level, or it separates all images
    while the gradient of the generator's loss has vanished.

    Args:
        series: With `separation`, the probability that a real image has a
            higher logit than a sample; `chance`, the discriminator's loss in
            units of that of equal logits; `slope`, the norm of the gradient
            of the generator's loss in a sample, and its peak.
        setup: What advice depends on.
    """
    separation = series.last("separation", _CHECKS)
    if separation is None or separation.min() < _SEPARATED:
        return None
    peak = series.peaks.get("slope", np.nan)
    slopes = series.last("slope", _CHECKS)
    shares = None if slopes is None or not peak > 0 else slopes / peak
    candidates = (
        (series.last("chance", _CHECKS), _LEAST_LOSS),
        (shares, _LEAST_SLOPE),
    )
    for values, least in candidates:
        if values is None or values.max() >= least:
            continue
        evidence = {"separation": rounded(separation[-1])}
        if series.last("chance", 1) is not None:
            loss = rounded(series.latest("chance"))
            evidence["loss_relative_to_chance"] = loss
        if shares is not None:
            evidence["gradient_relative_to_peak"] = rounded(shares[-1])
        evidence["checks"] = _CHECKS
        return Finding(
            "discriminator_wins",
            certainty(values, least, 0.0),
            evidence,
            _winning_advice(setup),
        )
    return None


def discriminator_loses(series: Series, setup: Setup) -> Finding | None:
    """Finds samples that differ clearly, and a discriminator that cannot tell.

    A discriminator that is right half of the time is also the end of a good
    training, so that another judge is asked: a nearest neighbor.

    Args:
        series: With `separation` as above; `neighbor_accuracy`, how often the
            nearest neighbor of an image is one of its own kind; and
            `distance`, that of samples from real images, which falls while
            samples become better.
        setup: What advice depends on.
    """
    separation = series.last("separation", _CHECKS_TO_LOSE)
    neighbor = series.last("neighbor_accuracy", _CHECKS_TO_LOSE)
    distance = series.last("distance", _CHECKS_TO_LOSE)
    if separation is None or neighbor is None or distance is None:
        return None
    half = _CHECKS_TO_LOSE // 2
    is_falling = distance[-half:].mean() < _FALLING * distance[:half].mean()
    if distance.min() < _LEAST_DISTANCE or is_falling:
        return None
    if separation.max() > _MOST_SEPARATION or neighbor.min() < _LEAST_NEIGHBOR:
        return None
    lower = f", or lower {setup.penalty_weight}" if setup.has_penalties else ""
    return Finding(
        "discriminator_loses",
        certainty(neighbor, _LEAST_NEIGHBOR, 1.0),
        {
            "separation": rounded(separation[-1]),
            "separation_by_nearest_neighbor": rounded(neighbor[-1]),
            "checks": _CHECKS_TO_LOSE,
        },
        "In Python, give the discriminator a higher learning rate than the "
        "generator (`discriminator_optimizer=`), more `discriminator_steps=` "
        f"or more layers{lower}; on the command line, `--loss relativistic`.",
    )


def _winning_advice(setup: Setup) -> str:
    lower = (
        "lower the discriminator's learning rate (in Python, "
        "`discriminator_optimizer=`)"
    )
    if setup.loss == "MinimaxLoss":
        return (
            "Use a loss whose gradient does not vanish: `--loss relativistic`, "
            "in Python `compile(loss='relativistic', penalties='auto')`, or "
            f"{lower}."
        )
    if not setup.has_penalties:
        return (
            "Bound the slope of the discriminator by a penalty: `--loss "
            "relativistic`, in Python `compile(loss='relativistic', "
            f"penalties='auto')`, or {lower}."
        )
    return (
        f"Raise {setup.penalty_weight}, or {lower}; "
        "of few images, `--augment ada`."
    )
