"""Files that are written whole or not at all."""

import contextlib
import os
import pathlib
from collections.abc import Iterator


@contextlib.contextmanager
def replacing(path) -> Iterator[pathlib.Path]:
    """Hands out a path to write to, which then takes the place of `path`.

    A full disk, an error or a killed process leaves the old file as it was.
    What a killed process leaves beside it, the next writer overwrites.

    Args:
        path: File to replace; its folder is there already.
    """
    path = pathlib.Path(path)
    # The same suffix, which some writers choose the format by.
    aside = path.with_name(f".writing-{path.name}")
    try:
        yield aside
        _flush(aside)
        os.replace(aside, path)
        _flush_folder(path.parent)
    finally:
        aside.unlink(missing_ok=True)


def _flush(path) -> None:
    """Waits until a file is on the disk, not only on its way there."""
    with open(path, "rb+") as file:
        os.fsync(file.fileno())


def _flush_folder(path) -> None:
    """The same for the name of a file, where folders can be opened."""
    with contextlib.suppress(OSError):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
