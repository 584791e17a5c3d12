"""Keeps finished parts of a benchmark, so that it can be taken up again.

A part is one training and what was measured of it. Its files bear a hash of its
settings, so parts of other settings stay beside it.
"""

import hashlib
import json
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from keras_gan.utils.files import replacing

Found = tuple[dict, dict]
"""Figures by name, and arrays by name."""


def known_or_made(
    folder: Path, name: str, settings: dict, make: Callable[[], Found]
) -> Found:
    """Returns a part of a benchmark: from its files, or made and kept.

    The figures get `seconds` and `processor_seconds`, which show whether the
    machine did other work.

    Args:
        folder: Where the files `NAME-HASH.json` and `NAME-HASH.npz` are.
        name: Name of the part.
        settings: All that it depends on, as values of JSON.
        make: Function without arguments that returns figures and arrays.
    """
    digest = hashlib.sha256(json.dumps(settings, sort_keys=True).encode())
    stem = f"{name.replace(' ', '_')}-{digest.hexdigest()[:8]}"
    figures_file, arrays_file = (
        folder / f"{stem}.{kind}" for kind in ("json", "npz")
    )
    if figures_file.exists():
        with np.load(arrays_file) as arrays:
            return json.loads(figures_file.read_text())["figures"], dict(arrays)
    start = time.perf_counter(), time.process_time()
    figures, made = make()
    figures = {
        **figures,
        "seconds": time.perf_counter() - start[0],
        "processor_seconds": time.process_time() - start[1],
    }
    folder.mkdir(parents=True, exist_ok=True)
    with replacing(arrays_file) as aside, aside.open("wb") as file:
        np.savez_compressed(file, **made)
    # The last of the two: with it the part is finished.
    record = json.dumps({"settings": settings, "figures": figures}, indent=1)
    with replacing(figures_file) as aside:
        aside.write_text(record + "\n")
    return figures, made


def settings_of(options, names: tuple[str, ...]) -> dict:
    """Returns what all parts of a run depend on.

    Args:
        options: Arguments of the command line, with `data`.
        names: Those that matter.
    """
    import keras

    chosen = {name: getattr(options, name) for name in names}
    return {
        "data": fingerprint(Path(options.data)),
        "backend": keras.backend.backend(),
        **chosen,
    }


def fingerprint(path: Path) -> str:
    """Returns a hash of a file, or of names and sizes of a folder's files.

    Args:
        path: A path, or the name of a built-in data set, which is returned.
    """
    if path.is_file():
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()[:16]
    if not path.is_dir():
        return str(path)
    names = sorted(
        f"{one.relative_to(path)} {one.stat().st_size}"
        for one in path.rglob("*")
        if one.is_file()
    )
    return hashlib.sha256("\n".join(names).encode()).hexdigest()[:16]


def write_table(lines: list[str], path: Path) -> None:
    """Prints the last line of a table, and writes all of it.

    Args:
        lines: The rows so far, with the head.
        path: Where a Markdown file is written, so that a run that is stopped
            leaves the rows that it has.
    """
    print(lines[-1], flush=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as aside:
        aside.write_text("\n".join(lines) + "\n")
