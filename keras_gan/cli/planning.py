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
# A process ends in about this share of the time in which it starts: 1.7 s
# after 13 s, and 3.4 s after 11 s, on a busy machine.
_ENDING_SHARE = 0.2
_MEASURED_SHARE = 0.01
_MEASURED_SECONDS = 5.0


def planned(
    job: Job, build: Callable[[Settings], Any], options: argparse.Namespace
) -> Job:
    """Returns a new run with the steps that its time allows.

    Args:
        job: The run, with its model in the default width.
        build: Function that returns a new model.
        options: Arguments of the command line, and when it was started.

    Raises:
        ValueError: If no time is left.
    """
    if not options.quiet:
        print("compiling and measuring a step", flush=True)
    begun = clock.seconds()
    ends = options.started + 60 * (job.settings.minutes or 0.0)
    pace = seconds_per_step(job, ends)
    compiling = clock.seconds() - begun
    steps = _steps_left(job, ends, pace)
    if steps < _USEFUL_STEPS:
        job, pace = _narrower(job, pace, steps, build, options)
        steps = _steps_left(job, ends, pace)
    saving = _SAVING_SECONDS + _SAVING_STEPS * pace
    settings = _with_rounds(job.settings, steps, pace, saving, options)
    job = dataclasses.replace(job, settings=settings)
    speed = getattr(build_augmenter(settings), "speed", None)
    if speed != getattr(job.model.augmenter, "speed", None):
        job = dataclasses.replace(job, model=build(settings))
    state = BudgetState(
        seconds_per_step=pace,
        seconds_per_epoch=saving,
        seconds_to_compile=compiling,
    )
    budget = budget_of(settings, state, options)
    return dataclasses.replace(job, budget=budget)


def _with_rounds(
    settings: Settings,
    steps: int,
    pace: float,
    saving: float,
    options: argparse.Namespace,
) -> Settings:
    """The settings with steps that leave time for saving between rounds."""
    rounds = max(int(steps * pace / _SECONDS_PER_ROUND), _LEAST_ROUNDS)
    per_round = options.save_every or math.ceil(steps / min(rounds, NUM_ROUNDS))
    # The same, with the time between the rounds.
    steps = max(1, Pace(pace, saving).steps_in(steps * pace, 0, per_round))
    return dataclasses.replace(settings, steps=steps, steps_per_round=per_round)


def budget_of(
    settings: Settings,
    state: BudgetState | None,
    options: argparse.Namespace,
) -> TimeBudget:
    """Returns what ends a run in time.

    Args:
        settings: Settings of the run, with its time and its plan.
        state: How far it was at its last checkpoint, if there is one.
        options: When the command was started, and how long that took.
    """
    assert settings.minutes is not None
    # Of a very short time at least half, so that errors are those of training.
    ending = min(
        _ENDING_SHARE * options.seconds_to_start / 60, settings.minutes / 2
    )
    state = state or BudgetState()
    state = dataclasses.replace(
        state,
        seconds=state.seconds + clock.seconds() - options.started,
        planned_steps=settings.steps,
        learning_rate=settings.learning_rate,
    )
    return TimeBudget(
        settings.minutes - ending,
        alpha=settings.final_learning_rate / settings.learning_rate,
        state=dataclasses.asdict(state),
    )


def is_over(budget: TimeBudget) -> bool:
    """Whether a run cannot go on: its time is none for compiling and a step."""
    known = BudgetState(**budget.state())
    needed = known.seconds_to_compile + known.seconds_per_epoch
    left = 60 * budget.minutes - known.seconds - needed
    return budget.is_over or left < (known.seconds_per_step or 0.0)


def seconds_per_step(job: Job, ends: float) -> float:
    """Measures the step of a new run, which is then as if nothing had been.

    The step stays compiled.

    Args:
        job: The run.
        ends: When its time is over; infinity is returned if that comes first.
    """
    if clock.seconds() >= ends:
        return math.inf
    found = []

    def stop(seconds: float) -> None:
        found.append(seconds)
        job.model.stop_training = True

    share = _MEASURED_SHARE * 60 * (job.settings.minutes or 0.0)
    timer = StepTimer(min(share, _MEASURED_SECONDS), stop, ends)
    with kept(job.model):
        for layer in growing_layers([job.model]):
            layer.set_schedule(0, 0)  # The longest step, at full size.
        job.model.fit(
            job.batches(),
            **job.task.fitting(job),
            steps_per_epoch=MOST_STEPS,
            callbacks=[timer],
            verbose=0,
        )
    return max(found[0], 1e-6)


def _steps_left(job: Job, ends: float, pace: float) -> int:
    """Steps for which there is time."""
    left = ends - clock.seconds()
    steps = min(MOST_STEPS, int(left / pace))
    if steps < 1:
        minutes = job.settings.minutes or 0.0
        takes = f", and a step takes {pace:.2g} s" if pace < math.inf else ""
        raise ValueError(
            f"`--minutes` must leave time for training. Received: "
            f"{minutes_in_words(minutes)}, of which {60 * minutes - left:.0f} "
            f"s went to starting, reading the images and compiling{takes}. Ask "
            "for more."
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
        cure = "Leave it out for a width that becomes useful in that time."
        if settings.width <= _LEAST_WIDTH:
            cure = "Ask for more minutes."
        warnings.warn(
            f"`--width {settings.width}` allows {few}. {cure}",
            stacklevel=2,
        )
        return job, pace
    # Half the width takes about half the time.
    halvings = math.ceil(math.log2(_USEFUL_STEPS / steps))
    width = max(settings.width >> halvings, min(_LEAST_WIDTH, settings.width))
    width = settings.possible_width(width)
    if width >= settings.width:
        return job, pace
    changed = dataclasses.replace(settings, width=width)
    other = dataclasses.replace(job, settings=changed, model=build(changed))
    ends = options.started + 60 * (settings.minutes or 0.0)
    faster = seconds_per_step(other, ends)
    if faster * _GAIN > pace:
        return job, pace
    if not options.quiet:
        print(
            f"networks of width {width}, not {settings.width}, which would "
            f"allow {few}"
        )
    return other, faster
