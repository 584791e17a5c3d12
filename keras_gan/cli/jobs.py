"""A new run, from the options of the command line."""

import argparse
import contextlib
import platform
from collections.abc import Callable
from typing import Any, TypeVar

import keras

from keras_gan.backend import devices
from keras_gan.backend.devices import is_chief
from keras_gan.cli.apart import check_apart
from keras_gan.cli.building import POLICIES
from keras_gan.cli.job import Job
from keras_gan.cli.planning import planned
from keras_gan.cli.precision import measured_gain
from keras_gan.cli.run_folder import RunConfig, RunFolder, new_run
from keras_gan.cli.settings import DEFAULT_DATA, PLACES, Settings
from keras_gan.cli.tasks import task_of, task_of_data
from keras_gan.cli.versions import versions

Model = TypeVar("Model")


def begin(options: argparse.Namespace, held: contextlib.ExitStack) -> Job:
    """Prepares a new run; creates its folder after all checks.

    Args:
        options: Arguments of the command line.
        held: Keeps other processes out of the folder, until it is closed.
            Without a checkpoint by then, nothing remains of the run.
    """
    task = task_of(options.task or task_of_data(options.data))
    task.check_options(options)
    options = argparse.Namespace(
        **vars(options) | {"data": options.data or DEFAULT_DATA}
    )
    for place in filter(None, (getattr(options, name) for name in PLACES)):
        check_apart(place, options.out)
    source = task.open(options)
    settings = task.resolve(options, source)
    if options.out and is_chief():
        RunFolder(options.out).check_free()

    def build(settings: Settings) -> Any:
        return on_devices(settings, lambda: task.build(settings, source))

    model = build(settings)
    task.check(settings, source)
    folder = _claimed(options.out, settings.data, held)
    job = Job(folder, settings, source, model)
    if settings.minutes is not None:
        job = planned(job, build, options)
    if is_chief():
        folder.write_config(_config(job, options))
        task.keep(job)
    return job


def on_devices(settings: Settings, make: Callable[[], Model]) -> Model:
    """Makes a model on all devices, with the seed and precision of a run."""
    # With several workers the strategy must precede any computation.
    strategy = devices.distribution_strategy()
    keras.utils.set_random_seed(settings.seed)
    keras.config.set_dtype_policy(POLICIES[settings.precision])
    with strategy.scope():
        return make()


def _claimed(
    out: str | None, data: str, held: contextlib.ExitStack
) -> RunFolder:
    """The folder of a new run, made and held by the process that writes."""
    if not is_chief():
        return RunFolder(out or "runs")  # It writes nothing there.
    if out is None:
        folder = held.enter_context(new_run(data))
    else:
        folder = RunFolder(out)
        held.enter_context(folder.held())
        folder.check_free()  # Again, now that nobody else can fill it.
    held.callback(folder.discard_without_checkpoint)
    return folder


def _config(job: Job, options: argparse.Namespace) -> RunConfig:
    asked = options.precision or "auto"
    return RunConfig(
        job.settings,
        job.source.info,
        {**versions(), "python": platform.python_version()},
        devices.describe_devices(),
        job.task.fingerprint(job.source),
        asked,
        measured_gain() if asked == "auto" else None,
    )
