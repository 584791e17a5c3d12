"""A run that begins with what another run has learned."""

import argparse
import dataclasses
import os
from collections.abc import Callable
from typing import Any

from keras_gan import models
from keras_gan.cli import settings as all_settings
from keras_gan.cli.generate import model_path
from keras_gan.cli.run_folder import RunConfig, RunFolder
from keras_gan.cli.settings import Settings, first
from keras_gan.cli.words import size_in_words
from keras_gan.datasets import DatasetInfo
from keras_gan.utils.files import sha256


def begun_with(start: str, task: str) -> RunConfig:
    """The content of `config.json` of the run that a run begins with.

    Args:
        start: What `--from` names.
        task: The task of the new run.

    Raises:
        ValueError: If it is a run of another task.
    """
    config = RunFolder(model_path(start).parent).read_config()
    if config.settings.task != task:
        raise ValueError(
            f"`--from` must be a run of the same task. Received: {start}, a "
            f"run of --task {config.settings.task}, with --task {task}. Choose "
            "another run, or leave it out."
        )
    return config


def begins_with_another(given: argparse.Namespace) -> bool:
    """Whether a run is new, not resumed, and begins with another one.

    Args:
        given: As for `Task.open`.
    """
    return given.start is not None and not hasattr(given, "start_sha256")


def resolve(options: argparse.Namespace, info: DatasetInfo) -> Settings:
    """Returns the settings of a new GAN with networks as those of a run.

    Args:
        options: Arguments of the command line; `None` if left out.
        info: Description of the data set.
    """
    options = as_before(options, info, "gan")
    return dataclasses.replace(
        all_settings.resolve(options, info), **recorded(options.start)
    )


def as_before(
    options: argparse.Namespace, info: DatasetInfo, task: str
) -> argparse.Namespace:
    """Returns options for networks as those of the run that one begins with.

    Args:
        options: Arguments of the command line; what is given there is kept.
        info: Description of the data set.
        task: The task of the new run.
    """
    if options.start is None:
        return options
    before = begun_with(options.start, task).settings
    given = {
        name: first(getattr(options, name), getattr(before, name))
        for name in ("network", "width", "latent_dim")
    }
    if given["network"] == "progressive" and options.width is None:
        given["width"] = _width_of_levels(before, info.image_shape)
    given["conditional"] = first(
        options.conditional,
        before.conditional and info.num_classes is not None,
    )
    return argparse.Namespace(**vars(options) | given)


def _width_of_levels(before: Settings, image_shape: tuple[int, ...]) -> int:
    """The width with which levels have the channels that they had.

    It is that of the finest level, of which others have a multiple.
    """
    side, now = max(before.image_shape[:2]), max(image_shape[:2])
    return max(1, before.width * side // now)


def recorded(start: str | None) -> dict[str, Any]:
    """Returns the settings that say what a run begins with, if anything.

    Args:
        start: What `--from` names.
    """
    if start is None:
        return {}
    return {
        "start": os.path.abspath(start),
        "start_sha256": sha256(model_path(start)),
    }


def load_start(settings: Settings, load: Callable[..., Any]) -> Any:
    """Loads the model that a run begins with.

    Args:
        settings: Settings of the run, with `start`.
        load: `load_gan` or the like.

    Raises:
        ValueError: If it has changed since the run began.
    """
    assert settings.start is not None
    begun_with(settings.start, settings.task)
    path = model_path(settings.start)
    if sha256(path) != settings.start_sha256:
        raise ValueError(
            f"`{path}` has changed since the run that begins with it was "
            "started, and has no checkpoint of its own yet. Start a new run."
        )
    return load(path, compiled=False)


def take_weights(
    gan: models.GAN, other: models.GAN, settings: Settings, info: DatasetInfo
) -> None:
    """Lets a new GAN take the weights that a run begins with.

    Args:
        gan: The new GAN.
        other: The GAN of the other run.
        settings: Settings of the new run, with `start`.
        info: Description of its data set.

    Raises:
        ValueError: If they do not fit.
    """
    assert settings.start is not None
    before = begun_with(settings.start, settings.task)
    keeps_classes = _has_same_classes(before, settings, info)
    try:
        gan.take_weights(other, keep_classes=keeps_classes)
    except ValueError as error:
        then, now = map(_in_words, (before.settings, settings))
        raise ValueError(
            f"`--from {settings.start}`: {error} That run has {then}, this one "
            f"{now}."
        ) from error


def described(gan: models.GAN, settings: Settings) -> list[str]:
    """Lines that say what a run began with and does not train.

    Args:
        gan: Its GAN.
        settings: Its settings.
    """
    lines = []
    if settings.start is not None:
        taken = "" if gan.taken is None else f": {gan.taken}"
        lines.append(f"begun with {settings.start}{taken}")
    if settings.freeze_layers:
        lines.append(
            "layers of the discriminator that are not trained: "
            f"{settings.freeze_layers}"
        )
    return lines


def _in_words(settings: Settings) -> str:
    """What the shapes of a run's networks depend on."""
    words = (
        f"{settings.network} of width {settings.width}, latents of length "
        f"{settings.latent_dim}"
    )
    if settings.image_size is None:
        return words
    return f"{words} and images {size_in_words(settings.image_shape)}"


def _has_same_classes(
    before: RunConfig, settings: Settings, info: DatasetInfo
) -> bool:
    """Whether classes are those of another run."""
    if info.class_names != before.dataset.class_names:
        return False
    # Numbers may be of anything.
    names = info.class_names or ()
    is_same_data = settings.data == before.settings.data
    return is_same_data or not all(name.isdigit() for name in names)
