"""All settings that determine a run, as `config.json` stores them."""

import argparse
import dataclasses
import math
import os
import warnings
from typing import Any, Literal

import keras
import numpy as np

import keras_gan
from keras_gan import datasets, features
from keras_gan.backend import BACKEND, devices
from keras_gan.cli.presets import preset
from keras_gan.utils.records import (
    MOST_STEPS,
    Count,
    Decay,
    Minutes,
    Rate,
    Seed,
    Steps,
    Text,
    Units,
    Weight,
)

DEFAULT_DATA = "digits"
NUM_ROUNDS = 25
# Shorter rounds would spend most of their time on saving.
LEAST_STEPS_PER_ROUND = 50

_FROM_PRESET = (
    "network", "width", "latent_dim", "batch_size", "learning_rate",
    "final_learning_rate", "beta_2", "ema_momentum", "gamma",
)  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Settings:
    """The arguments of `keras-gan train` with all defaults filled in.

    The names are those of the options and of `Preset`; `steps_per_round` is
    the number of steps between checkpoints. With `minutes`, `steps` is only the
    first plan.
    """

    data: Text
    image_size: tuple[Units, Units]
    channels: Literal[1, 3, 4]
    conditional: bool
    network: Literal["dcgan", "mlp", "r3gan"]
    width: Units
    latent_dim: Units
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

    @property
    def image_shape(self) -> tuple[int, int, int]:
        return (*self.image_size, self.channels)


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
    balance = _first(options.balance, "none")
    if info.num_classes is None and (options.conditional or balance != "none"):
        option = "--conditional" if options.conditional else "--balance"
        raise ValueError(
            f"`{option}` needs classes, and `{info.name}` has none. Put "
            "the images of each class in a sub-folder of its own, add "
            "`labels` to the .npz, or leave the option out."
        )
    _check_minutes(options.minutes)
    defaults: Any = preset(info.num_images, info.image_shape, options.network)
    chosen = {
        name: _first(getattr(options, name, None), getattr(defaults, name))
        for name in _FROM_PRESET
    }
    # A given learning rate decays by the same factor as that of the preset.
    decay = defaults.final_learning_rate / defaults.learning_rate
    chosen["final_learning_rate"] = chosen["learning_rate"] * decay
    steps = steps_asked(options, info.num_images, chosen["batch_size"])
    steps = _first(steps, defaults.steps)
    data = location(options.data)
    return Settings(
        data=data,
        conditional=bool(options.conditional),
        loss=_first(options.loss, "relativistic"),
        steps=steps,
        steps_per_round=_first(options.save_every, steps_per_round(steps)),
        precision=_precision(options.precision, defaults.precision),
        jit=_first(options.jit, _jit(defaults.jit)),
        seed=_first(options.seed, 0),
        augment=_first(options.augment, "none"),
        balance=balance,
        # Only the digits have a feature extractor that needs no download.
        minutes=options.minutes,
        metrics=_first(options.metrics, ["fid"] * (data == DEFAULT_DATA)),
        feature_extractor=_first(
            options.feature_extractor, default_extractor(data)
        ),
        **_of_images(info),
        **chosen,
    )


def _check_minutes(minutes: float | None) -> None:
    if minutes is not None and devices.has_workers():
        raise ValueError(
            "`--minutes` is for one process, because workers would plan "
            f"different numbers of steps. Received: --minutes {minutes:g} "
            "with several workers. Ask for --steps."
        )


def default_extractor(data: str, num_features: int | None = None) -> str:
    """Returns the default feature extractor for a data set.

    Args:
        data: DATA of the command line.
        num_features: Of the statistics to compare with, if there are any.

    Example:

    >>> default_extractor("digits")
    'digits'
    >>> default_extractor("real.npz", 2048)
    'inception_v3'
    """
    known = features.name_of_size(num_features)
    if known is not None:
        return known
    return "digits" if data == "digits" else features.for_natural_images()


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
    received = {
        "data": None if options.data is None else location(options.data),
        "precision": (
            None if options.precision == "auto" else options.precision
        ),
        "steps_per_round": options.save_every,
    }
    for field in dataclasses.fields(Settings):
        received.setdefault(field.name, getattr(options, field.name, None))
    # More of them extend the run.
    received["steps"] = received["minutes"] = None
    return [
        f"{_option(name)} {getattr(settings, name)} (not {value})"
        for name, value in received.items()
        if value is not None and value != getattr(settings, name)
    ]


def location(data: str | None) -> str:
    """The name of a built-in data set, or an absolute path."""
    data = _first(data, DEFAULT_DATA)
    return data if data in datasets.BUILTIN_NAMES else os.path.abspath(data)


def versions() -> dict[str, str]:
    """Versions of the packages that determine the results."""
    return {
        "keras_gan": keras_gan.__version__,
        "keras": keras.__version__,
        BACKEND: devices.FRAMEWORK_VERSION,
        "numpy": np.__version__,
    }


def _of_images(info: datasets.DatasetInfo) -> dict[str, Any]:
    *size, channels = info.image_shape
    return {
        "image_size": tuple(size),
        "channels": channels,
        "split": info.split,
    }


def _option(name: str) -> str:
    names = {"data": "DATA", "steps_per_round": "--save-every"}
    return names.get(name, "--" + name.replace("_", "-"))


def _precision(asked: str | None, preset: str) -> Any:
    if asked == "bfloat16" and not devices.has_gpu():
        _warn_if_emulated(devices.bfloat16_gain())
    if asked not in (None, "auto"):
        return str(asked)
    if preset != "auto":
        return preset
    return "bfloat16" if devices.bfloat16_is_fast() else "float32"


def _warn_if_emulated(gain: float | None) -> None:
    if gain is not None and gain < 1.0:
        warnings.warn(
            f"This processor needs {1 / gain:.1f} times as long for a "
            "convolution in bfloat16 as in float32. Leave `--precision` out "
            "to use the faster one.",
            stacklevel=2,
        )


def _jit(preset: bool | None) -> bool | None:
    return preset if devices.compiles_by_default() else None


def _first(value, default):
    return default if value is None else value
