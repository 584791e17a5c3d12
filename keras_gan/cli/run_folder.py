"""The folder of a run, and the paths in it."""

import contextlib
import dataclasses
import itertools
import os
import pathlib
import re
import sys
from collections.abc import Iterator

from keras_gan.callbacks.health.series import HealthState
from keras_gan.callbacks.run_checkpoint import read_record
from keras_gan.callbacks.time_budget import BudgetState
from keras_gan.cli.own_files import is_leftover
from keras_gan.cli.settings import Settings
from keras_gan.cli.words import command
from keras_gan.datasets import DatasetInfo
from keras_gan.utils.files import replacing
from keras_gan.utils.locks import holding_folder
from keras_gan.utils.records import (
    StepsDone,
    Text,
    Weight,
    read_json,
    to_json,
)

RUNS = pathlib.Path("runs")
# Of an example of other tasks than those of images: columns; length and
# vocabulary; length and channels.
_RANKS = {"table": 1, "text": 2, "sound": 2}


@dataclasses.dataclass(frozen=True)
class RunConfig:
    """The content of `config.json`: all that is needed to repeat a run."""

    settings: Settings
    dataset: DatasetInfo
    versions: dict[str, str] = dataclasses.field(default_factory=dict)
    device: str = ""
    images_sha256: str | None = None  # Older versions wrote none.
    # What was asked for, and what was measured to choose by, if it was.
    precision_asked: Text | None = None
    bfloat16_gain: Weight | None = None

    def __post_init__(self) -> None:
        shape = self.dataset.image_shape
        if len(shape) != _RANKS.get(self.settings.task, 3):
            raise ValueError(
                f"data of shape {shape} is not of the task "
                f"{self.settings.task!r}"
            )


@dataclasses.dataclass(frozen=True)
class Done:
    """How far a run is, as its checkpoint records it."""

    steps: StepsDone = 0
    rounds: StepsDone = 0
    budget: BudgetState | None = None
    health: HealthState | None = None

    def __post_init__(self) -> None:
        if not self.rounds <= self.steps or (self.steps and not self.rounds):
            raise ValueError(
                f"{self.steps} steps cannot be {self.rounds} rounds"
            )
        if self.budget is not None and self.budget.steps != self.steps:
            raise ValueError(
                f"{self.steps} steps cannot be {self.budget.steps} in its plan"
            )


class RunFolder:
    """Paths inside the folder of a run, and its own files.

    Args:
        path: The folder, which may not exist yet.
    """

    def __init__(self, path):
        self.path = pathlib.Path(path)
        self.config_path = self.path / "config.json"
        self.model_path = self.path / "model.keras"
        self.history_path = self.path / "history.csv"
        self.animation_path = self.path / "samples.gif"
        self.samples_path = self.path / "samples"
        self.logs_path = self.path / "logs"
        self.labels_path = self.path / "labels.csv"
        self.health_path = self.path / "health.json"

    def __str__(self) -> str:
        return str(self.path)

    def check_free(self) -> None:
        """Raises an error if the folder cannot hold a new run.

        Raises:
            ValueError: If the folder exists and is not empty.
        """
        if self.path.is_dir():
            if all(map(is_leftover, self.path.iterdir())):
                return
        elif not os.path.lexists(self.path):
            return
        raise ValueError(_occupied(self, self.config_path.is_file()))

    @contextlib.contextmanager
    def held(self, *, new: bool = False) -> Iterator[None]:
        """Creates the folder, if needed, and keeps other processes out.

        Args:
            new: Whether the folder must not exist yet.

        Raises:
            FileExistsError: If it exists and must not.
            OSError: If it cannot be written.
            ValueError: If another process writes there.
        """
        _check_text(self.path)
        with contextlib.ExitStack() as stack:
            try:
                stack.enter_context(holding_folder(self.path, new=new))
            except FileExistsError:
                raise
            except OSError as error:
                raise OSError(
                    error.errno,
                    f"The run's folder cannot be written ({error.strerror}); "
                    "choose another --out, or make it writable",
                    str(self.path),
                ) from error
            yield

    def discard_without_checkpoint(self) -> None:
        """Removes what a start has written that came to no checkpoint."""
        if self.model_path.exists():
            return
        records = [
            self.config_path,
            self.history_path,
            self.animation_path,
            self.labels_path,
            self.health_path,
        ]
        samples = self._samples("png", "wav", "txt")
        logs = self.logs_path.rglob("events.out.tfevents.*")
        for path in (*records, *samples, *logs):
            path.unlink(missing_ok=True)
        folders = [p for p in self.logs_path.rglob("*") if p.is_dir()]
        for path in (*folders[::-1], self.logs_path, self.samples_path):
            with contextlib.suppress(OSError):  # It is not there, or not empty.
                path.rmdir()

    def read_config(self) -> RunConfig:
        """Reads `config.json`.

        Raises:
            FileNotFoundError: If it is not the folder of a run.
            ValueError: If the file is damaged.
        """
        if not self.config_path.is_file():
            raise FileNotFoundError(
                f"`{self}` is not the folder of a run: it has no config.json."
                f"{_known_runs()}"
            )
        return read_json(self.config_path, RunConfig)

    def write_config(self, config: RunConfig) -> None:
        """Writes `config.json` atomically."""
        with replacing(self.config_path) as aside:
            aside.write_text(to_json(config), encoding="utf-8")

    def done(self) -> Done:
        """How far the run is.

        Raises:
            ValueError: If the checkpoint is damaged.
        """
        if not self.model_path.exists():
            return Done()
        return read_record(self.model_path, Done)

    def newest_samples(self) -> pathlib.Path | None:
        """The newest grid of samples, or lines of text."""
        return max(self._samples("png", "txt"), default=None)

    def _samples(self, *endings: str) -> list[pathlib.Path]:
        folder = self.samples_path
        return [p for end in endings for p in folder.glob(f"samples-*.{end}")]


@contextlib.contextmanager
def new_run(data: str) -> Iterator[RunFolder]:
    """Yields the next unused folder for a run on `data`, made and held."""
    name = re.sub(r"[^\w.-]+", "-", pathlib.Path(data).stem) or "run"
    with contextlib.ExitStack() as stack:
        for number in itertools.count(1):
            run = RunFolder(RUNS / f"{name}-{number}")
            if os.path.lexists(run.path):
                continue
            try:
                stack.enter_context(run.held(new=True))
                break
            except FileExistsError as error:
                if error.filename != str(run.path):  # `runs` is no folder.
                    raise
        yield run


def data_of_run(model: pathlib.Path) -> DatasetInfo | None:
    """What the run of a model says about its data; `None` without a run."""
    run = RunFolder(model.parent)
    return run.read_config().dataset if run.config_path.is_file() else None


def newest_run() -> RunFolder:
    """Returns the run in `runs/` that was saved last, or else started last.

    Other files that are written into its folder do not count.

    Raises:
        FileNotFoundError: If there is none.
    """
    runs = _runs()
    if not runs:
        raise FileNotFoundError(
            f"There is no run in `{RUNS}/`. Name the folder of one, or start "
            "one with `keras-gan train`."
        )
    return max(map(RunFolder, runs), key=_saved_at)


def _saved_at(run: RunFolder) -> float:
    saved = run.model_path if run.model_path.exists() else run.config_path
    return saved.stat().st_mtime


def _runs() -> list[pathlib.Path]:
    return sorted(path.parent for path in RUNS.glob("*/config.json"))


def _known_runs() -> str:
    runs = [str(path) for path in _runs()]
    return f" Runs here: {', '.join(runs)}." if runs else ""


def _check_text(path: pathlib.Path) -> None:
    """Refuses a name that is not text, which TensorBoard cannot write."""
    try:
        str(path).encode()
    except UnicodeEncodeError as error:
        raise ValueError(
            f"The name of the run's folder, `{path}`, is not text in the "
            f"encoding of this system, {sys.getfilesystemencoding()}. Rename "
            "it, choose another --out, or set LC_ALL=C.UTF-8."
        ) from error


def _occupied(run: RunFolder, is_run: bool) -> str:
    cure = (
        f"Continue it with `{command('train', '--resume', run)}`, or choose "
        "another --out."
        if is_run
        else "Choose another --out."
    )
    return f"`{run}` exists already and is not empty. {cure}"
