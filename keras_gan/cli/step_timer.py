"""Measures the seconds of a step, and says how long a run will take."""

import math
import sys
from collections.abc import Callable

import keras
from tqdm import tqdm

from keras_gan.callbacks.pace import Pace, finish_steps
from keras_gan.cli.step_limit import StepLimit
from keras_gan.cli.words import duration_in_words
from keras_gan.utils import clock

# The first compile and fill buffers: they say nothing about the others.
_FIRST = 2
_LEAST = 5
_SECONDS = 3.0
# Who waits for less needs no forecast.
_LEAST_SECONDS = 20.0
_MINUTES = (5, 10, 30, 60, 120)


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


def forecast(limit: StepLimit, *, is_new: bool) -> StepTimer:
    """Returns a callback that prints how long the run will take.

    It measures the first steps of the run itself, which costs nothing.

    Args:
        limit: Counts the steps.
        is_new: Whether the run could have been started in another way.
    """

    def say(seconds_per_step: float) -> None:
        seconds = (limit.total_steps - limit.steps) * seconds_per_step
        if seconds < _LEAST_SECONDS:
            return
        line = f"about {duration_in_words(seconds)} on this machine"
        shorter = [one for one in _MINUTES if one <= seconds / 120]
        if shorter and is_new:
            line += f"; --minutes {shorter[-1]} ends sooner, with fewer steps"
        if sys.stdout.isatty():
            tqdm.write(line, file=sys.stdout)  # Above the bar.
        else:
            print(line, flush=True)

    return StepTimer(_SECONDS, say)
