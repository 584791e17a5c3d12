"""Results of cells in a folder, so that a study can go on."""

import json
import os
from pathlib import Path
from typing import Any

from keras_gan.evaluation.cells import Cell


def _path(folder: Any, cell: Cell) -> Path:
    return Path(folder) / "cells" / f"{cell.name}.json"


def read(folder: Any, cell: Cell, settings: dict) -> dict | None:
    """The result of a cell that was measured before in the same way.

    Args:
        folder: The folder of the study, or None.
        cell: The cell.
        settings: What its result depends on.
    """
    if folder is None or not _path(folder, cell).exists():
        return None
    known = json.loads(_path(folder, cell).read_text())
    return known["recalls"] if known["settings"] == settings else None


def write(folder: Any, cell: Cell, settings: dict, result: dict) -> None:
    """Keeps the result of a cell.

    Args:
        folder: The folder of the study; None keeps nothing.
        cell: The cell.
        settings: What its result depends on.
        result: Dict from the names of arms to recalls.
    """
    if folder is None:
        return
    path = _path(folder, cell)
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_suffix(".part")
    aside.write_text(json.dumps({"settings": settings, "recalls": result}))
    os.replace(aside, path)
