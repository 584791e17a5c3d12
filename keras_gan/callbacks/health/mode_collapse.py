"""Samples that are all alike, of all classes or of some."""

from keras_gan.callbacks.health.judging import Setup, certainty, rounded
from keras_gan.callbacks.health.series import Series, rise
from keras_gan.utils.findings import Finding

_CHECKS = 4
# Of the mean distance between real images.
_LEAST_DIVERSITY = 0.25
# Of the effective number of groups of real images, on average: a collapse may
# wander from group to group, and shows several on its way.
_CHECKS_OF_MODES = 5
_LEAST_MODES = 0.4
# What rises by this part of a bound is on its way to it.
_RISE = 0.25


def mode_collapse(series: Series, setup: Setup) -> Finding | None:
    """Finds samples that show a small part of the data, and do not spread.

    Args:
        series: With `diversity`, the mean distance between samples in units
            of that between real images, and `modes`, the effective number of
            groups that samples fall into in units of that of real images.
        setup: What advice depends on.
    """
    diversity = series.last("diversity", _CHECKS)
    if diversity is not None and diversity.max() < _LEAST_DIVERSITY:
        if rise(diversity) <= _RISE * _LEAST_DIVERSITY:
            found = certainty(diversity, _LEAST_DIVERSITY, 0.0)
            return _collapse(series, setup, found, _CHECKS)
    modes = series.last("modes", _CHECKS_OF_MODES)
    if modes is not None and modes.mean() < _LEAST_MODES:
        if modes.max() < 2 * _LEAST_MODES and (
            rise(modes) <= _RISE * _LEAST_MODES
        ):
            found = certainty([modes.mean()], _LEAST_MODES, 0.0)
            return _collapse(series, setup, found, _CHECKS_OF_MODES)
    return None


def _collapse(
    series: Series, setup: Setup, confidence: float, checks: int
) -> Finding:
    evidence = {
        "diversity": rounded(series.latest("diversity")),
        "modes": rounded(series.latest("modes")),
        "of_real_images": 1,
        "checks": checks,
    }
    return Finding("mode_collapse", confidence, evidence, _advice(setup))


def class_collapse(series: Series, setup: Setup) -> Finding | None:
    """Finds classes whose samples are all alike.

    Args:
        series: With `class_diversity`, the mean distance between samples of a
            class in units of that between its real images, for each class.
        setup: What advice depends on.
    """
    values = series.last("class_diversity", _CHECKS)
    whole = series.last("diversity", _CHECKS)
    if values is None or whole is None or whole.max() < _LEAST_DIVERSITY:
        return None
    low = (values < _LEAST_DIVERSITY).all(0)
    low &= rise(values) <= _RISE * _LEAST_DIVERSITY
    if not low.any():
        return None
    names = series.listed("classes")
    chosen = [
        int(name) for name, is_low in zip(names, low, strict=True) if is_low
    ]
    return Finding(
        "class_collapse",
        certainty(values[:, low], _LEAST_DIVERSITY, 0.0),
        {
            "classes": chosen,
            "diversity": rounded(values[-1, low].mean()),
            "of_real_images": 1,
            "checks": _CHECKS,
        },
        "Check that DATA has different images of these classes, show rare "
        "ones as often as others (`--balance uniform`, in Python "
        "`datasets.load(balance=)`), and use " + _cure(setup) + ".",
    )


def _cure(setup: Setup) -> str:
    if setup.loss != "RelativisticLoss" or not setup.has_penalties:
        return (
            "`--loss relativistic`, in Python `compile(loss='relativistic', "
            "penalties='auto')`"
        )
    return "a larger `--batch-size`, or a lower `--learning-rate`"


def _advice(setup: Setup) -> str:
    return (
        f"Use {_cure(setup)}; `layers.MinibatchStdDev` in the discriminator "
        "helps, too."
    )
