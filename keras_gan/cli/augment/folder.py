"""The folder that `keras-gan augment` writes, and can resume."""

import contextlib
import csv
import json
import os
import pathlib
from collections.abc import Iterator
from typing import Any

from keras_gan.cli.augment.plan import COLUMNS, File, Plan, as_row
from keras_gan.utils.files import replacing

_HEADER = as_row(*COLUMNS)


class AugmentFolder:
    """Images in folders of their classes, a manifest, and the settings.

    The row of a file is written before the file. So every file is in the
    manifest, and the first row without a file is where a run was cut off.

    Args:
        path: The folder, which may not exist yet.
    """

    def __init__(self, path: str | os.PathLike) -> None:
        self.path = pathlib.Path(path)
        self.settings_path = self.path / "augment.json"
        self.manifest_path = self.path / "manifest.csv"

    def __str__(self) -> str:
        return str(self.path)

    def begin(self, settings: dict, plan: Plan, *, force: bool) -> int:
        """Prepares the folder; returns how many files it already has.

        Args:
            settings: All that determines the files, as JSON can hold it.
            plan: The files.
            force: Whether to remove what another run has written.

        Raises:
            ValueError: If something is in the way.
        """
        settings, earlier = json.loads(json.dumps(settings)), self._settings()
        if force or earlier != settings:
            if self._is_occupied():
                if not force and self.path.is_dir():
                    raise ValueError(_occupied(self, earlier, settings))
                self._clear(plan, is_own=earlier is not None)
            self.path.mkdir(parents=True, exist_ok=True)
            with replacing(self.settings_path) as aside:
                aside.write_text(json.dumps(settings, indent=2) + "\n")
        return self._resume(plan)

    def write(self, files: list[File]) -> None:
        """Adds files; each is there as a whole or not at all."""
        with open(self.manifest_path, "ab") as manifest:
            manifest.write(b"".join(row for _, row, _ in files))
            manifest.flush()
            os.fsync(manifest.fileno())
        for name, _, data in files:
            path = self.path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            aside = _aside(path)
            aside.write_bytes(data)
            os.replace(aside, path)

    # Resuming ---------------------------------------------------------------

    def _resume(self, plan: Plan) -> int:
        """Truncates the manifest to what is there; returns how many files."""
        number, end = 0, len(_HEADER)
        with open(self.manifest_path, "ab"), open(
            self.manifest_path, "rb+"
        ) as manifest:  # fmt: skip
            if manifest.read(end) != _HEADER:
                manifest.seek(0)
                manifest.write(_HEADER)
            for count, position in enumerate(self._written(manifest, plan), 1):
                if plan.can_start_at(count):
                    number, end = count, position
            manifest.truncate(end)
        return number

    def _written(self, manifest: Any, plan: Plan) -> Iterator[int]:
        """Yields where each row ends, up to the first without its file."""
        for number in range(len(plan)):
            # All but the score is known before the image is drawn.
            row = plan.row(number)[:-1]
            is_row = manifest.read(len(row)) == row
            if not is_row or not manifest.readline().endswith(b"\n"):
                return
            path = self.path / plan.path(number)
            # A power failure can leave empty files.
            if not path.is_file() or not path.stat().st_size:
                return
            yield manifest.tell()

    # Starting over ----------------------------------------------------------

    def _settings(self) -> dict | None:
        """The settings of the run that wrote the folder, if there was one."""
        try:
            return json.loads(self.settings_path.read_text())
        except (OSError, ValueError):
            return None

    def _is_occupied(self) -> bool:
        if not self.path.is_dir():
            return self.path.exists()
        # A run that is killed at its first file leaves only this one.
        own = _aside(self.settings_path)
        return any(path != own for path in self.path.iterdir())

    def _clear(self, plan: Plan, *, is_own: bool) -> None:
        """Removes what an earlier run wrote, and nothing else."""
        if not self.path.is_dir():
            raise ValueError(f"`--out` must be a folder. Received: `{self}`.")
        listed = set(self._listed()) if is_own else set()
        wanted = [plan.path(number) for number in range(len(plan))]
        if not is_own:
            wanted += [self.settings_path.name, self.manifest_path.name]
        for name in wanted:
            if name not in listed and os.path.lexists(self.path / name):
                raise ValueError(
                    f"`{self.path / name}` is in the way, and `keras-gan "
                    "augment` did not write it. Move it away, or choose "
                    "another --out."
                )
        for path in (self.path / name for name in listed):
            path.unlink(missing_ok=True)
            _aside(path).unlink(missing_ok=True)
        folders = {f for n in listed for f in pathlib.PurePath(n).parents}
        for folder in sorted(folders - {pathlib.PurePath()}, reverse=True):
            with contextlib.suppress(OSError):  # It is not empty.
                (self.path / folder).rmdir()
        # The settings last: they say that the rest may be removed.
        self.manifest_path.unlink(missing_ok=True)
        self.settings_path.unlink(missing_ok=True)

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
    # Always the same name, which the run that resumes overwrites.
    return path.with_name(f".writing-{path.name}")


def _occupied(folder: AugmentFolder, earlier: Any, settings: dict) -> str:
    if earlier is None:
        return (
            f"`{folder}` is not empty. Choose another --out, or pass --force "
            "to write into it; what is there stays."
        )
    other = ", ".join(
        f"{name} {earlier.get(name)} (not {value})"
        for name, value in settings.items()
        if earlier.get(name) != value
    )
    return (
        f"`{folder}` was written by `keras-gan augment` with {other}. Give the "
        "same arguments to resume, choose another --out, or pass --force to "
        "remove its images and start over."
    )
