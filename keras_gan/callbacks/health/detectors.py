"""All detectors, in the order of their severity."""

from collections.abc import Callable

from keras_gan.callbacks.health.bad_samples import (
    class_collapse,
    condition_ignored,
    mode_collapse,
    saturated_samples,
)
from keras_gan.callbacks.health.balance import (
    discriminator_loses,
    discriminator_wins,
)
from keras_gan.callbacks.health.judging import Setup
from keras_gan.callbacks.health.overfitting import (
    discriminator_memorizes,
    past_the_best,
)
from keras_gan.callbacks.health.series import Series
from keras_gan.callbacks.health.stability import divergence, oscillation
from keras_gan.utils.findings import Finding

Detector = Callable[[Series, Setup], Finding | None]

DETECTORS: tuple[Detector, ...] = (
    divergence,
    discriminator_wins,
    discriminator_loses,
    discriminator_memorizes,
    mode_collapse,
    class_collapse,
    oscillation,
    condition_ignored,
    saturated_samples,
    past_the_best,
)

OF_DATA = ("duplicate_images", "constant_labels")
"""Names of findings before training."""

NAMES = (*(detector.__name__ for detector in DETECTORS), *OF_DATA)
"""Names of all findings."""
