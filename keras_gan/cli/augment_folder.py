"""The folder that `keras-gan augment` writes, and can go on with."""

import csv
import json
import os
import pathlib
from collections.abc import Iterator
from typing import Any

from keras_gan.cli.augment_plan import COLUMNS, Entry, Plan, as_row
from keras_gan.utils.files import replacing

_HEADER = as_row(*COLUMNS)


class AugmentFolder:
    """Images in folders of their classes, a manifest, and the settings.

    A row of the manifest is written before its file. So all there is in the
    folder stands in the manifest, and what is listed and not there marks where
    a run was cut off.

    Args:
        path: The folder, which need not be there yet.
    """

    def __init__(self, path: str | os.PathLike) -> None:
        self.path = pathlib.Path(path)
        self.settings_path = self.path / "augment.json"
        self.manifest_path = self.path / "manifest.csv"

    def __str__(self) -> str:
        return str(self.path)

    def begin(self, settings: dict, plan: Plan, *, force: bool) -> int:
        """Makes the folder ready; returns how many files are there already.

        Args:
            settings: All that determines the files, as JSON can hold it.
            plan: The files.
            force: Whether to remove what another run has written.

        Raises:
            ValueError: If something is in the way.
        """
        settings = json.loads(json.dumps(settings))
        if not force and self._settings() == settings:
            return self._resume(plan)
        if self._is_occupied():
            self._clear(settings, plan, force)
        self.path.mkdir(parents=True, exist_ok=True)
        with replacing(self.settings_path) as aside:
            aside.write_text(json.dumps(settings, indent=2) + "\n")
        return self._resume(plan)

    def write(self, entries: list[Entry]) -> None:
        """Adds files, each of which is there as a whole or not at all."""
        with open(self.manifest_path, "ab") as manifest:
            manifest.write(b"".join(entry.row for entry in entries))
            manifest.flush()
            os.fsync(manifest.fileno())
        for entry in entries:
            path = self.path / entry.path
            path.parent.mkdir(parents=True, exist_ok=True)
            aside = _aside(path)
            aside.write_bytes(entry.data)
            os.replace(aside, path)

    # Going on ---------------------------------------------------------------

    def _resume(self, plan: Plan) -> int:
        """Cuts the manifest to what is there; returns the number of files."""
        if not self.manifest_path.exists():
            self.manifest_path.write_bytes(_HEADER)
        number = 0
        with open(self.manifest_path, "rb+") as manifest:
            if manifest.read(len(_HEADER)) != _HEADER:
                manifest.seek(0)
                manifest.write(_HEADER)
            end = len(_HEADER)
            for count, position in enumerate(self._written(manifest, plan), 1):
                if plan.may_start_at(count):
                    number, end = count, position
            manifest.truncate(end)
        return number

    def _written(self, manifest: Any, plan: Plan) -> Iterator[int]:
        """Where the row of each file ends that is there, up to a missing one.

        The rows are not parsed but foretold, all but their scores.
        """
        for number in range(len(plan)):
            row = plan.row_but_score(number)
            if manifest.read(len(row)) != row:
                return
            if not manifest.readline().endswith(b"\n"):
                return
            path = self.path / plan.path(number)
            # A machine that lost its power may leave empty files.
            if not path.is_file() or not path.stat().st_size:
                return
            yield manifest.tell()

    # Beginning anew ---------------------------------------------------------

    def _settings(self) -> dict | None:
        """The settings of the run that wrote the folder, if one did."""
        try:
            return json.loads(self.settings_path.read_text())
        except (OSError, ValueError):
            return None

    def _is_occupied(self) -> bool:
        if not self.path.is_dir():
            return self.path.exists()
        # Killed while it wrote its first file, a run leaves this one.
        own = _aside(self.settings_path)
        return any(path != own for path in self.path.iterdir())

    def _clear(self, settings: dict, plan: Plan, force: bool) -> None:
        """Removes what an earlier run wrote, if that is wanted."""
        earlier = self._settings()
        if not self.path.is_dir():
            raise ValueError(
                f"`--out` must be a folder. Received: `{self}`, a file."
            )
        if not force:
            raise ValueError(_occupied(self, earlier, settings))
        listed = set() if earlier is None else set(self._listed())
        own = {self.settings_path.name, self.manifest_path.name}
        taken = () if earlier is not None else own
        planned = (plan.path(number) for number in range(len(plan)))
        for path in (self.path / n for n in (*taken, *planned)):
            name = path.relative_to(self.path).as_posix()
            if name not in listed and os.path.lexists(path):
                raise ValueError(
                    f"`{path}` is in the way, and no run of `keras-gan "
                    "augment` wrote it. Move it away, or choose another --out."
                )
        for name in listed:
            (self.path / name).unlink(missing_ok=True)
            _aside(self.path / name).unlink(missing_ok=True)
        for folder in sorted({(self.path / n).parent for n in listed})[::-1]:
            _remove_empty(folder, self.path)
        if earlier is not None:
            # The settings last: they say that the rest may be removed.
            self.manifest_path.unlink(missing_ok=True)
            self.settings_path.unlink()

    def _listed(self) -> Iterator[str]:
        """Files in the manifest of an earlier run, none outside the folder."""
        if not self.manifest_path.is_file():
            return
        with open(
            self.manifest_path, newline="", errors="surrogateescape"
        ) as file:
            for row in csv.DictReader(file):
                name = pathlib.PurePosixPath(row.get("file") or "..")
                # The last row may be cut off, and its name with it.
                whole = row.get("score") is not None
                if whole and not name.is_absolute() and ".." not in name.parts:
                    yield str(name)


def _aside(path: pathlib.Path) -> pathlib.Path:
    # Always the same name, which the run that goes on writes over.
    return path.with_name(f".writing-{path.name}")


def _remove_empty(folder: pathlib.Path, root: pathlib.Path) -> None:
    while folder != root and folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent


def _occupied(folder: AugmentFolder, earlier: Any, settings: dict) -> str:
    if earlier is None:
        return (
            f"`{folder}` is not empty. Choose another --out, or pass --force "
            "to write into it; what is there stays."
        )
    names = [n for n in settings if earlier.get(n) != settings[n]]
    other = ", ".join(
        f"{name} {earlier.get(name)} (not {settings[name]})" for name in names
    )
    return (
        f"`{folder}` was written by `keras-gan augment` with {other}. Give the "
        "same arguments to go on with it, choose another --out, or pass "
        "--force to remove its images and begin anew."
    )
