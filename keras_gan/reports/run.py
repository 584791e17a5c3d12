"""What the folder of a run holds, as far as it can be read."""

import dataclasses
import json
import os
import pathlib
import re
import zipfile
from typing import Any

from keras_gan.reports.health import read_findings
from keras_gan.reports.history import History, read_history
from keras_gan.utils.findings import Finding
from keras_gan.utils.records import (
    Count,
    Minutes,
    Number,
    Steps,
    Units,
    read_json,
)


@dataclasses.dataclass(frozen=True)
class Settings:
    """Settings of a run that a page speaks of; older runs lack some.

    Runs of other versions may have others, which stay in `Run.all_settings`.
    """

    data: str = ""
    second: str | None = None
    task: str = "gan"
    network: str = ""
    image_size: tuple[Units, Units] | None = None
    resized_to: tuple[Units, Units] | None = None
    crop: tuple[Units, Units] | None = None
    channels: Units | None = None
    conditional: bool = False
    loss: str = ""
    batch_size: Count | None = None
    steps: Steps | None = None
    minutes: Minutes | None = None
    scale: Units | None = None
    attributes: list[str] | None = None
    feature_extractor: str = ""
    start: str | None = None
    rate: Count | None = None


@dataclasses.dataclass(frozen=True)
class Dataset:
    """The description of a run's data."""

    name: str = ""
    num_images: Number | None = None
    image_shape: tuple[Units, ...] | None = None
    num_classes: Count | None = None
    class_names: tuple[str, ...] | None = None


@dataclasses.dataclass(frozen=True)
class Config:
    """What a page says of `config.json`."""

    settings: Settings = dataclasses.field(default_factory=Settings)
    dataset: Dataset = dataclasses.field(default_factory=Dataset)
    versions: dict[str, str] = dataclasses.field(default_factory=dict)
    device: str = ""


@dataclasses.dataclass(frozen=True)
class Run:
    """A run, read from its folder.

    Attributes:
        path: The folder, absolute.
        config: The content of `config.json`.
        all_settings: The settings as they stand there.
        history: The content of `history.csv`.
        grids: Rounds and files of the grids of samples, in order.
        texts: The same of samples that are lines of text.
        findings: The content of `health.json`; None if it is damaged.
        saved_steps: Steps of the newest checkpoint; `None` without one.
        problems: What could not be read, a sentence each.
    """

    path: pathlib.Path
    config: Config
    all_settings: dict[str, Any]
    history: History
    grids: list[tuple[int, pathlib.Path]]
    texts: list[tuple[int, pathlib.Path]]
    findings: list[Finding] | None
    saved_steps: int | None
    problems: list[str]

    @property
    def steps(self) -> int:
        """Steps that were done."""
        logged = int(self.history.steps[-1]) if len(self.history) else 0
        return max(logged, self.saved_steps or 0)

    @property
    def is_watched(self) -> bool:
        """Whether the health of the training was checked."""
        return (self.path / "health.json").exists()

    @property
    def is_finished(self) -> bool:
        """Whether all planned steps were done."""
        planned = self.config.settings.steps
        return planned is not None and self.steps >= planned


def read_run(path: str | os.PathLike) -> Run:
    """Reads the folder of a run.

    Args:
        path: The folder.

    Raises:
        FileNotFoundError: If it is not the folder of a run.
        OSError: If a file cannot be read.
        ValueError: If its `config.json` is damaged.
    """
    given, path = path, pathlib.Path(os.path.abspath(path))
    if not (path / "config.json").is_file():
        raise FileNotFoundError(
            f"`{os.fspath(given)}` is not the folder of a run: it has no "
            "config.json. Name a folder that `keras-gan train` wrote."
        )
    config = read_json(path / "config.json", Config)
    raw = read_json(path / "config.json", dict)
    history = read_history(path / "history.csv")
    problems = _problems_of(history)
    findings: list[Finding] | None = None
    try:
        findings = read_findings(path / "health.json")
    except (OSError, ValueError) as error:
        problems.append(f"The findings are left out: {error}.")
    grids, texts = (_samples(path / "samples", kind) for kind in ("png", "txt"))
    if not grids and not texts:
        problems.append("There are no samples yet.")
    steps, problem = _saved_steps(path / "model.keras")
    problems += problem
    settings = raw.get("settings", {})
    return Run(
        path,
        config,
        settings,
        history,
        grids,
        texts,
        findings,
        steps,
        problems,
    )


def _samples(folder: pathlib.Path, kind: str) -> list[tuple[int, pathlib.Path]]:
    names = {path.name: path for path in folder.glob(f"samples-*.{kind}")}
    numbered = [
        (int(match[1]), path)
        for name, path in names.items()
        if (match := re.fullmatch(rf"samples-(\d{{4,15}})\.{kind}", name))
    ]
    return sorted(numbered)


def _saved_steps(path: pathlib.Path) -> tuple[int | None, list[str]]:
    """Steps as the checkpoint records them, and what is wrong with it."""
    if not path.exists():
        return None, ["There is no checkpoint: model.keras is missing."]
    try:
        with zipfile.ZipFile(path) as archive:
            record = json.loads(archive.comment or b"{}")
        return max(0, int(record["steps"])), []
    except (KeyError, TypeError, ValueError, zipfile.BadZipFile) as error:
        return 0, [f"The checkpoint does not say its step: {error!r}."]


def _problems_of(history: History) -> list[str]:
    problems = []
    if history.num_broken:
        rows = "row" if history.num_broken == 1 else "rows"
        problems.append(
            f"history.csv has {history.num_broken} {rows} that were cut off "
            "or cannot be read; they are left out."
        )
    elif not len(history):
        problems.append("No round has ended yet, so there are no curves.")
    for name, rounds in history.not_finite.items():
        shown = ", ".join(map(str, rounds[:5]))
        more = f" and {len(rounds) - 5} more" if len(rounds) > 5 else ""
        word = "round" if len(rounds) == 1 else "rounds"
        problems.append(
            f"{name} was not a finite number in {word} {shown}{more}."
        )
    return problems
