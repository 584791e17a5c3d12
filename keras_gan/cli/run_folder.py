"""The folder of a run, and the paths in it."""

import json
import os
import pathlib
import re
import tempfile

from keras_gan.utils.files import replacing

RUNS = pathlib.Path("runs")


class RunFolder:
    """Paths inside the folder of a run, and its `config.json`.

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

    def __str__(self) -> str:
        return str(self.path)

    def check_free(self) -> None:
        """Raises an error if the folder cannot hold a new run.

        Raises:
            ValueError: If the folder exists and is not empty.
        """
        is_folder = self.path.is_dir()
        if is_folder and not any(self.path.iterdir()):
            return
        if self.path.exists():
            raise ValueError(_occupied(self, self.config_path.is_file()))

    def make_writable(self) -> None:
        """Creates the folder and checks that files can be written there.

        Raises:
            OSError: If it cannot be written.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.path):
                pass
        except OSError as error:
            raise OSError(
                error.errno,
                f"The run's folder cannot be written ({error.strerror}); "
                "choose another --out, or make it writable",
                str(self.path),
            ) from error

    def read_config(self) -> dict:
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
        try:
            return json.loads(self.config_path.read_text())
        except json.JSONDecodeError as error:
            raise ValueError(
                f"`{self.config_path}` is damaged: {error}."
            ) from error

    def write_config(self, config: dict) -> None:
        """Writes `config.json` atomically."""
        with replacing(self.config_path) as aside:
            aside.write_text(json.dumps(config, indent=2) + "\n")

    def newest_samples(self) -> pathlib.Path | None:
        """The newest grid of samples."""
        return max(self.samples_path.glob("samples-*.png"), default=None)


def new_run(data: str) -> RunFolder:
    """Returns the next unused folder for a run on `data`."""
    name = re.sub(r"[^\w.-]+", "-", pathlib.Path(data).stem) or "run"
    number = 1
    while (RUNS / f"{name}-{number}").exists():
        number += 1
    return RunFolder(RUNS / f"{name}-{number}")


def newest_run() -> RunFolder:
    """Returns the run in `runs/` that was started or saved last.

    Raises:
        FileNotFoundError: If there is none.
    """
    runs = _runs()
    if not runs:
        raise FileNotFoundError(
            f"There is no run in `{RUNS}/`. Name the folder of one, or start "
            "one with `keras-gan train`."
        )
    return RunFolder(max(runs, key=os.path.getmtime))


def _runs() -> list[pathlib.Path]:
    return sorted(path.parent for path in RUNS.glob("*/config.json"))


def _known_runs() -> str:
    runs = [str(path) for path in _runs()]
    return f" Runs here: {', '.join(runs)}." if runs else ""


def _occupied(run: RunFolder, is_run: bool) -> str:
    cure = (
        f"Continue it with `keras-gan train --resume {run}`, or choose "
        "another --out."
        if is_run
        else "Choose another --out."
    )
    return f"`{run}` exists already and is not empty. {cure}"
