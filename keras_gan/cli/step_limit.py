"""Counts the training steps of a run and ends it after the last one."""

import contextlib
import signal
import threading
from collections.abc import Iterator

import keras

from keras_gan.callbacks import TimeBudget


class StepLimit(keras.callbacks.Callback):
    """Ends training after a number of steps, or on a signal.

    Args:
        steps: Steps done before.
        total_steps: Steps after which to end.
        rounds: Rounds (Keras' epochs) done before.
        budget: Plans the steps in the place of `total_steps`, and ends the
            training itself.
    """

    def __init__(
        self,
        steps: int,
        total_steps: int,
        rounds: int,
        budget: TimeBudget | None = None,
    ):
        super().__init__()
        self.steps = steps
        self.rounds = rounds
        self.budget = budget
        self._total_steps = total_steps
        self.interrupted_by: int | None = None

    @property
    def total_steps(self) -> int:
        """Steps at the end of the run, as they are planned now."""
        planned = self.budget and self.budget.planned_steps
        return max(self.steps, planned or self._total_steps)

    def on_train_batch_begin(self, batch, logs=None):
        """Counts the step, and stops training after it if it is the last."""
        # Before the step, because Keras may report the end of a step late. It
        # reads `stop_training` only after the step.
        self.steps += 1
        is_last = self.budget is None and self.steps >= self._total_steps
        if is_last or self.interrupted_by:
            self.model.stop_training = True

    def on_epoch_end(self, epoch, logs=None):
        """Counts the round; comes before the callbacks that record it."""
        self.rounds = epoch + 1

    def record(self) -> dict:
        """The progress of the run, for a checkpoint."""
        record: dict = {"steps": self.steps, "rounds": self.rounds}
        if self.budget is not None:
            record["budget"] = self.budget.state()
        return record

    @contextlib.contextmanager
    def listening(self) -> Iterator[None]:
        """Ends training cleanly on SIGINT (Ctrl-C) or SIGTERM.

        The current step is finished and everything is saved. A second Ctrl-C
        ends the program at once.
        """
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {
            number: signal.signal(number, self._interrupt)
            for number in (signal.SIGINT, signal.SIGTERM)
        }
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _interrupt(self, number, frame):
        if self.interrupted_by:
            raise KeyboardInterrupt
        self.interrupted_by = number
