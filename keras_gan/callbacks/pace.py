"""How fast a model trains: seconds of a step, and of an epoch's end."""

import collections
import math
import statistics
from typing import Any

import keras

from keras_gan.utils import clock

_RECENT = 15


class Pace:
    """Means of recent measurements, apart from each other.

    They are means and not medians because some steps take longer on purpose:
    penalties may come in every sixteenth update only.

    A block is some steps between two moments at which nothing is in progress.
    What the blocks of an epoch do not explain of its duration is the work at
    its end: saving, samples, metrics. To trace and to compile, in the first
    step and at the first end, is part of neither.

    Args:
        step: Seconds of a step, if they are known from before.
        end: Seconds of the work at the end of an epoch, until the second is
            measured; 0 if nothing is known.

    Attributes:
        has_blocks: Whether a block has ended in this epoch.
    """

    def __init__(self, step: float | None, end: float) -> None:
        # Seconds and numbers of steps of blocks; what is known counts as one.
        known = [] if step is None else [(step, 1)]
        self._blocks = collections.deque(known, _RECENT)
        self._known_end: float | None = end or None
        self._ends: collections.deque = collections.deque([], _RECENT)
        self.restart()

    def restart(self) -> None:
        """Forgets where a block and an epoch began, not what they took."""
        self._is_first_end = True
        self._block: tuple[float, int] | None = None
        self._epoch: tuple[float, int] | None = None
        self.has_blocks = False

    @property
    def step(self) -> float | None:
        """Seconds of a step; `None` if no block has ended yet."""
        if not self._blocks:
            return None
        seconds, steps = map(sum, zip(*self._blocks, strict=True))
        return seconds / steps

    @property
    def end(self) -> float:
        """Seconds of the work at the end of an epoch."""
        return statistics.median(self._ends or [self._known_end or 0.0])

    @property
    def has_begun(self) -> bool:
        """Whether a block has begun."""
        return self._block is not None

    def seconds_of_block(self) -> float:
        """Seconds since the block began."""
        return clock.seconds() - (self._block or (clock.seconds(), 0))[0]

    def steps_in(self, seconds: float, begun: int, in_epoch: float) -> int:
        """Steps for which there is time, with the ends of their epochs.

        Args:
            seconds: The time.
            begun: Steps of the current epoch that are done.
            in_epoch: Steps of an epoch; infinity if not known.
        """
        step = max(self.step or 0.0, 1e-9)
        seconds += begun * step  # As if the epoch began now.
        steps = 0.0
        if in_epoch < math.inf:
            epochs, seconds = divmod(seconds, in_epoch * step + self.end)
            steps = epochs * in_epoch
        return int(steps + max(0.0, seconds - self.end) / step) - begun

    def begin(self, steps: int) -> None:
        """Begins the first block, after the step that compiles."""
        self._block = self._epoch = (clock.seconds(), steps)

    def end_block(self, steps: int) -> None:
        """Ends a block after a number of steps and begins the next."""
        now = clock.seconds()
        before, steps_before = self._block or (now, steps)
        if steps > steps_before:
            self._blocks.append((now - before, steps - steps_before))
            self.has_blocks = True
        self._block = (now, steps)

    def end_epoch(self, steps: int) -> None:
        """Ends an epoch, including the work at its end, and begins the next."""
        before, steps_before = self._epoch or (clock.seconds(), steps)
        if not self.has_blocks:  # Too short: its end is part of its steps.
            self.end_block(steps)
        elif steps > steps_before:
            duration = clock.seconds() - before
            expected = (steps - steps_before) * (self.step or 0.0)
            self._add_end(max(0.0, duration - expected))
        self.has_blocks = False
        self.begin(steps)

    def _add_end(self, seconds: float) -> None:
        """Adds a measured end; the first only where nothing else is known."""
        if not self._is_first_end:
            self._ends.append(seconds)
        elif self._known_end is None:
            self._known_end = seconds
        self._is_first_end = False


def finish_steps(model: Any) -> None:
    """Waits until no step is in progress; the model then has its state.

    Backends may return from a step before it is done, and on JAX Keras keeps
    the state outside the model while it trains.
    """
    getattr(model, "jax_state_sync", lambda: None)()
    keras.ops.convert_to_numpy(model.optimizer.iterations)
