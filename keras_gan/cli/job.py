"""A run that is ready to train."""

import dataclasses
from typing import Any

from keras_gan import datasets, models
from keras_gan.backend import devices
from keras_gan.callbacks import TimeBudget
from keras_gan.cli.metric_options import extractor_in_words
from keras_gan.cli.run_folder import RunFolder
from keras_gan.cli.settings import Settings
from keras_gan.cli.words import listed, minutes_in_words, size_in_words


@dataclasses.dataclass(frozen=True)
class Job:
    """All that training needs.

    Attributes:
        folder: The folder of the run.
        settings: The settings of the run.
        source: The opened images.
        gan: The model, new or loaded.
        steps: Steps done before.
        rounds: Rounds done before.
        budget: Plans the steps of a run that has a time; else `None`.
    """

    folder: RunFolder
    settings: Settings
    source: datasets.Source
    gan: models.GAN
    steps: int = 0
    rounds: int = 0
    budget: TimeBudget | None = None

    def batches(self) -> Any:
        """The images as one endless stream, from where the run is.

        However often a run is interrupted, and wherever its rounds end, it
        sees the same images in the same order.
        """
        settings = self.settings

        def load(shard):
            balance = settings.balance
            return datasets.load(
                self.source,
                batch_size=settings.batch_size,
                seed=settings.seed,
                labels=settings.conditional,
                repeat=True,
                skip_batches=self.steps,
                balance=None if balance == "none" else balance,
                shard=shard,
            )

        return devices.shared_input(load, self.gan)

    def describe(self) -> str:
        """A few lines that describe the run."""
        info, settings, gan = self.source.info, self.settings, self.gan
        size = size_in_words(info.image_shape)
        split = f" ({info.split} split)" if info.split else ""
        classes = f" of {info.num_classes} classes" if info.num_classes else ""
        weights = [
            f"{network.count_params():,}"
            for network in (gan.generator, gan.discriminator)
        ]
        augments = settings.augment != "none"
        balanced = settings.balance != "none"
        passes = settings.steps * settings.batch_size / info.num_images
        lines = [
            f"{info.num_images:,} images{classes}, {size}, from {info.name}"
            + split
            + f", balanced ({settings.balance})" * balanced,
            f"{settings.network} of {' + '.join(weights)} weights"
            + ", conditional" * settings.conditional
            + f", augmented by {settings.augment}" * augments,
            f"{self._length()} of {settings.batch_size} images "
            f"({passes:.3g} passes) in {settings.precision} on "
            f"{devices.describe_devices()}",
            f"run {self.folder}"
            + f", from step {self.steps:,} on" * bool(self.steps),
        ]
        if settings.metrics:
            words = extractor_in_words(settings.feature_extractor)
            lines.insert(-1, f"{listed(settings.metrics)} in {words}")
        return "\n".join(lines)

    def _length(self) -> str:
        steps, minutes = self.settings.steps, self.settings.minutes
        if minutes is None:
            return f"{steps:,} steps"
        return f"{minutes_in_words(minutes)}, about {steps:,} steps"
