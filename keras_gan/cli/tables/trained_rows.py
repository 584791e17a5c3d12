"""Which rows of a table a run was trained on, and which it was not."""

import dataclasses
import pathlib
from typing import Any

from keras_gan.cli.run_folder import RunFolder
from keras_gan.cli.tables.source import split_rows
from keras_gan.utils.files import sha256


@dataclasses.dataclass(frozen=True)
class Compared:
    """The rows of a file that generated rows are compared with.

    Attributes:
        rows: The rows, a `DataFrame`.
        known: `"held out"` if the run was trained on other rows of the file,
            `"trained on"` if on these, None if on none that is known.
    """

    rows: Any
    known: str | None = None

    @property
    def note(self) -> str:
        """What that means for the comparison, in a line."""
        return {
            None: "",
            "held out": "compared with the rows that the run held back, not "
            "with those that it was trained on",
            "trained on": "note: the run was trained on these rows, so that a "
            "copy of them would be the best; compare with rows that it has "
            "not seen",
        }[self.known]


def compared(table: Any, path: str, model: pathlib.Path) -> Compared:
    """Returns the rows of a table that a run was not trained on, if it knows.

    Args:
        table: All rows of the file, a `DataFrame`.
        path: The file.
        model: The file of the model.
    """
    run = RunFolder(model.parent)
    if not run.config_path.is_file():
        return Compared(table)
    config = run.read_config()
    if config.images_sha256 != sha256(path):
        return Compared(table)
    number = config.settings.held_out
    if not 0 < number < len(table):
        return Compared(table, "trained on")
    return Compared(split_rows(table, number)[1], "held out")
