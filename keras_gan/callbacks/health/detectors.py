"""All detectors, in the order of their severity."""

from collections.abc import Callable

from keras_gan.callbacks.health.balance import (
    discriminator_loses,
    discriminator_wins,
)
from keras_gan.callbacks.health.condition import condition_ignored
from keras_gan.callbacks.health.judging import Setup
from keras_gan.callbacks.health.memorization import discriminator_memorizes
from keras_gan.callbacks.health.mode_collapse import (
    class_collapse,
    mode_collapse,
)
from keras_gan.callbacks.health.overtraining import past_the_best
from keras_gan.callbacks.health.saturation import saturated_samples
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
