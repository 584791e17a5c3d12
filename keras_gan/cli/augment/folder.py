"""The folder that `keras-gan augment` writes, and can resume."""

import contextlib
import json
import os
import pathlib
from typing import Any

from keras_gan.datasets.augmented_files import AugmentedFiles, File
from keras_gan.datasets.manifest import Manifest
from keras_gan.utils.files import replacing, temporary_path


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
        self.manifest = Manifest(self.path / "manifest.csv")

    def __str__(self) -> str:
        return str(self.path)

    def begin(
        self, settings: dict[str, Any], files: AugmentedFiles, *, force: bool
    ) -> int:
        """Prepares the folder; returns how many files it already has.

        Args:
            settings: All that determines the files, as JSON can hold it.
            files: The files.
            force: Whether to remove what another run has written.

        Raises:
            ValueError: If something is in the way.
        """
        settings = json.loads(json.dumps(settings))
        earlier = self._settings()
        if force or earlier != settings:
            if not force and self._is_occupied():
                raise ValueError(_occupied(self, earlier, settings))
            self._clear(files, is_own=earlier is not None)
            self.path.mkdir(parents=True, exist_ok=True)
            with replacing(self.settings_path) as aside:
                aside.write_text(json.dumps(settings, indent=2) + "\n")
        rows = self.manifest.resume(files.rows)
        done = files.start_after(len(rows))
        self.manifest.replace(rows[:done])
        return done

    def write(self, files: list[File]) -> None:
        """Adds files; each is there as a whole or not at all."""
        self.manifest.append([row for row, _ in files])
        for row, content in files:
            path = self.path / row[0]
            path.parent.mkdir(parents=True, exist_ok=True)
            # Not flushed, which would be slow: `begin` finds empty files.
            aside = temporary_path(path)
            aside.write_bytes(content)
            os.replace(aside, path)

    def _settings(self) -> dict[str, Any] | None:
        """The settings of the run that wrote the folder, if there was one."""
        try:
            return json.loads(self.settings_path.read_text())
        except (OSError, ValueError):
            return None

    def _is_occupied(self) -> bool:
        if not self.path.is_dir():
            return False
        # A run that is killed at its first file leaves only this one.
        own = temporary_path(self.settings_path)
        return any(path != own for path in self.path.iterdir())

    def _clear(self, files: AugmentedFiles, *, is_own: bool) -> None:
        """Removes what an earlier run wrote, and nothing else."""
        if self.path.exists() and not self.path.is_dir():
            raise ValueError(f"`--out` must be a folder. Received: `{self}`.")
        # The settings last: they say that the rest may be removed.
        records = [self.manifest.path, self.settings_path]
        written = [*self.manifest.listed(), *records] if is_own else []
        needed = {*records, *(self.path / row[0] for row in files.rows)}
        for path in sorted(needed.difference(written)):
            if os.path.lexists(path):
                raise ValueError(
                    f"`{path}` is in the way, and `keras-gan augment` did not "
                    "write it. Move it away, or choose another --out."
                )
        for path in written:
            path.unlink(missing_ok=True)
            temporary_path(path).unlink(missing_ok=True)
            if path.parent != self.path:
                with contextlib.suppress(OSError):  # It is not empty.
                    os.removedirs(path.parent)


def _occupied(
    folder: AugmentFolder, earlier: dict[str, Any] | None, settings: dict
) -> str:
    others = [
        f"{name} {earlier.get(name)} (not {value})"
        for name, value in settings.items()
        if earlier and earlier.get(name) != value
    ]
    written = f": augment wrote it with {', '.join(others)}" * bool(others)
    return (
        f"`{folder}` is not empty{written}. Give the same arguments to resume, "
        "choose another --out, or pass --force, which removes what an earlier "
        "augment wrote there, and nothing else."
    )
