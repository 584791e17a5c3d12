"""`keras-gan evaluate` with tables."""

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
from keras_gan.cli.tables.files import checked
from keras_gan.cli.tables.source import check_columns
from keras_gan.cli.tables.trained_rows import Compared, compared
from keras_gan.datasets.tables import is_table_file
from keras_gan.metrics.tables.nearest_record_distance import NAMES

_OF_TABLES = ("label", "train")
_OF_IMAGES = (
    "metrics", "feature_extractor", "memorization", "num_images",
    "image_size", "channels", "split", "num_workers", "save_statistics",
)  # fmt: skip
_MOST_ROWS = 10_000
_WORST = 3


def add_arguments(parser: Any) -> None:
    """Adds the options for tables to a parser.

    Args:
        parser: The parser of `keras-gan evaluate`, or a group of it.
    """
    parser.add_argument(
        "--label",
        metavar="COLUMN",
        help="train classifiers of this column on FAKE and test them on REAL "
        "(default: none)",
    )
    parser.add_argument(
        "--train",
        metavar="TABLE",
        help="the rows that the model was trained on, where REAL was held "
        "out: are rows of FAKE copies of these, and how good is a classifier "
        "that is trained on them; of text the lines: which of FAKE are new "
        "(default: not measured)",
    )


def is_of_tables(options: argparse.Namespace) -> bool:
    """Whether tables are to be compared.

    Args:
        options: Arguments of the command line.
    """
    return is_table_file(options.real) or is_table_file(options.fake)


def check_none(options: argparse.Namespace) -> None:
    """Raises an error if options are for tables.

    Args:
        options: Arguments of a command line that is not of tables.
    """
    refuse(options, _OF_TABLES, "tables, which REAL and FAKE are not")


def run(options: argparse.Namespace) -> int:
    """Measures and prints; returns the exit code.

    Args:
        options: Arguments of the command line.
    """
    refuse(options, _OF_IMAGES, "images or sounds, and these are tables")
    if not is_table_file(options.real):
        raise ValueError(
            "REAL must be a .csv or .parquet file like FAKE. Received: "
            f"{options.real}. Name real rows first, then generated ones or "
            "the run that makes them."
        )
    found = _real(options)
    train = options.train and datasets.table(options.train)
    number = min(len(found.rows), _MOST_ROWS)
    fake = _sample(_fake(options, number), options.seed)
    names = None if is_table_file(options.fake) else list(fake.columns)
    real = _sample(_of_columns(found.rows, names), options.seed)
    _check_alike("FAKE", fake, real)
    if options.label is not None:
        check_columns("--label", [options.label], real)
    shapes = metrics.column_shapes(real, fake)
    trends = list(metrics.pair_trends(real, fake).values())
    values = {"column_shapes": float(np.mean(list(shapes.values())))}
    if trends:
        values["pair_trends"] = float(np.mean(trends))
    if train is not None:
        train = _sample(_of_columns(train, names), options.seed)
        _check_alike("--train", train, real)
        near = metrics.nearest_record_distances(train, fake, real)
        values |= {NAMES[name]: value for name, value in near.items()}
    if options.label is not None:
        values |= _usefulness(options, real, fake, train)
    numbers = {"real": len(real), "fake": len(fake)}
    _print(options, values, shapes, numbers, found)
    return 0


def _usefulness(options, real, fake, train) -> dict[str, float]:
    """Scores of classifiers, and of those that learned from real rows."""
    measure = metrics.train_synthetic_test_real
    scores = measure(fake, real, options.label, seed=options.seed)
    if train is not None:
        best = measure(train, real, options.label, seed=options.seed)
        scores |= {f"real_{name}": value for name, value in best.items()}
    return scores


def _real(options: argparse.Namespace) -> Compared:
    """The rows of REAL, of those that a run learned from the ones held back."""
    table = datasets.table(options.real)
    if is_table_file(options.fake):
        return Compared(table)
    return compared(table, options.real, _model(options))


def _check_alike(name: str, table: Any, real: Any) -> None:
    """Raises an error unless a table has the columns of REAL."""
    more = [one for one in table.columns if one not in real.columns]
    less = [one for one in real.columns if one not in table.columns]
    words = [
        f"{word} {', '.join(names)}"
        for word, names in (("with", more), ("without", less))
        if names
    ]
    if words:
        raise ValueError(
            f"{name} must have the columns of REAL. Received: a table "
            f"{' and '.join(words)}. Rename, add or remove columns."
        )


def _fake(options: argparse.Namespace, num_rows: int) -> Any:
    if is_table_file(options.fake):
        return checked(datasets.table(options.fake))
    gan = load_gan_of("tables", _model(options), compiled=False)
    return gan.generate(num_rows, seed=options.seed)


def _model(options: argparse.Namespace) -> pathlib.Path:
    """The file of the model that makes FAKE."""
    if not is_run(options.fake):
        raise ValueError(
            "FAKE must be a .csv or .parquet file like REAL, or the run of a "
            f"table. Received: {options.fake}."
        )
    return model_path(options.fake)


def _of_columns(table: Any, names: list[str] | None) -> Any:
    """The columns that a run was trained on, which may not be all."""
    if names is not None and set(names) <= set(table.columns):
        table = table[names]
    return checked(table)


def _sample(table: Any, seed: int) -> Any:
    """All rows, or a random sample of very many."""
    if len(table) <= _MOST_ROWS:
        return table
    sample = table.sample(_MOST_ROWS, random_state=seed)
    return sample.reset_index(drop=True)


def _print(options, values, shapes, numbers, found: Compared) -> None:
    if options.json:
        described = {
            "columns": shapes,
            "real": options.real,
            "fake": options.fake,
            "real_rows": found.known,
            **{f"num_{name}": number for name, number in numbers.items()},
        }
        print(json.dumps({**values, **described}))
        return
    width = max(map(len, values)) + 2
    for name, value in values.items():
        print(f"{name:<{width}}{value:.6g}")
    worst = sorted(shapes.items(), key=lambda item: item[1])[:_WORST]
    words = ", ".join(f"{name} {value:.3g}" for name, value in worst)
    print(f"least alike: {words}")
    print(
        f"of {numbers['real']:,} real and {numbers['fake']:,} fake rows of "
        f"{len(shapes)} columns"
    )
    if found.known is not None:
        print(found.note)
