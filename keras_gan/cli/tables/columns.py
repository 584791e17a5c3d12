"""Refuses columns of an unknown kind."""

from typing import Any

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
