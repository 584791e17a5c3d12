"""A discriminator that knows the training images by heart."""

from keras_gan.callbacks.health.judging import Setup, certainty, rounded
from keras_gan.callbacks.health.series import Series
from keras_gan.utils.findings import Finding

_CHECKS = 3
_LEAST_RANKING = 0.75
_LEAST_SHARE = 0.4
# Standard deviations of a ranking by chance.
_LEAST_DEVIATIONS = 4.0


def discriminator_memorizes(series: Series, setup: Setup) -> Finding | None:
    """Finds training images with higher logits than images never seen.

    Args:
        series: With `held_out_ranking`, the probability that a training image
            has a higher logit than one that was held back; its standard
            deviation by chance, `ranking_deviation`; and `memorized`, the
            share of the margin of training images that others lack.
        setup: What advice depends on.
    """
    ranking = series.last("held_out_ranking", _CHECKS)
    shares = series.last("memorized", _CHECKS)
    deviation = series.latest("ranking_deviation")
    if ranking is None or shares is None:
        return None
    least = max(_LEAST_RANKING, 0.5 + _LEAST_DEVIATIONS * deviation)
    if ranking.min() < least or shares.min() < _LEAST_SHARE:
        return None
    return Finding(
        "discriminator_memorizes",
        certainty(shares, _LEAST_SHARE, 1.0),
        {
            "training_above_held_out": rounded(ranking[-1]),
            "memorized": rounded(shares[-1]),
            "checks": _CHECKS,
        },
        _ADVICE[setup.is_augmented],
    )


_ADVICE = {
    False: "Augment what the discriminator sees: `--augment diffaugment`, in "
    "Python `GAN(augmenter=layers.DiffAugment())`, or in a long run `ada`, "
    "which adapts; more images help, too.",
    True: "Augment more (in Python a lower `target=` of "
    "`layers.AdaptiveAugment`), raise `gamma` of `R1`, use a narrower "
    "discriminator (`--width`), or more images.",
}
