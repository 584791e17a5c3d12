"""Samples with values that are stuck at the ends of the range."""

from keras_gan.callbacks.health.judging import Setup, certainty, rounded
from keras_gan.callbacks.health.series import Series
from keras_gan.utils.findings import Finding

_CHECKS = 4
_MOST = 0.5


def saturated_samples(series: Series, setup: Setup) -> Finding | None:
    """Finds samples of black and white, where real images have shades.

    Args:
        series: With `saturation`, the share of values at the ends of the
            range, from 0 (as many as in real images) to 1 (all).
        setup: What advice depends on.
    """
    del setup
    values = series.last("saturation", _CHECKS)
    if values is None or values.min() <= _MOST:
        return None
    return Finding(
        "saturated_samples",
        certainty(values, _MOST, 1.0),
        {
            "at_the_ends": rounded(series.latest("share_at_ends")),
            "of_real_images": rounded(series.latest("real_share_at_ends")),
            "checks": _CHECKS,
        },
        "Lower `--learning-rate` to a tenth (in Python that of the "
        "`generator_optimizer=`), and check that images are in [-1, 1], as a "
        "generator that ends in tanh draws them.",
    )
