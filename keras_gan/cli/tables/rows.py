"""`keras-gan generate` with a run of a table: its rows."""

import argparse
import contextlib
import pathlib
import random
from typing import Any

from keras_gan import datasets
from keras_gan.cli import arguments as kinds
from keras_gan.cli.arguments import refuse
from keras_gan.cli.loading import load_gan_of
from keras_gan.cli.output import next_free
from keras_gan.cli.tables.files import open_file
from keras_gan.utils.memory import check_memory

_NUM_ROWS = 1_000
_OF_ROWS = ("num_rows", "where")
_OF_IMAGES = ("num_images", "labels", "truncation", "batch_size")
# Rows to choose from for each row that is made.
_CHOICE = 3


def add_arguments(parser: Any) -> None:
    """Adds the options for tables to a parser.

    Args:
        parser: The parser of `keras-gan generate`, or a group of it.
    """
    parser.add_argument(
        "--num-rows",
        type=kinds.positive_integer,
        metavar="N",
        help=f"number of rows (default: {_NUM_ROWS})",
    )
    parser.add_argument(
        "--where",
        action="append",
        type=_condition,
        metavar="COLUMN=VALUE",
        help="a category that all rows have, such as sex=F; may be given for "
        "several columns; without a VALUE: missing (default: as in the table)",
    )


def check_none(options: argparse.Namespace) -> None:
    """Raises an error if options are for tables.

    Args:
        options: Arguments of a command line that is not of a table.
    """
    refuse(options, _OF_ROWS, "a run of a table, which this is not")


def run(options: argparse.Namespace, source: pathlib.Path) -> int:
    """Makes rows and writes them; returns the exit code.

    Args:
        options: Arguments of the command line.
        source: The file of the model.
    """
    own = "this run is of a table, which has --num-rows and --where"
    refuse(options, _OF_IMAGES, f"images, and {own}")
    num_rows = options.num_rows or _NUM_ROWS
    with contextlib.ExitStack() as held:
        if options.out is None:
            out = next_free(source, held, ".csv")
        else:
            out = open_file(options.out, held)
        gan = load_gan_of("tables", source, compiled=False)
        layout = gan.preprocessor.layout
        check_memory(
            f"{num_rows} rows",
            4 * _CHOICE * num_rows * (layout.num_values + len(layout.sizes)),
            "Ask for fewer --num-rows.",
        )
        conditions = _conditions(options.where or [], gan.preprocessor)
        seed = options.seed
        if seed is None:
            # The seed in the model file would give the same rows every time.
            seed = random.SystemRandom().randrange(2**31)
        table = gan.generate(num_rows, conditions=conditions, seed=seed)
        datasets.write_table(table, out)
    print(f"{num_rows} rows, seed {seed}: {out}")
    return 0


def _condition(text: str) -> str:
    """`sex=F`, if it may be that."""
    name, equals, _ = text.partition("=")
    if not name or not equals:
        raise argparse.ArgumentTypeError(
            f"must be COLUMN=VALUE, such as sex=F, not {text!r}"
        )
    return text


def _conditions(given: list[str], preprocessor: Any) -> dict:
    """Conditions as `TableGAN.generate` takes them."""
    found: dict[str, Any] = {}
    known = preprocessor.category_names()
    for name, text in (_parted(one, known) for one in given):
        if name in found:
            raise ValueError(
                "`--where` names each column once. Received: "
                f"{name} twice. Leave one out."
            )
        found[name] = preprocessor.parse(name, text)
    return found


def _parted(text: str, known: list[str]) -> tuple[str, str]:
    """`sex=F` as ("sex", "F"); names of columns may have equals signs, too."""
    ends = [at for at, sign in enumerate(text) if sign == "="]
    names = [text[:end] for end in ends if text[:end] in known]
    name = names[-1] if names else text[: ends[0]]
    return name, text[len(name) + 1 :]
