"""A generator that draws the same whatever the label."""

from keras_gan.callbacks.health.judging import Setup, certainty, rounded
from keras_gan.callbacks.health.series import Series, rise
from keras_gan.utils.findings import Finding

_CHECKS = 4
# What rises by this part of a bound is on its way to it.
_RISE = 0.25
# Of what a change of latents changes.
_LEAST_EFFECT = 0.1
# Of the way from chance to the agreement of real images.
_LEAST_AGREEMENT = 0.15


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
    agreement = series.last("label_agreement", _CHECKS)
    for values, least in (
        (effect, _LEAST_EFFECT),
        (agreement, _LEAST_AGREEMENT),
    ):
        if values is None or values.max() >= least:
            continue
        if rise(values) > _RISE * least:
            continue
        # Labels that no neighbor can tell have no agreement.
        evidence = {
            name: rounded(series.latest(name))
            for name in ("label_effect", "label_agreement")
            if series.last(name, 1) is not None
        }
        evidence["checks"] = _CHECKS
        return Finding(
            "condition_ignored",
            certainty(values, least, 0.0),
            evidence,
            "Use networks that take labels (`num_classes=` of both, `--network "
            "biggan` or `dcgan` with `--conditional`), or `ACGAN` with a "
            "higher `classification_weight=`, and check that images and "
            "labels belong together.",
        )
    return None
