"""`keras-gan evaluate` with lines of text."""

import argparse
import json
import pathlib
from typing import Any

import numpy as np

from keras_gan import datasets, metrics
from keras_gan.cli.arguments import refuse
from keras_gan.cli.evaluation_inputs import is_run
from keras_gan.cli.generate import model_path
from keras_gan.cli.loading import load_gan_of
from keras_gan.cli.texts.trained_lines import Compared, compared
from keras_gan.datasets.texts import UNITS, is_text_file

_OF_TEXTS = ("valid", "unit")
_OF_OTHERS = (
    "metrics", "feature_extractor", "memorization", "num_images", "label",
    "image_size", "channels", "split", "num_workers", "save_statistics",
)  # fmt: skip
_MOST_LINES = 10_000
# Longer lines are compared as well.
_ANY_LENGTH = 2**31
_VALID = {"smiles": metrics.is_smiles, "molecules": metrics.is_molecule}


def add_arguments(parser: Any) -> None:
    """Adds the options for texts to a parser.

    Args:
        parser: The parser of `keras-gan evaluate`, or a group of it.
    """
    parser.add_argument(
        "--valid",
        choices=tuple(_VALID),
        help="the share of valid lines: smiles by the grammar, molecules by "
        "RDKit (default: not measured)",
    )
    parser.add_argument(
        "--unit",
        choices=UNITS,
        help="what a token is (default: as in the run, else characters)",
    )


def is_of_texts(options: argparse.Namespace) -> bool:
    """Whether lines of text are to be compared.

    Args:
        options: Arguments of the command line.
    """
    return is_text_file(options.real) or is_text_file(options.fake)


def check_none(options: argparse.Namespace) -> None:
    """Raises an error if options are for texts.

    Args:
        options: Arguments of a command line that is not of texts.
    """
    refuse(options, _OF_TEXTS, "lines of text, which REAL and FAKE are not")


def run(options: argparse.Namespace) -> int:
    """Measures and prints; returns the exit code.

    Args:
        options: Arguments of the command line.
    """
    refuse(options, _OF_OTHERS, "images, sounds or tables, and these are texts")
    if not is_text_file(options.real):
        raise ValueError(
            "REAL must be a file of lines, .txt or .smi, like FAKE. Received: "
            f"{options.real}. Name real lines first, then generated ones or "
            "the run that makes them."
        )
    found = _real(options)
    real = found.lines
    fake, unit = _fake(options, len(real))
    values = {
        "ngram_distance": metrics.ngram_distance(real, fake, unit=unit),
        "unique": metrics.unique_share(fake),
    }
    known = found.training
    if options.train is not None:
        known = _read(options.train, options.seed, most=None)
    if known is not None:
        values["new"] = metrics.new_share(fake, known)
    for name, texts in (("self_bleu", fake), ("real_self_bleu", real)):
        if len(texts) > 1:
            values[name] = metrics.self_bleu(texts, unit=unit)
    if options.valid is not None:
        values["valid"] = metrics.valid_share(fake, _VALID[options.valid])
    _print(options, values, found, len(fake))
    return 0


def _real(options: argparse.Namespace) -> Compared:
    """The lines of REAL; of those that a run learned, the ones held back."""
    found = None
    if not is_text_file(options.fake):
        found = compared(options.real, _model(options))
    return found or Compared(_read(options.real, options.seed))


def _fake(options: argparse.Namespace, number: int) -> tuple[list[str], str]:
    """The generated lines, and what their tokens are."""
    unit = options.unit or "characters"
    if is_text_file(options.fake):
        return _read(options.fake, options.seed), unit
    gan = load_gan_of("texts", _model(options), compiled=False)
    texts = gan.generate(number, seed=options.seed)
    return texts, options.unit or gan.preprocessor.unit


def _model(options: argparse.Namespace) -> pathlib.Path:
    """The file of the model that makes FAKE."""
    if not is_run(options.fake):
        raise ValueError(
            "FAKE must be a file of lines, .txt or .smi, like REAL, or the run "
            f"of a text. Received: {options.fake}."
        )
    return model_path(options.fake)


def _read(path: str, seed: int, most: int | None = _MOST_LINES) -> list[str]:
    """All lines, or a random sample of very many."""
    lines = list(datasets.text(path, max_length=_ANY_LENGTH))
    if most is None or len(lines) <= most:
        return lines
    draws = np.random.default_rng(seed)
    chosen = np.sort(draws.choice(len(lines), most, replace=False))
    return [lines[place] for place in chosen]


def _print(options, values, found: Compared, num_fake: int) -> None:
    num_real = len(found.lines)
    if options.json:
        described = {
            "real": options.real,
            "fake": options.fake,
            "real_lines": found.known,
            "num_real": num_real,
            "num_fake": num_fake,
        }
        print(json.dumps({**values, **described}))
        return
    width = max(map(len, values)) + 2
    for name, value in values.items():
        print(f"{name:<{width}}{value:.6g}")
    print(f"of {num_real:,} real and {num_fake:,} fake lines")
    if found.known is not None:
        print(found.note)
