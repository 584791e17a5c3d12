"""The folder that `keras-gan augment` writes, and can resume."""

import dataclasses
import os
import pathlib
from contextlib import AbstractContextManager
from typing import Any

from keras_gan.cli.own_files import (
    check_way,
    is_leftover,
    paths_inside,
    remove,
)
from keras_gan.datasets.augmented_files import AugmentedFiles, File
from keras_gan.datasets.manifest import OWN_FILES, Manifest
from keras_gan.utils.files import naming, replacing
from keras_gan.utils.locks import LOCK, holding_folder
from keras_gan.utils.records import (
    Count,
    Number,
    Seed,
    Text,
    Weight,
    parse_json,
    read_json,
    to_json,
)


@dataclasses.dataclass(frozen=True)
class AugmentSettings:
    """The content of `augment.json`: all that determines the files."""

    data: Text
    images_of_data: dict[str, Any]
    model: Text
    model_sha256: str
    added: Number | dict[str, Number]
    filter: float | str | None
    classifier: Text | None
    classifier_sha256: str | None
    batch_size: Count
    seed: Seed
    truncation: Weight | None
    versions: dict[str, str]


class AugmentFolder:
    """Images in folders of their classes, a manifest, and the settings.

    The row of a file is written before the file, and stays. So every file is
    in the manifest at any time, and a run goes on at the first row without a
    file: where it was cut off, or where a file was lost later.

    Args:
        path: The folder, which may not exist yet.

    Attributes:
        is_new: Whether there was no image in it when `begin` was called.
    """

    def __init__(self, path: str | os.PathLike) -> None:
        self.path = pathlib.Path(path)
        self.settings_path = self.path / "augment.json"
        self.manifest = Manifest(self.path / "manifest.csv")
        self.is_new = True
        self._number_listed = 0
        self._next = 0

    def __str__(self) -> str:
        return str(self.path)

    def held(self) -> AbstractContextManager[None]:
        """Creates the folder, if needed, and keeps other processes out.

        Raises:
            ValueError: If another process writes there, or it is a file.
        """
        if os.path.lexists(self.path) and not self.path.is_dir():
            raise ValueError(f"`--out` must be a folder. Received: `{self}`.")
        return holding_folder(self.path)

    def begin(
        self, settings: AugmentSettings, files: AugmentedFiles, *, force: bool
    ) -> int:
        """Prepares the folder; returns how many files need not be written.

        Args:
            settings: All that determines the files.
            files: The files.
            force: Whether to remove what another run has written.

        Raises:
            ValueError: If something is in the way.
        """
        _check_names(files)
        # As it will be read again.
        settings = parse_json(to_json(settings), AugmentSettings, "")
        earlier = self._settings()
        own = [] if earlier is None else self._written()
        if force or earlier != settings:
            if not force and self._is_occupied():
                raise ValueError(_occupied(self, earlier, settings))
            names = [*OWN_FILES, *(row[0] for row in files.rows)]
            self._check_way(names, own)
            # The settings last: they say that the rest may be removed.
            remove(self.path, own)
            with replacing(self.settings_path) as aside:
                aside.write_text(to_json(settings), encoding="utf-8")
        rows = self.manifest.resume(files.rows)
        there = [self.manifest.has_file(row) for row in rows]
        done = files.start_after([*there, False].index(False))
        self._check_way([row[0] for row in files.rows[done:]], own)
        # What another row listed would be nobody's once that is replaced.
        unlisted = {self.path / row[0] for row in files.rows[len(rows) :]}
        remove(self.path, unlisted.intersection(own))
        self.manifest.replace(rows)
        self.is_new = not any(there)
        self._number_listed, self._next = len(rows), done
        return done

    def write(self, files: list[File]) -> None:
        """Adds files; each is there as a whole or not at all."""
        new = files[max(0, self._number_listed - self._next) :]
        with naming(self.manifest.path):
            self.manifest.append([row for row, _ in new])
        self._next += len(files)
        self._number_listed = max(self._number_listed, self._next)
        for row, content in files:
            path = self.path / row[0]
            path.parent.mkdir(parents=True, exist_ok=True)
            with replacing(path, flush=False) as aside:
                # A power failure may leave empty files, which `begin` finds.
                aside.write_bytes(content)

    def discard(self) -> None:
        """Removes what was written, when it cannot be continued."""
        remove(self.path, self._written())

    def _settings(self) -> AugmentSettings | None:
        """The settings of the run that wrote the folder, if there was one."""
        if not os.path.lexists(self.settings_path):
            return None
        return read_json(self.settings_path, AugmentSettings)

    def _written(self) -> list[pathlib.Path]:
        """What an earlier run wrote; all of it is checked to be its own."""
        # A row that was edited may name our records too.
        listed = [n for n in self.manifest.names() if n not in OWN_FILES]
        return paths_inside(
            self.path, [*listed, *OWN_FILES], self.manifest.path
        )

    def _is_occupied(self) -> bool:
        # A process that is killed at its first file leaves only these.
        there = self.path.iterdir()
        return not all(map(is_leftover, there))

    def _check_way(self, names: list[str], own: list[pathlib.Path]) -> None:
        needed = [self.path / name for name in names]
        check_way(self.path, needed, own, "augment")


def _check_names(files: AugmentedFiles) -> None:
    """Refuses names that cannot be written, or are those of our own files."""
    for row in files.rows:
        try:
            os.fsencode(row[0])
        except UnicodeEncodeError as error:  # Names in a zip may be any.
            raise ValueError(
                f"DATA has an image `{row[0]}`, whose name cannot be written "
                f"in the encoding of this system, {error.encoding}. Set "
                "LC_ALL=C.UTF-8, or rename it."
            ) from error
    for name in {row[0].split("/")[0] for row in files.rows}:
        # Some systems do not tell capital letters from small ones.
        is_own = name.casefold() in (*OWN_FILES, LOCK)
        if is_own or is_leftover(pathlib.Path(name)):
            raise ValueError(
                f"DATA has a class `{name}`, which is the name of a file that "
                "`keras-gan augment` writes. Rename the folder of the class, "
                "and train the GAN again."
            )


def _occupied(
    folder: AugmentFolder,
    earlier: AugmentSettings | None,
    settings: AugmentSettings,
) -> str:
    if earlier is None:
        return (
            f"`{folder}` is not empty, and `keras-gan augment` did not write "
            "it. Choose another --out, or pass --force to write among the "
            "files there, which stay."
        )
    others = [
        f"{name} {getattr(earlier, name)} (not {value})"
        for name, value in dataclasses.asdict(settings).items()
        if getattr(earlier, name) != value
    ]
    written = f": augment wrote it with {', '.join(others)}" * bool(others)
    return (
        f"`{folder}` is not empty{written}. Give the same arguments to resume, "
        "choose another --out, or pass --force, which removes what an earlier "
        "augment wrote there, and nothing else."
    )
