"""Keeps the place of a file that a command writes."""

import contextlib
import os
import pathlib

from keras_gan.utils.locks import holding_file


def reserve(path: pathlib.Path, held: contextlib.ExitStack) -> pathlib.Path:
    """Returns the path of a new file, and keeps other processes out.

    Args:
        path: What `--out` names.
        held: Keeps the others out until it is closed.

    Raises:
        OSError: If it cannot be written.
        ValueError: If it exists.
    """
    held.enter_context(holding_file(path))
    if os.path.lexists(path):
        raise ValueError(
            f"`{path}` exists already. Choose another --out, or remove it."
        )
    return path
