"""Files of tables that commands write."""

import contextlib
import pathlib

from keras_gan.cli.reserving import reserve
from keras_gan.datasets.tables import is_table_file


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
