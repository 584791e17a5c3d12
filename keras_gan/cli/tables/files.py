"""Files of tables that commands read and write."""

import contextlib
import pathlib
from typing import Any

from keras_gan.cli.own_files import reserve
from keras_gan.datasets.tables import is_table_file
from keras_gan.utils.tables import columns_of


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


def open_file(named: str, held: contextlib.ExitStack) -> pathlib.Path:
    """Checks what `--out` names, and keeps other processes out.

    Args:
        named: The argument.
        held: Keeps the others out until it is closed.

    Raises:
        OSError: If it cannot be written.
        ValueError: If it exists, or is no file of a table.
    """
    path = pathlib.Path(named)
    if not is_table_file(path):
        raise ValueError(
            "`--out` must end in .csv or .parquet, because this is a table. "
            f"Received: {path}"
        )
    return reserve(path, held)
