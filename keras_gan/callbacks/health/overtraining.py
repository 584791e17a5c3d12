"""A training that goes on although its samples become worse."""

import numpy as np

from keras_gan.callbacks.health.judging import Setup, certainty, rounded
from keras_gan.callbacks.health.series import Series
from keras_gan.utils.findings import Finding

_CHECKS = 5
_WORSE = 1.25
_MUCH_WORSE = 3.0
# What a small sample of the same distribution may have, for its own distance.
_LEAST_RISE = {"distance": 0.1}


def past_the_best(series: Series, setup: Setup) -> Finding | None:
    """Finds a metric whose last values are all clearly above its best one.

    Args:
        series: With metrics that are better the lower they are, and the best
            value of each.
        setup: What advice depends on.
    """
    found = (_of_metric(name, series, setup) for name in series.best)
    return next((one for one in found if one is not None), None)


def _of_metric(name: str, series: Series, setup: Setup) -> Finding | None:
    values = series.last(name, _CHECKS)
    best, when = series.best[name]
    floor = _LEAST_RISE.get(name, 0.0)
    scale = max(best, floor)
    if values is None or scale <= 0 or series.round - when < _CHECKS:
        return None
    ratios = values / scale
    least = max(floor, np.std(values))
    if ratios.min() < _WORSE or values.min() - best < least:
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
        f"`ModelCheckpoint(monitor='{key}', mode='min', save_best_only=True)`"
        ", or train for fewer `--steps`" + _MORE[setup.is_augmented] + ".",
    )


_MORE = {
    False: "; of few images, `--augment ada` makes a longer training useful",
    True: "",
}
