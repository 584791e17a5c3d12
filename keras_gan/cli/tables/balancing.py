"""`keras-gan augment` with a table: rows of rare categories."""

import argparse
import contextlib
import pathlib

from keras_gan import datasets
from keras_gan.cli.arguments import refuse
from keras_gan.cli.generate import model_path
from keras_gan.cli.loading import load_gan_of
from keras_gan.cli.run_folder import RunFolder
from keras_gan.cli.tables.files import checked, open_file

_OF_IMAGES = (
    "split", "num_workers", "num_images", "counts", "filter", "classifier",
    "truncation", "force", "unsafe",
)  # fmt: skip
_MOST_CATEGORIES = 20


def run(options: argparse.Namespace) -> int:
    """Fills up the table and writes it; returns the exit code.

    Args:
        options: Arguments of the command line.
    """
    refuse(options, _OF_IMAGES, "images, and DATA is a table")
    path = model_path(options.model)
    with contextlib.ExitStack() as held:
        out = open_file(options.out, held)
        table = checked(datasets.table(options.data))
        column = options.balance
        if column is None or (column == "uniform" and column not in table):
            column = _label_of(path)
        gan = load_gan_of("tables", path, compiled=False)
        before = gan.preprocessor.count(table, column)
        more = gan.balance(table, column, seed=options.seed)
        datasets.write_table(more, out)
    if not options.quiet:
        after = gan.preprocessor.count(more, column)
        print(
            f"{len(more):,} rows, {len(more) - len(table):,} of them "
            f"generated: {out}"
        )
        _print_counts(before, after)
    return 0


def _print_counts(before: dict, after: dict) -> None:
    if len(before) > _MOST_CATEGORIES:
        return
    names = ["missing" if value is None else str(value) for value in before]
    width = max(map(len, names))
    for name, value in zip(names, before, strict=True):
        added = after[value] - before[value]
        print(f"  {name:<{width}}  {before[value]:,} + {added:,}")


def _label_of(model: pathlib.Path) -> str:
    """The column that the run of a model was told to be the label."""
    run = RunFolder(model.parent)
    label = None
    if run.config_path.is_file():
        label = run.read_config().settings.label
    if label is None:
        raise ValueError(
            "`--balance` must name a column of categories to fill up. "
            f"Received: none, and `{model}` was trained without --label. Name "
            "one, such as --balance COLUMN."
        )
    return label
