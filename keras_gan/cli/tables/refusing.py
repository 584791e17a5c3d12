"""Refuses options without a meaning beside others, and columns of no kind."""

import argparse
from collections.abc import Sequence
from typing import Any

from keras_gan.utils.tables import columns_of


def refuse(
    options: argparse.Namespace, names: Sequence[str], what: str
) -> None:
    """Raises an error if one of some options is given.

    Args:
        options: Arguments of the command line, None where left out.
        names: Names of the options.
        what: What they are for.

    Raises:
        ValueError: If one is given.
    """
    for name in names:
        if getattr(options, name) not in (None, False):
            option = f"--{name.replace('_', '-')}"
            raise ValueError(
                f"`{option}` is for {what}. Received: {option}. Leave it out."
            )


def checked(table: Any) -> Any:
    """Returns a table of a file if all its columns are of a known kind.

    Args:
        table: The table, whose columns are named by text afterwards.

    Raises:
        ValueError: If it has others, such as decimal numbers or lists.
    """
    table = table.set_axis(table.columns.astype(str), axis="columns")
    try:
        columns_of(table)
    except TypeError as error:  # Of a file, a mistake is not one of types.
        raise ValueError(str(error)) from error
    return table
