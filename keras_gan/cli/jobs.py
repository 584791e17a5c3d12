"""A new run, from the options of the command line."""

import argparse
import contextlib
import platform
from collections.abc import Callable

import keras

from keras_gan import datasets, models
from keras_gan.backend import devices
from keras_gan.backend.devices import is_chief
from keras_gan.cli.apart import check_apart
from keras_gan.cli.building import POLICIES, build_gan
from keras_gan.cli.job import Job
from keras_gan.cli.metric_options import check_metrics
from keras_gan.cli.opening import open_data
from keras_gan.cli.planning import planned
from keras_gan.cli.run_folder import RunConfig, RunFolder, new_run
from keras_gan.cli.settings import DEFAULT_DATA, Settings, resolve, versions
from keras_gan.cli.sizes import check_training
from keras_gan.datasets.fingerprints import fingerprint
from keras_gan.utils import clock


def begin(options: argparse.Namespace, held: contextlib.ExitStack) -> Job:
    """Prepares a new run; creates its folder after all checks.

    Args:
        options: Arguments of the command line.
        held: Keeps other processes out of the folder, until it is closed.
            Without a checkpoint by then, nothing remains of the run.
    """
    started = clock.seconds()
    data = options.data or DEFAULT_DATA
    check_apart(data, options.out)
    source = open_data(
        data,
        image_size=options.image_size,
        channels=options.channels,
        split=options.split,
        quiet=options.quiet,
        num_workers=options.num_workers,
    )
    settings = resolve(options, source.info)
    num_classes = source.info.num_classes if settings.conditional else None
    if options.out and is_chief():
        RunFolder(options.out).check_free()

    def build(settings: Settings) -> models.GAN:
        return on_devices(settings, lambda: new_gan(settings, num_classes))

    gan = build(settings)
    check_metrics(settings.metrics, settings.feature_extractor, source.info)
    folder = _claimed(options.out, settings.data, held)
    job = Job(folder, settings, source, gan)
    if settings.minutes is not None:
        job = planned(job, build, options, started)
    if is_chief():
        folder.write_config(_config(job.settings, source))
    return job


def new_gan(settings: Settings, num_classes: int | None) -> models.GAN:
    """Returns a new GAN, if it can fit into memory."""
    check_training(settings, num_classes)
    return build_gan(settings, num_classes)


def on_devices(
    settings: Settings, make: Callable[[], models.GAN]
) -> models.GAN:
    """Makes a GAN on all devices, with the seed and precision of a run."""
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


def _config(settings: Settings, source: datasets.Source) -> RunConfig:
    return RunConfig(
        settings,
        source.info,
        {**versions(), "python": platform.python_version()},
        devices.describe_devices(),
        fingerprint(source),
    )
