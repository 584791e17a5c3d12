"""Counts the training steps of a run and ends it after the last one."""

import contextlib
import signal
import threading
from collections.abc import Iterator

import keras


class StepLimit(keras.callbacks.Callback):
    """Ends training after a number of steps, or on a signal.

    Args:
        steps: Steps done before.
        total_steps: Steps after which to end.
        rounds: Rounds (Keras' epochs) done before.
    """

    def __init__(self, steps: int, total_steps: int, rounds: int):
        super().__init__()
        self.steps = steps
        self.total_steps = total_steps
        self.rounds = rounds
        self.interrupted_by: int | None = None

    def on_train_batch_begin(self, batch, logs=None):
        """Counts the step, and stops training after it if it is the last."""
        # Before the step, because Keras may report the end of a step late. It
        # reads `stop_training` only after the step.
        self.steps += 1
        if self.steps >= self.total_steps or self.interrupted_by:
            self.model.stop_training = True

    def on_epoch_end(self, epoch, logs=None):
        """Counts the round; comes before the callbacks that record it."""
        self.rounds = epoch + 1

    def record(self) -> dict:
        """The progress of the run, for a checkpoint."""
        return {"steps": self.steps, "rounds": self.rounds}

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
