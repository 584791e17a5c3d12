"""The rate, length and channels in which `keras-gan evaluate` reads sounds."""

import argparse
from typing import Any

import keras

from keras_gan.cli import arguments as kinds
from keras_gan.cli.arguments import refuse
from keras_gan.cli.evaluation_inputs import is_run
from keras_gan.cli.generate import model_path
from keras_gan.cli.run_folder import RunFolder
from keras_gan.cli.settings import first

OPTIONS = ("rate", "length", "pieces", "normalize")
"""Options of sounds alone; images have `--channels`, too."""

_FORM, _SWITCHES = ("rate", "length", "channels"), ("pieces", "normalize")


def add_arguments(parser: Any) -> None:
    """Adds the options that say how sounds are read.

    Args:
        parser: The parser of `keras-gan evaluate`, or a group of it.
    """
    parser.add_argument(
        "--rate",
        type=kinds.positive_integer,
        metavar="HZ",
        help="two folders: samples in a second, to which others are "
        "resampled (default: that of most files of REAL)",
    )
    parser.add_argument(
        "--length",
        type=kinds.units,
        metavar="N",
        help="two folders: samples of each sound; shorter ones end in silence "
        "(default: that of the longest of REAL, at most 16384)",
    )
    parser.add_argument(
        "--pieces",
        action="store_true",
        default=None,
        help="two folders: make several of a sound of REAL that is longer "
        "(default: its end is left out)",
    )
    parser.add_argument(
        "--normalize",
        action="store_true",
        default=None,
        help="two folders: make each sound of REAL as loud as can be (default: "
        "as they are)",
    )


def form_of(options: argparse.Namespace, model: Any) -> dict[str, Any]:
    """Returns how REAL is read, as arguments of `datasets.Sounds`.

    Args:
        options: Arguments of the command line.
        model: The model of `--extractor`, or None.

    Raises:
        ValueError: If an option, the model and a run disagree.
    """
    rate, shape = _taken_by(model)
    if is_run(options.fake):
        own = "two folders of sounds, and a run has its own way to read them"
        refuse(options, (*_FORM, *_SWITCHES), own)
        return _of_run(options.fake, rate, shape)
    length, channels = shape or (None, None)
    wanted = dict(zip(_FORM, (rate, length, channels), strict=True))
    for name, taken in wanted.items():
        asked = getattr(options, name)
        if asked is not None and taken not in (None, asked):
            raise ValueError(
                f"`--{name}` must be {taken}, as `--extractor` takes sounds. "
                f"Received: {asked}. Leave it out."
            )
        wanted[name] = first(asked, taken)
    return wanted | {name: bool(getattr(options, name)) for name in _SWITCHES}


def _taken_by(model: Any) -> tuple[int | None, tuple | None]:
    """The rate and shape of the sounds that a model takes, if it says so."""
    rates = [
        layer.sampling_rate
        for layer in getattr(model, "layers", ())
        if isinstance(layer, keras.layers.MelSpectrogram)
    ]
    shape = getattr(model, "input_shape", None)
    known = None
    if isinstance(shape, tuple) and len(shape) == 3 and None not in shape[1:]:
        known = shape[1:]
    return rates[0] if rates else None, known


def _of_run(run: str, rate: int | None, shape: tuple | None) -> dict[str, Any]:
    """How sounds are read as those that a run learned from."""
    settings = RunFolder(model_path(run).parent).read_config().settings
    own = settings.rate, (settings.length, settings.channels)
    if (rate or own[0], shape or own[1]) != own:
        raise ValueError(
            f"`--extractor` must take sounds of {own[0]} Hz and the shape "
            f"{own[1]}, as the run makes. Received: a model of sounds of "
            f"{rate or 'any'} Hz and the shape {shape or 'any'}. Train one "
            "for the run, or leave the option out."
        )
    return {name: getattr(settings, name) for name in (*_FORM, *_SWITCHES)}
