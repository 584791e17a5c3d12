"""A run that is ready to train: a new one, or one to resume."""

import argparse
import contextlib
import dataclasses
import platform
from collections.abc import Callable

import keras

from keras_gan import datasets, models
from keras_gan.backend import devices
from keras_gan.cli.building import POLICIES, build_gan
from keras_gan.cli.loading import load_gan
from keras_gan.cli.metric_options import check_metrics, extractor_in_words
from keras_gan.cli.opening import open_data
from keras_gan.cli.run_folder import (
    RunConfig,
    RunFolder,
    new_run,
    newest_run,
)
from keras_gan.cli.settings import (
    DEFAULT_DATA,
    Settings,
    differences,
    resolve,
    steps_asked,
    versions,
)
from keras_gan.cli.sizes import check_training
from keras_gan.cli.words import listed, size_in_words
from keras_gan.utils.workers import is_chief


@dataclasses.dataclass(frozen=True)
class Job:
    """All that training needs.

    Attributes:
        folder: The folder of the run.
        settings: The settings of the run.
        source: The opened images.
        gan: The model, new or loaded.
        steps: Steps done before.
        rounds: Rounds done before.
    """

    folder: RunFolder
    settings: Settings
    source: datasets.Source
    gan: models.GAN
    steps: int = 0
    rounds: int = 0

    def describe(self) -> str:
        """A few lines that describe the run."""
        info, settings, gan = self.source.info, self.settings, self.gan
        size = size_in_words(info.image_shape)
        split = f" ({info.split} split)" if info.split else ""
        classes = f" of {info.num_classes} classes" if info.num_classes else ""
        weights = [
            f"{network.count_params():,}"
            for network in (gan.generator, gan.discriminator)
        ]
        augments = settings.augment != "none"
        balanced = settings.balance != "none"
        passes = settings.steps * settings.batch_size / info.num_images
        lines = [
            f"{info.num_images:,} images{classes}, {size}, from {info.name}"
            + split
            + f", balanced ({settings.balance})" * balanced,
            f"{settings.network} of {' + '.join(weights)} weights"
            + ", conditional" * settings.conditional
            + f", augmented by {settings.augment}" * augments,
            f"{settings.steps:,} steps of {settings.batch_size} images "
            f"({passes:.3g} passes) in {settings.precision} on "
            f"{devices.describe_devices()}",
            f"run {self.folder}"
            + f", from step {self.steps:,} on" * bool(self.steps),
        ]
        if settings.metrics:
            words = extractor_in_words(settings.feature_extractor)
            lines.insert(-1, f"{listed(settings.metrics)} in {words}")
        return "\n".join(lines)


def begin(options: argparse.Namespace, held: contextlib.ExitStack) -> Job:
    """Prepares a new run; creates its folder after all checks.

    Args:
        options: Arguments of the command line.
        held: Keeps other processes out of the folder, until it is closed.
            Without a checkpoint by then, nothing remains of the run.
    """
    source = open_data(
        options.data or DEFAULT_DATA,
        image_size=options.image_size,
        channels=options.channels,
        split=options.split,
        quiet=options.quiet,
    )
    settings = resolve(options, source.info)
    num_classes = source.info.num_classes if settings.conditional else None
    if options.out and is_chief():
        RunFolder(options.out).check_free()
    gan = _on_devices(settings, lambda: _new(settings, num_classes))
    check_metrics(settings.metrics, settings.feature_extractor, source.info)
    folder = _claimed(options.out, settings.data, held)
    if is_chief():
        folder.write_config(_config(settings, source.info))
    return Job(folder, settings, source, gan)


def _new(settings: Settings, num_classes: int | None) -> models.GAN:
    check_training(settings, num_classes)
    return build_gan(settings, num_classes)


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


def resume(
    options: argparse.Namespace, held: contextlib.ExitStack
) -> Job | None:
    """Prepares a run to resume; `None` if it is finished.

    Args:
        options: Arguments of the command line.
        held: Keeps other processes out of the folder, until it is closed.

    Raises:
        FileNotFoundError: If there is no such run.
        ValueError: If options or images differ from those of the run.
    """
    folder = _folder_to_resume(options)
    config = folder.read_config()
    if is_chief():
        held.enter_context(folder.held())
        config = folder.read_config()  # Nobody else can change it now.
    settings, done = config.settings, folder.done()
    _check_options(options, settings, folder)
    source = open_data(
        settings.data,
        image_size=settings.image_size,
        channels=settings.channels,
        split=settings.split,
        quiet=options.quiet,
    )
    _check_images(config, source.info, folder)
    _check_classes(config, source.info, folder)
    steps = steps_asked(options, source.info.num_images, settings.batch_size)
    planned = settings.steps
    if steps is not None and steps != planned:
        _check_not_done(folder, steps, done.steps)
        settings = dataclasses.replace(settings, steps=steps)
        config = dataclasses.replace(config, settings=settings)
    if done.steps >= settings.steps:
        gan = None
        _print_finished(folder, done.steps, options)
    else:
        gan = _on_devices(settings, lambda: _continued(folder, config))
    if is_chief() and settings.steps != planned:
        folder.write_config(config)
    return gan and Job(folder, settings, source, gan, done.steps, done.rounds)


def _continued(folder: RunFolder, config: RunConfig) -> models.GAN:
    """The GAN of the checkpoint, or a new one where there is none yet."""
    settings = config.settings
    classes = _num_classes(config)
    if not folder.model_path.exists():
        return _new(settings, classes)
    check_training(settings, classes)
    gan = load_gan(folder.model_path)
    if (gan.image_shape, gan.num_classes) != (settings.image_shape, classes):
        raise ValueError(
            f"`{folder.config_path}` and `{folder.model_path}` do not belong "
            f"together: one is of images {settings.image_shape} and "
            f"{classes or 'no'} classes, the other of {gan.image_shape} and "
            f"{gan.num_classes or 'no'}. Restore the one that was changed."
        )
    return gan


def _num_classes(config: RunConfig) -> int | None:
    is_conditional = config.settings.conditional
    return config.dataset.num_classes if is_conditional else None


def _on_devices(
    settings: Settings, make: Callable[[], models.GAN]
) -> models.GAN:
    # With several workers the strategy must precede any computation.
    strategy = devices.distribution_strategy()
    keras.utils.set_random_seed(settings.seed)
    keras.config.set_dtype_policy(POLICIES[settings.precision])
    with strategy.scope():
        return make()


def _config(settings: Settings, info: datasets.DatasetInfo) -> RunConfig:
    return RunConfig(
        settings,
        info,
        {**versions(), "python": platform.python_version()},
        devices.describe_devices(),
    )


def _folder_to_resume(options) -> RunFolder:
    named = options.resume or options.out
    if options.resume and options.out and options.resume != options.out:
        raise ValueError(
            "`--resume` continues in the folder of the run. Received: "
            f"--resume {options.resume} and --out {options.out}. Leave --out "
            "out, or copy the folder first."
        )
    return RunFolder(named) if named else newest_run()


def _check_options(options, settings: Settings, folder: RunFolder) -> None:
    found = differences(options, settings)
    if found:
        raise ValueError(
            f"`--resume` keeps the settings of the run. `{folder}` has "
            f"{', '.join(found)}. Leave these options out, or start a new run "
            "without --resume."
        )


def _check_images(config: RunConfig, info, folder: RunFolder) -> None:
    names = ("num_images", "image_shape", "num_classes")
    then, now = (
        {name: getattr(one, name) for name in names}
        for one in (config.dataset, info)
    )
    if then != now:
        raise ValueError(
            f"The images of `{folder}` have changed since it was started: it "
            f"had {then}. Received: {now}. Restore them, or start a new run."
        )


def _check_classes(config: RunConfig, info, folder: RunFolder) -> None:
    """In another order, each label would mean another class."""
    then, now = config.dataset.class_names, info.class_names
    if config.settings.conditional and then not in (None, now):
        raise ValueError(
            f"The classes of `{folder}` have changed since it was started: it "
            f"had {listed(then)}. Received: {listed(now)}. Give them their "
            "old names and order, or start a new run."
        )


def _check_not_done(folder: RunFolder, steps: int, done: int) -> None:
    if steps < done:
        raise ValueError(
            f"`{folder}` has done {done} steps, which cannot be taken back. "
            f"Received: {steps} steps. Ask for {done} to end it here, or for "
            "more."
        )


def _print_finished(folder: RunFolder, steps: int, options) -> None:
    if is_chief() and not options.quiet:
        print(
            f"`{folder}` is finished: all {steps} steps are done. For more: "
            f"keras-gan train --resume {folder} --steps {2 * steps}"
        )
