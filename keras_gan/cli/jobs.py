"""A run that is ready to train: a new one, or one to resume."""

import argparse
import dataclasses
import platform
from collections.abc import Callable

import keras

import keras_gan
from keras_gan import datasets, models
from keras_gan.backend import devices
from keras_gan.callbacks.run_checkpoint import read_record
from keras_gan.cli.building import POLICIES, build_gan
from keras_gan.cli.loading import load_gan
from keras_gan.cli.metric_options import check_metrics
from keras_gan.cli.opening import open_data
from keras_gan.cli.run_folder import RunFolder, new_run, newest_run
from keras_gan.cli.settings import (
    DEFAULT_DATA,
    Settings,
    differences,
    resolve,
    steps_asked,
    versions,
)
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
        return "\n".join(lines)


def begin(options: argparse.Namespace) -> Job:
    """Prepares a new run; creates its folder after all checks."""
    source = open_data(
        options.data or DEFAULT_DATA,
        image_size=options.image_size,
        channels=options.channels,
        split=options.split,
        quiet=options.quiet,
    )
    settings = resolve(options, source.info)
    folder = RunFolder(options.out) if options.out else new_run(settings.data)
    if is_chief():
        folder.check_free()
    num_classes = source.info.num_classes if settings.conditional else None
    gan = _on_devices(settings, lambda: build_gan(settings, num_classes))
    check_metrics(settings.metrics, settings.feature_extractor, source.info)
    if is_chief():
        folder.make_writable()
        folder.write_config(_config(settings, source.info))
    return Job(folder, settings, source, gan)


def resume(options: argparse.Namespace) -> Job | None:
    """Prepares a run to resume; `None` if it is finished.

    Raises:
        FileNotFoundError: If there is no such run.
        ValueError: If options or images differ from those of the run.
    """
    folder = _folder_to_resume(options)
    config = folder.read_config()
    settings = _settings_of(config, folder)
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
    planned = settings.steps
    settings = _extended(settings, options, source.info.num_images)
    record = {"steps": 0, "rounds": 0}
    if folder.model_path.exists():
        record |= read_record(folder.model_path)
    if record["steps"] >= settings.steps:
        _print_finished(folder, record["steps"], options)
        return None
    num_classes = source.info.num_classes if settings.conditional else None
    has_model = folder.model_path.exists()
    gan = _on_devices(
        settings,
        (lambda: load_gan(folder.model_path))
        if has_model
        else (lambda: build_gan(settings, num_classes)),
    )
    if is_chief():
        folder.make_writable()
        if settings.steps != planned:
            config["settings"] = dataclasses.asdict(settings)
            folder.write_config(config)
    return Job(folder, settings, source, gan, **record)


def _on_devices(
    settings: Settings, make: Callable[[], models.GAN]
) -> models.GAN:
    # With several workers the strategy must precede any computation.
    strategy = devices.distribution_strategy()
    keras.utils.set_random_seed(settings.seed)
    keras.config.set_dtype_policy(POLICIES[settings.precision])
    with strategy.scope():
        return make()


def _config(settings: Settings, info: datasets.DatasetInfo) -> dict:
    """The content of `config.json`: all that is needed to repeat a run."""
    return {
        "settings": dataclasses.asdict(settings),
        "dataset": dataclasses.asdict(info),
        "versions": {**versions(), "python": platform.python_version()},
        "device": devices.describe_devices(),
    }


def _folder_to_resume(options) -> RunFolder:
    named = options.resume or options.out
    if options.resume and options.out and options.resume != options.out:
        raise ValueError(
            "`--resume` continues in the folder of the run. Received: "
            f"--resume {options.resume} and --out {options.out}. Leave --out "
            "out, or copy the folder first."
        )
    return RunFolder(named) if named else newest_run()


def _settings_of(config: dict, folder: RunFolder) -> Settings:
    try:
        return Settings.from_config(config["settings"])
    except (KeyError, TypeError) as error:
        raise ValueError(
            f"`{folder.config_path}` was not written by this version of "
            f"keras-gan ({keras_gan.__version__}): {error}."
        ) from error


def _check_options(options, settings: Settings, folder: RunFolder) -> None:
    found = differences(options, settings)
    if found:
        raise ValueError(
            f"`--resume` keeps the settings of the run. `{folder}` has "
            f"{', '.join(found)}. Leave these options out, or start a new run "
            "without --resume."
        )


def _check_images(config: dict, info, folder: RunFolder) -> None:
    names = ("num_images", "image_shape", "num_classes")
    then = {name: config.get("dataset", {}).get(name) for name in names}
    now = {name: getattr(info, name) for name in names}
    now["image_shape"] = list(info.image_shape)
    if then != now:
        raise ValueError(
            f"The images of `{folder}` have changed since it was started: it "
            f"had {then}. Received: {now}. Restore them, or start a new run."
        )


def _check_classes(config: dict, info, folder: RunFolder) -> None:
    """In another order, each label would mean another class."""
    then = config.get("dataset", {}).get("class_names")
    now = list(info.class_names or ())
    if config["settings"].get("conditional") and then not in (None, now):
        raise ValueError(
            f"The classes of `{folder}` have changed since it was started: it "
            f"had {listed(then)}. Received: {listed(now)}. Give them their "
            "old names and order, or start a new run."
        )


def _extended(settings: Settings, options, num_images: int) -> Settings:
    steps = steps_asked(options, num_images, settings.batch_size)
    if steps is None:
        return settings
    if steps < settings.steps:
        raise ValueError(
            f"The run is planned for {settings.steps} steps, and `--resume` "
            f"can only add to them. Received: {steps}. Leave --steps and "
            "--epochs out."
        )
    return dataclasses.replace(settings, steps=steps)


def _print_finished(folder: RunFolder, steps: int, options) -> None:
    if is_chief() and not options.quiet:
        print(
            f"`{folder}` is finished: all {steps} steps are done. For more: "
            f"keras-gan train --resume {folder} --steps {2 * steps}"
        )
