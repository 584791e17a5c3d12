"""Too long a training, or too few images."""

import numpy as np

from keras_gan.callbacks.health.judging import Setup, certainty, rounded
from keras_gan.callbacks.health.series import Series
from keras_gan.utils.findings import Finding

_CHECKS_OF_RANKS = 3
_LEAST_RANKING = 0.75
_LEAST_SHARE = 0.4
# Standard deviations of a ranking by chance.
_LEAST_RANK_DEVIATIONS = 4.0
_CHECKS = 5
_WORSE = 1.25
_MUCH_WORSE = 3.0
# Standard deviations of the noise from one value to the next.
_LEAST_DEVIATIONS = 3.0
# What a small sample of the same distribution may have, for its own distance.
_LEAST_RISE = {"distance": 0.1}


def discriminator_memorizes(series: Series, setup: Setup) -> Finding | None:
    """Finds training images with higher logits than images never seen.

    Args:
        series: With `held_out_ranking`, the probability that a training image
            has a higher logit than one that was held back; its standard
            deviation by chance, `ranking_deviation`; and `memorized`, the
            share of the margin of training images that others lack.
        setup: What advice depends on.
    """
    ranking = series.last("held_out_ranking", _CHECKS_OF_RANKS)
    shares = series.last("memorized", _CHECKS_OF_RANKS)
    deviation = series.latest("ranking_deviation")
    if ranking is None or shares is None:
        return None
    least = max(_LEAST_RANKING, 0.5 + _LEAST_RANK_DEVIATIONS * deviation)
    if ranking.min() < least or shares.min() < _LEAST_SHARE:
        return None
    return Finding(
        "discriminator_memorizes",
        certainty(shares, _LEAST_SHARE, 1.0),
        {
            "training_above_held_out": rounded(ranking[-1]),
            "memorized": rounded(shares[-1]),
            "checks": _CHECKS_OF_RANKS,
        },
        _more_augmentation(setup) if setup.is_augmented else _AUGMENT,
    )


_AUGMENT = (
    "Augment what the discriminator sees: `--augment diffaugment`, in Python "
    "`GAN(augmenter=layers.DiffAugment())`, or in a long run `ada`, which "
    "adapts; more images help, too."
)


def _more_augmentation(setup: Setup) -> str:
    penalty = f"raise {setup.penalty_weight}, " if setup.has_penalties else ""
    return (
        "Augment more (in Python a lower `target=` of "
        f"`layers.AdaptiveAugment`), {penalty}use a smaller discriminator, or "
        "more images."
    )


def past_the_best(series: Series, setup: Setup) -> Finding | None:
    """Finds a metric whose last values are all clearly above its lowest ones.

    The lowest value alone may be luck, so the smallest median of five
    successive values is what the last ones are compared with.

    Args:
        series: With metrics that are better the lower they are, and the lowest
            values of each.
        setup: What advice depends on.
    """
    found = (_of_metric(name, series, setup) for name in series.best)
    return next((one for one in found if one is not None), None)


def _of_metric(name: str, series: Series, setup: Setup) -> Finding | None:
    if name not in series.lows:
        return None
    known = np.array(series.metrics[name])
    values = known[-_CHECKS:]
    best, when = series.best[name]
    low = series.lows[name]
    least = max(_LEAST_RISE.get(name, 0.0), _LEAST_DEVIATIONS * _noise(known))
    scale = max(low, least)
    if scale <= 0 or values.min() - low < least:
        return None
    ratios = values / scale
    if ratios.min() < _WORSE:
        return None
    # As the logs call it.
    key = f"health_{name}" if name == "distance" else name
    return Finding(
        "past_the_best",
        certainty(ratios, _WORSE, _MUCH_WORSE),
        {
            name: rounded(values[-1]),
            "best": rounded(best),
            "best_round": int(when),
            "checks": _CHECKS,
        },
        "Keep the best model instead of the last: "
        f"in Python `ModelCheckpoint('best.keras', monitor='{key}', "
        "mode='min', save_best_only=True)` after this callback; or train for "
        "fewer `--steps`" + _MORE[setup.is_augmented] + ".",
    )


def _noise(values: np.ndarray) -> float:
    """Standard deviation of values around their trend, jumps aside."""
    steps = np.diff(values)
    deviation = np.median(np.abs(steps - np.median(steps)))
    # Of a normal distribution; a difference has twice the variance.
    usual = 1.4826 * deviation / np.sqrt(2)
    return max(float(usual), float(np.std(values[-_CHECKS:])) / 2)


_MORE = {
    False: "; of few images, `--augment ada` makes a longer training useful",
    True: "",
}
