"""Players that move in circles, or away from each other."""

import numpy as np

from keras_gan.callbacks.health.judging import Setup, certainty, rounded
from keras_gan.callbacks.health.series import LONGEST, Series
from keras_gan.utils.findings import Finding

_CHECKS = 5
# How far the shares of samples in groups move from round to round.
_LEAST_SHIFT = 0.35
_CHECKS_OF_GROWTH = LONGEST
# From one half of these checks to the other.
_MOST_GROWTH = 4.0
# Below, in nats, logits that grow may be what is learned.
_LEAST_SCALE = 10.0
_EPSILON = 1e-6


def oscillation(series: Series, setup: Setup) -> Finding | None:
    """Finds samples that jump from one group of images to another.

    The same latents are drawn in each round; while a training gets better,
    fewer and fewer of their samples change what they show.

    Args:
        series: With `shift`, how far the shares of samples in groups of
            similar images moved since the round before, from 0 to 1.
        setup: What advice depends on.
    """
    shift = series.last("shift", _CHECKS)
    if shift is None or shift.min() < _LEAST_SHIFT:
        return None
    return Finding(
        "oscillation",
        certainty(shift, _LEAST_SHIFT, 1.0),
        {"share_of_samples_moved": rounded(shift.mean()), "checks": _CHECKS},
        _advice(setup),
    )


def divergence(series: Series, setup: Setup) -> Finding | None:
    """Finds logits that grow without bound, long before they are infinite.

    Args:
        series: With `logit_scale`, the standard deviation of all logits.
        setup: What advice depends on.
    """
    scales = series.last("logit_scale", _CHECKS_OF_GROWTH)
    if scales is None or scales[-1] < _LEAST_SCALE:
        return None
    older, newer = np.split(np.maximum(scales, _EPSILON), 2)
    growth = float(np.exp(np.log(newer).mean() - np.log(older).mean()))
    if growth < _MOST_GROWTH or newer.min() <= older.max():
        return None
    return Finding(
        "divergence",
        certainty([growth], _MOST_GROWTH, 10 * _MOST_GROWTH),
        {
            "logit_scale": rounded(scales[-1]),
            "growth_factor": rounded(growth),
            "checks": _CHECKS_OF_GROWTH,
        },
        _advice(setup),
    )


def _advice(setup: Setup) -> str:
    rates = (
        "lower `--learning-rate` to a tenth (in Python that of both "
        "optimizers), with `beta_1` of 0"
    )
    if setup.has_penalties:
        return (
            f"{rates[0].upper()}{rates[1:]}, or raise {setup.penalty_weight}."
        )
    return (
        "Bound the slope of the discriminator by penalties: `--loss "
        "relativistic`, in Python `compile(loss='relativistic', "
        "penalties='auto')`, with a learning rate no lower than that of the "
        f"generator; or {rates}."
    )
