"""The plan of a run that has a time: its steps, its rounds, its width."""

import argparse
import dataclasses
import math
import warnings
from collections.abc import Callable
from typing import Any

from keras_gan.callbacks import TimeBudget
from keras_gan.callbacks.pace import Pace
from keras_gan.callbacks.time_budget import BudgetState
from keras_gan.cli.building import build_augmenter
from keras_gan.cli.job import Job
from keras_gan.cli.settings import NUM_ROUNDS, Settings
from keras_gan.cli.step_timer import StepTimer
from keras_gan.cli.words import minutes_in_words
from keras_gan.models.growing import growing_layers
from keras_gan.models.state import kept
from keras_gan.utils import clock
from keras_gan.utils.records import MOST_STEPS

# With fewer steps a narrower network is better: on MNIST, 620 steps of width 32
# are at a distance of 48 after a minute, 1,020 of width 16 at 42; but 1,160 of
# width 8 at 72.
_USEFUL_STEPS = 800
_LEAST_WIDTH = 8
# A narrower network must be faster by this factor, or it helps nothing.
_GAIN = 1.25
# Shorter rounds would spend too much of their time on saving; but some must
# tell how long that takes.
_SECONDS_PER_ROUND = 10.0
_LEAST_ROUNDS = 3
# A first guess at that: a file, and images as slow as some steps.
_SAVING_SECONDS = 1.0
_SAVING_STEPS = 2
_MEASURED_SHARE = 0.01
_MEASURED_SECONDS = 5.0


def planned(
    job: Job,
    build: Callable[[Settings], Any],
    options: argparse.Namespace,
    started: float,
) -> Job:
    """Returns a new run with the steps that its time allows.

    Args:
        job: The run, with its model in the default width.
        build: Function that returns a new model.
        options: Arguments of the command line.
        started: When the command was started.

    Raises:
        ValueError: If no time is left.
    """
    pace = seconds_per_step(job)
    steps = _steps_left(job, started, pace)
    if steps < _USEFUL_STEPS:
        job, pace = _narrower(job, pace, steps, build, options)
        steps = _steps_left(job, started, pace)
    saving = _SAVING_SECONDS + _SAVING_STEPS * pace
    rounds = max(int(steps * pace / _SECONDS_PER_ROUND), _LEAST_ROUNDS)
    per_round = options.save_every or math.ceil(steps / min(rounds, NUM_ROUNDS))
    # The same, with the time between the rounds.
    steps = max(1, Pace(pace, saving).steps_in(steps * pace, 0, per_round))
    settings = dataclasses.replace(
        job.settings, steps=steps, steps_per_round=per_round
    )
    job = dataclasses.replace(job, settings=settings)
    speed = getattr(build_augmenter(settings), "speed", None)
    if speed != getattr(job.model.augmenter, "speed", None):
        job = dataclasses.replace(job, model=build(settings))
    state = BudgetState(seconds_per_step=pace, seconds_per_epoch=saving)
    budget = budget_of(settings, state, started)
    return dataclasses.replace(job, budget=budget)


def budget_of(
    settings: Settings,
    state: BudgetState | None,
    started: float,
) -> TimeBudget:
    """Returns what ends a run in time.

    Args:
        settings: Settings of the run, with its time and its plan.
        state: How far it was at its last checkpoint, if there is one.
        started: When the command was started.
    """
    assert settings.minutes is not None
    state = state or BudgetState()
    state = dataclasses.replace(
        state,
        seconds=state.seconds + clock.seconds() - started,
        planned_steps=settings.steps,
        learning_rate=settings.learning_rate,
    )
    return TimeBudget(
        settings.minutes,
        alpha=settings.final_learning_rate / settings.learning_rate,
        state=dataclasses.asdict(state),
    )


def seconds_per_step(job: Job) -> float:
    """Measures the step of a new run, which is then as if nothing had been.

    The step stays compiled.
    """
    found = []

    def stop(seconds: float) -> None:
        found.append(seconds)
        job.model.stop_training = True

    share = _MEASURED_SHARE * 60 * (job.settings.minutes or 0.0)
    timer = StepTimer(min(share, _MEASURED_SECONDS), stop)
    with kept(job.model):
        for layer in growing_layers([job.model]):
            layer.set_schedule(0, 0)  # The longest step, at full size.
        job.model.fit(
            job.batches(),
            steps_per_epoch=MOST_STEPS,
            callbacks=[timer],
            verbose=0,
        )
    return max(found[0], 1e-6)


def _steps_left(job: Job, started: float, pace: float) -> int:
    """Steps for which there is time."""
    minutes = job.settings.minutes or 0.0
    used = clock.seconds() - started
    steps = min(MOST_STEPS, int((60 * minutes - used) / pace))
    if steps < 1:
        raise ValueError(
            f"`--minutes` must leave time for training. Received: "
            f"{minutes_in_words(minutes)}, of which {used:.0f} s went to "
            "reading the images and compiling, and a step takes "
            f"{pace:.2g} s. Ask for more."
        )
    return steps


def _narrower(
    job: Job,
    pace: float,
    steps: int,
    build: Callable[[Settings], Any],
    options: argparse.Namespace,
) -> tuple[Job, float]:
    """A run with narrower networks, if that makes their steps faster."""
    settings = job.settings
    few = f"only about {steps:,} steps in " + minutes_in_words(
        settings.minutes or 0.0
    )
    if settings.start is not None:  # Other weights would not fit.
        return job, pace
    if options.width is not None:
        warnings.warn(
            f"`--width {settings.width}` allows {few}. Leave it out for a "
            "width that becomes useful in that time.",
            stacklevel=2,
        )
        return job, pace
    # Half the width takes about half the time.
    halvings = math.ceil(math.log2(_USEFUL_STEPS / steps))
    width = max(settings.width >> halvings, min(_LEAST_WIDTH, settings.width))
    if width == settings.width:
        return job, pace
    changed = dataclasses.replace(settings, width=width)
    other = dataclasses.replace(job, settings=changed, model=build(changed))
    faster = seconds_per_step(other)
    if faster * _GAIN > pace:
        return job, pace
    if not options.quiet:
        print(f"width {width}: width {settings.width} would do {few}")
    return other, faster
