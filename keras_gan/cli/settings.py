"""All settings that determine a run, as `config.json` stores them."""

import argparse
import dataclasses
import math
import os
from collections.abc import Sequence
from typing import Any, Literal, get_args

from keras_gan import datasets
from keras_gan.backend import devices
from keras_gan.cli.metric_options import default_extractor
from keras_gan.cli.precision import jit_of, precision_of
from keras_gan.cli.presets import NETWORKS, preset
from keras_gan.networks.ladagan_blocks import nearest_width
from keras_gan.utils.records import (
    MOST_STEPS,
    Count,
    Decay,
    Minutes,
    Number,
    Rate,
    Seed,
    Steps,
    Text,
    Units,
    Weight,
)

DEFAULT_DATA = "digits"
PLACES = ("data", "second", "table", "masks", "start")
"""Options that name data, most often by a path."""
NUM_ROUNDS = 25
# Shorter rounds would spend most of their time on saving.
LEAST_STEPS_PER_ROUND = 50

Task = Literal[
    "gan",
    "pairs",
    "domains",
    "super-resolution",
    "inpainting",
    "colorization",
    "attributes",
    "semi-supervised",
    "dagan",
    "table",
    "sound",
    "text",
]
MASKS = ("free-form", "strokes", "box")
TASKS: tuple[Task, ...] = get_args(Task)
Network = Literal[
    "dcgan",
    "compact",
    "mlp",
    "r3gan",
    "sngan",
    "sagan",
    "biggan",
    "stylegan2",
    "progressive",
    "fastgan",
    "ladagan",
    "unet",
    "resnet",
    "srresnet",
    "rrdb",
    "gated_unet",
    "semi_supervised",
    "dagan",
    "table",
    "wavegan",
    "text",
]
# Whether data of other tasks than those of images has no size and no channels.
_WITHOUT = {
    "table": (True, True),
    "text": (True, True),
    "sound": (True, False),
}

_FROM_PRESET = (
    "network", "width", "latent_dim", "batch_size", "learning_rate",
    "final_learning_rate", "beta_2", "ema_momentum", "gamma",
)  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Settings:
    """The arguments of `keras-gan train` with all defaults filled in.

    The names are those of the options and of `Preset`; `steps_per_round` is
    the number of steps between checkpoints. With `minutes`, `steps` is the
    first plan until the run ends, and then what was done. Images are resized
    to `resized_to` and then cropped, where a task does so, to `image_size`; it
    holds back `held_out` of them. A task that draws nothing has a `latent_dim`
    of 0. `attributes` are the names of those in `table`; `start` is the run
    whose networks it began with; `labels_for` is a table of the images that
    have labels, or how many labels of each class are kept. A table has no
    `image_size` and `channels`, but may have a `label` and more `categories`;
    sounds have a `rate` and a `length` in place of an `image_size`; a token of
    text is a `unit`, at most `max_length` in a line.
    """

    data: Text
    image_size: tuple[Units, Units] | None
    channels: Literal[1, 2, 3, 4] | None
    conditional: bool
    network: Network
    width: Units
    latent_dim: Number
    loss: Text
    batch_size: Count
    steps: Steps
    steps_per_round: Steps
    learning_rate: Rate
    final_learning_rate: Rate
    beta_2: Decay
    ema_momentum: Decay
    gamma: Weight | None
    precision: Literal["float32", "bfloat16", "float16"]
    jit: bool | None
    seed: Seed
    metrics: list[Literal["fid", "kid", "is", "prdc"]] = dataclasses.field(
        default_factory=list
    )
    feature_extractor: Text = "inception_v3"
    augment: Text = "none"
    balance: Literal["none", "uniform"] = "none"
    split: Literal["train", "val", "test"] | None = None
    minutes: Minutes | None = None
    task: Task = "gan"
    second: Text | None = None
    table: Text | None = None
    columns: list[Text] | None = None
    attributes: list[Text] | None = None
    direction: Literal["a-to-b", "b-to-a"] | None = None
    scale: Literal[2, 3, 4] | None = None
    degradation: Literal["bicubic", "real"] | None = None
    sharpen: bool | None = None
    masks: Text | None = None
    resized_to: tuple[Units, Units] | None = None
    crop: tuple[Units, Units] | None = None
    flip: bool | None = None
    strict: bool | None = None
    start: Text | None = None
    start_sha256: Text | None = None
    freeze_layers: Number = 0
    held_out: Number = 0
    labels_for: Count | Text | None = None
    label: Text | None = None
    categories: list[Text] | None = None
    rate: Count | None = None
    length: Count | None = None
    pieces: bool | None = None
    normalize: bool | None = None
    unit: Literal["characters", "words"] | None = None
    max_length: Count | None = None

    def __post_init__(self) -> None:
        draws = self.network in NETWORKS and self.latent_dim > 0
        if draws != (self.task == "gan"):
            raise ValueError(
                f"the network {self.network!r} with latents of length "
                f"{self.latent_dim} is not of the task {self.task!r}"
            )
        lacks = self.image_size is None, self.channels is None
        has = self.rate is not None, self.length is not None
        is_sound = self.task == "sound"
        if (
            lacks != _WITHOUT.get(self.task, (False, False))
            or has != (is_sound, is_sound)
            or (self.channels == 2 and not is_sound)
        ):
            raise ValueError(
                f"data of {self.image_size} pixels, {self.channels} channels "
                f"and {self.rate} Hz is not of the task {self.task!r}"
            )

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """Of an image; tables, sounds and text have none."""
        assert self.image_size is not None and self.channels is not None
        return (*self.image_size, self.channels)

    def possible_width(self, width: int) -> int:
        """Returns the nearest width that the networks of the run can have.

        Args:
            width: The width that is wanted.
        """
        if self.network != "ladagan":
            return width
        return nearest_width(self.image_shape, width)


def resolve(
    options: argparse.Namespace, info: datasets.DatasetInfo
) -> Settings:
    """Returns the settings of a new run: options, and defaults for the rest.

    Args:
        options: Arguments of the command line; `None` if left out.
        info: Description of the data set.

    Raises:
        ValueError: If an option needs classes and the data set has none.
    """
    balance = first(options.balance, "none")
    check_classes(options, info)
    defaults = preset(info.num_images, info.image_shape, options.network)
    data = location(options.data)
    return Settings(
        conditional=bool(options.conditional),
        loss=first(options.loss, defaults.loss),
        augment=first(options.augment, "none"),
        balance=balance,
        freeze_layers=first(options.freeze_layers, 0),
        held_out=first(options.held_out, 0),
        # Only the digits have a feature extractor that needs no download.
        metrics=first(options.metrics, ["fid"] * (data == DEFAULT_DATA)),
        feature_extractor=first(
            options.feature_extractor, default_extractor(data)
        ),
        **of_training(options, info, defaults, _FROM_PRESET),
    )


def check_classes(
    options: argparse.Namespace, info: datasets.DatasetInfo
) -> None:
    """Raises an error if an option needs classes that there are not.

    Args:
        options: Arguments of the command line.
        info: Description of the data set.

    Raises:
        ValueError: If one does.
    """
    balanced = first(options.balance, "none") != "none"
    if info.num_classes is None and (options.conditional or balanced):
        option = "--conditional" if options.conditional else "--balance"
        raise ValueError(
            f"`{option}` needs classes, and `{info.name}` has none. Put "
            "the files of each class in a sub-folder of its own, add "
            "`labels` to the .npz, or leave the option out."
        )


def of_training(
    options: argparse.Namespace,
    info: datasets.DatasetInfo,
    defaults: Any,
    names: Sequence[str],
) -> dict[str, Any]:
    """The settings that every task has.

    Args:
        options: Arguments of the command line.
        info: Description of the data set.
        defaults: What stands for options that are left out.
        names: Names of the options that it stands for.
    """
    _check_minutes(options.minutes)
    chosen = {
        name: first(getattr(options, name, None), getattr(defaults, name))
        for name in names
    }
    # A given learning rate decays by the same factor as that of the preset.
    decay = defaults.final_learning_rate / defaults.learning_rate
    chosen["final_learning_rate"] = chosen["learning_rate"] * decay
    steps = steps_asked(options, info.num_images, chosen["batch_size"])
    steps = first(steps, defaults.steps)
    return {
        "data": location(options.data),
        "steps": steps,
        "steps_per_round": first(options.save_every, steps_per_round(steps)),
        "precision": precision_of(options.precision, defaults.precision),
        "jit": first(options.jit, jit_of(defaults.jit)),
        "seed": first(options.seed, 0),
        "minutes": options.minutes,
        **_of_images(info),
        **chosen,
    }


def _check_minutes(minutes: float | None) -> None:
    if minutes is not None and devices.has_workers():
        raise ValueError(
            "`--minutes` is for one process, because workers would plan "
            f"different numbers of steps. Received: --minutes {minutes:g} "
            "with several workers. Ask for --steps."
        )


def steps_asked(options, num_images: int, batch_size: int) -> int | None:
    """Steps of `--steps` or `--epochs`; `None` if both are left out."""
    if options.epochs is None:
        return options.steps
    steps = options.epochs * num_images / batch_size
    if steps > MOST_STEPS:
        raise ValueError(
            f"`--epochs` must be at most {MOST_STEPS * batch_size / num_images}"
            f" for these images. Received: {options.epochs}."
        )
    return math.ceil(steps)


def steps_per_round(steps: int) -> int:
    """Returns the length of a round such that a run has about 25 of them.

    Example:

    >>> steps_per_round(2500), steps_per_round(60)
    (100, 50)
    """
    # Prefer a number of rounds near 25 that divides the steps.
    near = sorted(range(20, 31), key=lambda rounds: abs(rounds - NUM_ROUNDS))
    even = [steps // rounds for rounds in near if steps % rounds == 0]
    length = even[0] if even else math.ceil(steps / NUM_ROUNDS)
    return max(LEAST_STEPS_PER_ROUND, length)


def differences(options: argparse.Namespace, settings: Settings) -> list[str]:
    """Options given with `--resume` that differ from the settings of the run.

    Returns:
        A description of each: option, value in the run, value received.
    """
    given = {name: getattr(options, name) for name in PLACES}
    received: dict[str, Any] = {
        name: None if data is None else location(data)
        for name, data in given.items()
    }
    if options.start is not None:  # A run may have the name of a data set.
        received["start"] = os.path.abspath(options.start)
    received["precision"] = options.precision
    if options.precision == "auto":
        received["precision"] = None
    received["steps_per_round"] = options.save_every
    if settings.task != "gan":
        received["resized_to"] = options.image_size
        received["image_size"] = None
    for field in dataclasses.fields(Settings):
        received.setdefault(field.name, getattr(options, field.name, None))
    # More of them extend the run.
    received["steps"] = received["minutes"] = None
    return [
        f"{option_of(name)} {getattr(settings, name)} (not {value})"
        for name, value in received.items()
        if value is not None and value != getattr(settings, name)
    ]


def location(data: str | None) -> str:
    """A name that is built in, or an absolute path."""
    data = first(data, DEFAULT_DATA)
    is_name = data in (*datasets.BUILTIN_NAMES, *MASKS)
    return data if is_name else os.path.abspath(data)


def _of_images(info: datasets.DatasetInfo) -> dict[str, Any]:
    *size, channels = info.image_shape
    return {
        "image_size": tuple(size),
        "channels": channels,
        "split": info.split,
    }


def option_of(name: str) -> str:
    """Returns the option that sets a setting.

    Args:
        name: Name of the setting.

    Example:

    >>> option_of("batch_size")
    '--batch-size'
    """
    names = {
        "data": "DATA",
        "steps_per_round": "--save-every",
        "resized_to": "--image-size",
        "start": "--from",
    }
    return names.get(name, "--" + name.replace("_", "-"))


def first(value, default):
    """Returns a value, or the default if it is `None`."""
    return default if value is None else value
