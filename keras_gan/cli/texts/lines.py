"""`keras-gan generate` with a run of texts: their lines."""

import argparse
import contextlib
import pathlib
import random
from typing import Any

import numpy as np

from keras_gan.cli import arguments as kinds
from keras_gan.cli.arguments import refuse
from keras_gan.cli.classes import class_names, labels_in_turn
from keras_gan.cli.loading import load_gan_of
from keras_gan.cli.output import next_free
from keras_gan.cli.own_files import reserve
from keras_gan.utils.files import replacing
from keras_gan.utils.memory import check_memory

_NUM_LINES, _BATCH_SIZE = 1_000, 256
_OF_LINES = ("num_lines", "temperature")
_OF_OTHERS = ("num_images", "truncation", "num_rows", "where")


def add_arguments(parser: Any) -> None:
    """Adds the options for texts to a parser.

    Args:
        parser: The parser of `keras-gan generate`, or a group of it.
    """
    parser.add_argument(
        "--num-lines",
        "--num",
        type=kinds.positive_integer,
        metavar="N",
        help=f"number of lines (default: {_NUM_LINES})",
    )
    parser.add_argument(
        "--temperature",
        type=kinds.positive_number,
        metavar="T",
        help="below 1 lines are more typical and less diverse, above 1 the "
        "opposite (default: 1)",
    )


def check_none(options: argparse.Namespace) -> None:
    """Raises an error if options are for texts.

    Args:
        options: Arguments of a command line that is not of texts.
    """
    refuse(options, _OF_LINES, "a run of texts, which this is not")


def run(options: argparse.Namespace, source: pathlib.Path) -> int:
    """Makes lines and writes them; returns the exit code.

    Args:
        options: Arguments of the command line.
        source: The file of the model.
    """
    own = "this run is of texts, which has --num-lines and --temperature"
    refuse(options, _OF_OTHERS, f"images or tables, and {own}")
    num_lines = options.num_lines or _NUM_LINES
    with contextlib.ExitStack() as held:
        if options.out is None:
            out = next_free(source, held, ".txt")
        else:
            out = _open(options.out, held)
        gan = load_gan_of("texts", source, compiled=False)
        check_memory(
            f"{num_lines} lines",
            4 * num_lines * int(np.prod(gan.image_shape)),
            "Ask for fewer --num-lines.",
        )
        names = class_names(source, gan)
        labels = labels_in_turn(options.labels, gan, names, num_lines)
        seed = options.seed
        if seed is None:
            # The seed in the model file would give the same lines every time.
            seed = random.SystemRandom().randrange(2**31)
        texts = gan.generate(
            num_lines,
            labels=labels,
            temperature=options.temperature or 1.0,
            seed=seed,
            batch_size=min(options.batch_size or _BATCH_SIZE, num_lines),
        )
        lines = _with_labels(texts, labels, names)
        with replacing(out) as aside:
            aside.write_text("".join(f"{x}\n" for x in lines), encoding="utf-8")
    print(f"{num_lines} lines, seed {seed}: {out}")
    return 0


def _with_labels(texts: list[str], labels: Any, names: tuple) -> list[str]:
    """Lines as `train` reads them: of a conditional model with labels."""
    if labels is None:
        return texts
    return [
        f"{names[label] if names else label}\t{text}"
        for label, text in zip(labels, texts, strict=True)
    ]


def _open(named: str, held: contextlib.ExitStack) -> pathlib.Path:
    """Checks what `--out` names, and keeps other processes out."""
    path = pathlib.Path(named)
    if path.suffix.lower() not in (".txt", ".smi", ".tsv"):
        raise ValueError(
            "`--out` must end in .txt, .smi or .tsv, because these are lines "
            f"of text. Received: {path}"
        )
    return reserve(path, held)
