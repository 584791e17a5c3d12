"""A run that is ready to train."""

import dataclasses
from typing import Any

from keras_gan.backend import devices
from keras_gan.callbacks import TimeBudget
from keras_gan.cli.run_folder import RunFolder
from keras_gan.cli.settings import Settings
from keras_gan.cli.tasks import Task, task_of
from keras_gan.cli.words import minutes_in_words


@dataclasses.dataclass(frozen=True)
class Job:
    """All that training needs.

    Attributes:
        folder: The folder of the run.
        settings: The settings of the run.
        source: The opened data, as its task opens it.
        model: The model, new or loaded.
        steps: Steps done before.
        rounds: Rounds done before.
        budget: Plans the steps of a run that has a time; else `None`.
    """

    folder: RunFolder
    settings: Settings
    source: Any
    model: Any
    steps: int = 0
    rounds: int = 0
    budget: TimeBudget | None = None

    @property
    def task(self) -> Task:
        """What is particular to the task of the run."""
        return task_of(self.settings.task)

    def batches(self) -> Any:
        """The data as one endless stream, from where the run is.

        However often a run is interrupted, and wherever its rounds end, it
        sees the same images in the same order.
        """
        return devices.shared_input(
            lambda shard: self.task.stream(self, shard), self.model
        )

    def describe(self) -> str:
        """A few lines that describe the run."""
        settings = self.settings
        beginning, metrics = self.task.describe(self)
        passes = settings.steps * settings.batch_size / len(self.source)
        lines = [
            *beginning,
            f"{self._length()} of {settings.batch_size} {self.task.unit} "
            f"({passes:.3g} passes) in {settings.precision} on "
            f"{devices.describe_devices()}",
            *metrics,
            f"run {self.folder}"
            + f", from step {self.steps:,} on" * bool(self.steps),
        ]
        return "\n".join(lines)

    def _length(self) -> str:
        steps, minutes = self.settings.steps, self.settings.minutes
        if minutes is None:
            return f"{steps:,} steps"
        return f"{minutes_in_words(minutes)}, about {steps:,} steps"
