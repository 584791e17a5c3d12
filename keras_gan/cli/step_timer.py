"""Measures the seconds of a step within a call of `fit`."""

import math
from collections.abc import Callable

import keras

from keras_gan.callbacks.pace import Pace, finish_steps
from keras_gan.utils import clock

# The first compile and fill buffers: they say nothing about the others.
_FIRST = 2
_LEAST = 5


class StepTimer(keras.callbacks.Callback):
    """Calls a function with the seconds of a step, once it has measured them.

    Args:
        seconds: How long to measure, though at least some steps.
        then: Function of the seconds of a step, or of infinity if there is no
            time to measure them.
        ends: When there is no time any more.
    """

    # It reads no logs of batches, so the next step need not wait for them.
    async_safe = True

    def __init__(
        self,
        seconds: float,
        then: Callable[[float], None],
        ends: float = math.inf,
    ) -> None:
        super().__init__()
        self.seconds = seconds
        self.then = then
        self.ends = ends
        self._pace = Pace(None, 0.0)
        self._steps = 0

    def on_train_batch_begin(self, batch, logs=None):
        """Measures; `batch` may begin anew in between."""
        done, self._steps = self._steps, self._steps + 1
        if self._pace.step is not None:
            return
        if done == _FIRST:
            finish_steps(self.model)
            self._pace.begin(done)
        is_long = self._pace.seconds_of_block() >= self.seconds
        if done >= _FIRST + _LEAST and is_long:
            finish_steps(self.model)
            self._pace.end_block(done)
            self.then(self._pace.step or 0.0)
        elif clock.seconds() > self.ends:
            self.then(math.inf)
