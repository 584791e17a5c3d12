"""Samples that are alike, do not obey labels, or have no shades."""

from keras_gan.callbacks.health.judging import Setup, certainty, rounded
from keras_gan.callbacks.health.series import LONGEST, Series, rise
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
# Of what a change of latents changes.
_LEAST_EFFECT = 0.1
# Of the way from chance to the agreement of real images, on average.
_LEAST_AGREEMENT = 0.05
# Of all values, and more than in real images: these may be nearly all there.
_MOST_AT_ENDS = 0.5
_LEAST_MORE_AT_ENDS = 0.1


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
    if modes is None or modes.mean() >= _LEAST_MODES:
        return None
    risen = max(rise(modes), modes[-1] - modes.min())
    is_rising = risen > _RISE * _LEAST_MODES
    if modes.max() >= 2 * _LEAST_MODES or is_rising or _comes_closer(series):
        return None
    found = certainty([modes.mean()], _LEAST_MODES, 0.0)
    return _collapse(series, setup, found, _CHECKS_OF_MODES)


def _comes_closer(series: Series) -> bool:
    """Whether samples still become much more like the images."""
    distance = series.last("distance", _CHECKS_OF_MODES)
    if distance is None:
        return False
    return -rise(distance) > 0.5 * distance[:2].mean()


def _collapse(
    series: Series, setup: Setup, confidence: float, checks: int
) -> Finding:
    evidence = {
        "diversity_relative_to_real": rounded(series.latest("diversity")),
        "modes_relative_to_real": rounded(series.latest("modes")),
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
            "diversity_relative_to_real": rounded(values[-1, low].mean()),
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


def condition_ignored(series: Series, setup: Setup) -> Finding | None:
    """Finds labels without an effect on samples, or with a wrong one.

    Args:
        series: With `label_effect`, how far samples move when only their
            labels change, in units of how far they are from each other; and
            `label_agreement`, how often the nearest real image has the label
            of a sample, from 0 (chance) to 1 (as often as that of another
            real image).
        setup: What advice depends on.
    """
    del setup
    effect = series.last("label_effect", _CHECKS)
    agreement = series.last("label_agreement", LONGEST)
    if agreement is None:
        # The labels may be small details, which also move samples little.
        return None
    has_effect = effect is None or effect.max() >= _LEAST_EFFECT
    has_effect |= effect is not None and rise(effect) > _RISE * _LEAST_EFFECT
    agrees = agreement.mean() >= _LEAST_AGREEMENT
    if has_effect and (agrees or rise(agreement) > 1.5 * _LEAST_AGREEMENT):
        return None
    values, least = agreement.mean(keepdims=True), _LEAST_AGREEMENT
    if not has_effect:
        values, least = effect, _LEAST_EFFECT
    return Finding(
        "condition_ignored",
        certainty(values, least, 0.0),
        {
            "label_effect": rounded(series.latest("label_effect")),
            "label_agreement": rounded(agreement.mean()),
            "checks": _CHECKS if not has_effect else LONGEST,
        },
        "Use networks that take labels (`num_classes=` of both, `--network "
        "biggan` or `dcgan` with `--conditional`), or `ACGAN` with a higher "
        "`classification_weight=`, and check that images and labels belong "
        "together.",
    )


def saturated_samples(series: Series, setup: Setup) -> Finding | None:
    """Finds samples of black and white, where real images have shades.

    Args:
        series: With `saturation`, the share of values at the ends of the
            range, from 0 (as many as in real images) to 1 (all).
        setup: What advice depends on.
    """
    del setup
    values = series.last("saturation", _CHECKS)
    if values is None or values.min() <= _MOST_AT_ENDS:
        return None
    share, real = (
        series.latest(name) for name in ("share_at_ends", "real_share_at_ends")
    )
    if share - real < _LEAST_MORE_AT_ENDS:
        return None
    return Finding(
        "saturated_samples",
        certainty(values, _MOST_AT_ENDS, 1.0),
        {
            "at_the_ends": rounded(share),
            "in_real_images": rounded(real),
            "checks": _CHECKS,
        },
        "Lower `--learning-rate` to a tenth (in Python that of the "
        "`generator_optimizer=`), and check that images are in [-1, 1], as a "
        "generator that ends in tanh draws them.",
    )
