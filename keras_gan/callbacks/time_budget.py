"""`TimeBudget`: as much training as there is time for."""

import dataclasses
import json
import math
import warnings
from typing import Any

import keras

from keras_gan.backend import devices
from keras_gan.callbacks.pace import Pace, finish_steps
from keras_gan.utils import clock
from keras_gan.utils.arguments import number_in
from keras_gan.utils.records import (
    MOST_MINUTES,
    MOST_STEPS,
    Steps,
    StepsDone,
    Weight,
    parse_json,
)
from keras_gan.utils.stack import level_outside

# The rate has this many values, and the plan is looked at as often.
_LEVELS = 200
# A plan that is wrong by less stays: what is repeated then agrees bit for bit.
_TOLERANCE = 0.03


@dataclasses.dataclass(frozen=True)
class BudgetState:
    """How far the training with a `TimeBudget` is.

    Attributes:
        seconds: Time used.
        steps: Steps done.
        planned_steps: Steps at the end of the time, once they are known.
        seconds_per_step: As measured recently, once it is known.
        seconds_per_epoch: The same for the work at the end of an epoch.
        learning_rate: The rate at the start, once it is known.
        seconds_to_compile: From the start of `fit` to the end of its first
            step, the longest so far. Who goes on needs them again.
    """

    seconds: Weight = 0.0
    steps: StepsDone = 0
    planned_steps: Steps | None = None
    seconds_per_step: Weight | None = None
    seconds_per_epoch: Weight = 0.0
    learning_rate: Weight | None = None
    seconds_to_compile: Weight = 0.0


class TimeBudget(keras.callbacks.Callback):
    """Trains for some minutes, with a learning rate that decays until then.

    Use it where the time is known and the number of steps is not. It measures
    the seconds of a step and of the work at the end of an epoch (saving,
    samples, metrics), which are part of the time, and plans the number of
    steps from them. The plan is made after the first few steps and made anew
    when it turns out to be wrong by more than 3 %. The learning rates of all
    players follow a cosine over the planned steps,

    ```
    rate (alpha + (1 - alpha) (1 + cos(pi steps / planned_steps)) / 2)
    ```

    and training stops at the end of the plan, or of the time. Put it last among
    the callbacks, so that it sees what they take at the end of an epoch. Pass
    more `epochs` to `fit` than there can be: if they end long before the plan,
    the rate has not decayed, and a warning says so. The time runs while `fit`
    does; a second `fit` with the same callback goes on with what is left. If
    nothing is left it still does one step, at the last rate, because Keras asks
    whether to stop only after a step; look at `is_over` before.

    Args:
        minutes: The time, above 0.
        alpha: The learning rate at the end, as a share of that at the start.
        state: What `state()` returned, to go on with a model that was saved
            then.

    Attributes:
        steps: Steps done, with the one that is in progress.
        planned_steps: Steps at the end of the time; `None` if not known yet.

    Raises:
        ValueError: If an argument is invalid, or, when training begins, if an
            optimizer has a learning-rate schedule of its own, or there are
            several worker processes.

    Example:

    >>> images = np.random.uniform(-1, 1, (64, 8, 8, 1)).astype("float32")
    >>> gan = keras_gan.GAN(*keras_gan.networks.mlp((8, 8, 1), hidden=(16,)))
    >>> gan.compile()
    >>> budget = TimeBudget(minutes=0.01)
    >>> history = gan.fit(images, epochs=999, callbacks=[budget], verbose=0)
    >>> 0 < budget.steps < 999
    True
    """

    # It reads no logs of batches, so the next step need not wait for them.
    async_safe = True

    def __init__(
        self,
        minutes: float,
        *,
        alpha: float = 0.1,
        state: dict[str, Any] | None = None,
    ) -> None:
        super().__init__()
        interval = f"(0, {MOST_MINUTES}]"
        self.minutes = number_in("minutes", minutes, interval)
        self.alpha = number_in("alpha", alpha, "[0, 1]")
        known = _parsed(state or {})
        self.steps = self._steps_before = known.steps
        self.planned_steps = known.planned_steps
        self._rate = known.learning_rate
        self._pace = Pace(known.seconds_per_step, known.seconds_per_epoch)
        self._used = known.seconds
        self._compiling = known.seconds_to_compile
        self._start: float | None = None
        self._seen = 0.0  # Time at the last step.
        self._level: int | None = None
        self._has_compiled = False

    def state(self) -> dict[str, Any]:
        """Returns what is needed to go on later, as plain values.

        Save it with the model, at the end of an epoch.

        Example:

        >>> TimeBudget(minutes=30).state()["seconds"]
        0.0
        """
        return dataclasses.asdict(
            BudgetState(
                seconds=self._seconds(),
                steps=self.steps,
                planned_steps=self.planned_steps,
                seconds_per_step=self._pace.step,
                seconds_per_epoch=self._pace.end,
                learning_rate=self._rate,
                seconds_to_compile=self._compiling,
            )
        )

    @property
    def is_over(self) -> bool:
        """Whether the plan is done, or the time left is none for a step."""
        if self.planned_steps is not None and self.steps >= self.planned_steps:
            return True
        return self._seconds_left() <= (self._pace.step or 0.0)

    def set_model(self, model):
        """Takes the model; from here on the time runs."""
        super().set_model(model)
        if self._start is not None:  # The last `fit` failed.
            self._used += self._seen - self._start
        self._start = self._seen = clock.seconds()

    def on_train_begin(self, logs=None):
        """Checks the optimizer, and plans if the pace is known already."""
        if devices.has_workers():
            raise ValueError(
                "`TimeBudget` trains in one process, because workers would "
                "plan different numbers of steps. Received: several workers. "
                "Choose the number of steps yourself."
            )
        optimizer = self.model.optimizer
        if self._rate is None:
            self._rate = float(
                keras.ops.convert_to_numpy(optimizer.learning_rate)
            )
        self._pace.restart()
        self._has_compiled = False
        self._plan(self.steps)
        try:
            self._set_rate(self.steps)
        except TypeError as error:
            raise ValueError(
                "`TimeBudget` sets the learning rate. Received: an optimizer "
                "with a schedule of its own. Create it with a number as its "
                "`learning_rate`."
            ) from error

    def on_epoch_begin(self, epoch, logs=None):
        """Remembers where the epoch begins."""
        self._steps_before = self.steps

    def on_train_batch_begin(self, batch, logs=None):
        """Measures, plans, sets the rate; stops after the last step."""
        self._seen = clock.seconds()
        done = self._steps_before + batch
        if self._measures(done, batch):
            self._plan(done)
        if self._level_after(done) != self._level:
            finish_steps(self.model)
            self._set_rate(done)
        self._has_compiled = True
        steps = done + self.model.steps_per_execution
        self.steps = min(steps, self._steps_before + self._steps_in_epoch())
        self._stop_if_over()  # Keras reads it after the step.

    def on_epoch_end(self, epoch, logs=None):
        """Stops if what other callbacks did took the rest of the time."""
        self._stop_if_over()

    def on_train_end(self, logs=None):
        """Stops the clock; warns if the epochs ended long before the plan."""
        self._used, self._start = self._seconds(), None
        planned = self.planned_steps or 0
        is_early = self.steps < (1 - _TOLERANCE) * planned
        if is_early and not (self.model.stop_training or self.is_over):
            warnings.warn(
                f"Of {planned} steps for which there is time only {self.steps} "
                "are done, because the epochs ended, and the learning rate has "
                "not decayed as planned. Pass more `epochs` to `fit`, or train "
                "on with this callback.",
                stacklevel=level_outside(),
            )

    def _stop_if_over(self) -> None:
        if self.is_over:
            self.planned_steps = int(self.steps)
            self.model.stop_training = True

    def _seconds(self) -> float:
        """Seconds used."""
        running = 0.0 if self._start is None else clock.seconds() - self._start
        return self._used + running

    def _seconds_left(self) -> float:
        """Seconds left for steps: after the last, an epoch ends."""
        return 60 * self.minutes - self._seconds() - self._pace.end

    def _steps_in_epoch(self) -> float:
        return (self.params or {}).get("steps") or math.inf

    def _measures(self, done: int, batch: int) -> bool:
        """Measures, if the moment has come; returns whether it has."""
        pace = self._pace
        if not pace.has_begun:
            if self._has_compiled:
                finish_steps(self.model)
                pace.begin(done)
                first = clock.seconds() - (self._start or 0.0)
                self._compiling = max(self._compiling, first)
            return False
        if batch == 0:
            pace.end_epoch(done)
            return True
        # Of each epoch some steps are measured without what follows the last.
        is_last = batch + self.model.steps_per_execution >= (
            self._steps_in_epoch()
        )
        is_due = self._level_after(done) != self._level or (
            is_last and not pace.has_blocks
        )
        # Between the levels only if these have become rare.
        share = 2 if self.planned_steps else 1
        is_late = pace.seconds_of_block() > share * 60 * self.minutes / _LEVELS
        if is_due or is_late:
            finish_steps(self.model)
            pace.end_block(done)
        return is_due or is_late

    def _plan(self, done: int) -> None:
        """Plans the number of steps, or leaves a plan that is right."""
        if self._pace.step is None:
            return
        begun = done - self._steps_before
        seconds = 60 * self.minutes - self._seconds()
        steps = self._pace.steps_in(seconds, begun, self._steps_in_epoch())
        planned = min(MOST_STEPS, done + max(1, steps))
        wrong = abs(planned - (self.planned_steps or 0))
        if wrong > _TOLERANCE * (self.planned_steps or 0):
            self.planned_steps = planned

    def _level_after(self, done: int) -> int:
        """Position on the cosine after a number of steps, in 1 / _LEVELS."""
        if self.planned_steps is None:
            return 0
        return min(_LEVELS, done * _LEVELS // self.planned_steps)

    def _set_rate(self, done: int) -> None:
        level = self._level = self._level_after(done)
        cosine = (1 + math.cos(math.pi * level / _LEVELS)) / 2
        share = self.alpha + (1 - self.alpha) * cosine
        self.model.optimizer.learning_rate = (self._rate or 0.0) * share


def _parsed(state: dict[str, Any]) -> BudgetState:
    """What `TimeBudget.state` returned, each value checked."""
    known = parse_json(json.dumps(state), BudgetState, "`state`")
    names = [field.name for field in dataclasses.fields(BudgetState)]
    unknown = sorted(set(state).difference(names))
    if unknown:
        raise ValueError(
            f"`state` must be what `TimeBudget.state()` returned, with "
            f"{', '.join(names)}. Received: {', '.join(unknown)}. Leave that "
            "out."
        )
    return known
