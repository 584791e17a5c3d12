"""How long a run will take on this machine, said when it begins."""

import sys

from tqdm import tqdm

from keras_gan.cli.step_limit import StepLimit
from keras_gan.cli.step_timer import StepTimer
from keras_gan.cli.words import duration_in_words

_SECONDS = 3.0
# Who waits for less needs no forecast.
_LEAST_SECONDS = 20.0
_MINUTES = (5, 10, 30, 60, 120)


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
