"""Tables, sounds and texts: tiny data of each, and a run on it."""

import contextlib
import dataclasses
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from keras_gan import AdversarialModel, cli, sounds

SHORT = ("--steps", 2, "--save-every", 1)
TINY_TABLE = (
    *("--width", 4, "--latent-dim", 3, "--batch-size", 20, "--no-jit"),
)
TINY_SOUND = (
    *("--width", 1, "--latent-dim", 3, "--batch-size", 5, "--no-jit"),
)
TINY_TEXT = (
    *("--width", 4, "--latent-dim", 3, "--batch-size", 16, "--no-jit"),
)
RATE, LENGTH = 1_000, 100
NAMES = ["anna", "bob", "eve", "otto", "al", "bea", "zo\xeb", "ann"] * 15


def people(rows=60, seed=0):
    """A table of every kind of column, with a rare label."""
    import pandas as pd

    draws = np.random.default_rng(seed)
    size = draws.normal(10, 2, rows).round(2)
    size[::7] = np.nan
    days = draws.integers(0, 900, rows).astype("timedelta64[D]")
    return pd.DataFrame(
        {
            "size": size,
            "born": np.datetime64("2000-01-01") + days,
            "sex": draws.choice(["F", "M"], rows),
            "member": draws.random(rows) < 0.5,
            "note": ["once"] + ["often"] * (rows - 1),
            "nothing": np.full(rows, np.nan),
            "label": np.where(np.arange(rows) % 6 == 0, 100, 7),
        }
    )


def write_table(path, rows=60, seed=0):
    """People, and an empty line."""
    text = people(rows, seed).to_csv(index=False)
    Path(path).write_text(text + "\n")


def write_sounds(
    folder, classes=("high", "low"), number=3, rate=RATE, loudness=1.0
):
    """Tones of a class each, of different loudness."""
    for which, name in enumerate(classes):
        Path(folder, name).mkdir(parents=True, exist_ok=True)
        for one in range(number):
            wave = np.sin(0.3 * (which + 1) * np.arange(LENGTH))[:, None]
            path = Path(folder, name, f"{one}.wav")
            wave = loudness * wave * (one + 1) / 4
            sounds.write_wav(path, wave, rate=rate)


def write_names(path, names=NAMES):
    """Names, and an empty line."""
    Path(path).write_text("\n".join(["", *names]), encoding="utf-8")


@dataclasses.dataclass(frozen=True)
class Kind:
    """A kind of data, and a run on it.

    Attributes:
        name: The task.
        unit: What there are many of.
        data: The name of the data.
        write: Writes it to a path.
        write_other: Writes other data, for which the networks fit.
        options: Of the run.
        words: What the command says of the run.
        words_of_other: The same of one that begins with it, on other data.
        kept: Settings that a run that begins with this one takes over.
        use: The command that uses it, without the run, and what it makes.
    """

    name: str
    unit: str
    data: str
    write: Callable
    write_other: Callable
    options: tuple
    words: tuple[str, ...]
    words_of_other: str
    kept: tuple[str, ...]
    use: tuple[str, str]

    def __str__(self) -> str:
        return self.name

    @property
    def train(self) -> tuple:
        return (self.data, *self.options, *SHORT, "--seed", 1)


KINDS = {
    kind.name: kind
    for kind in (
        Kind(
            "table",
            "rows",
            "people.csv",
            write_table,
            lambda path: write_table(path, 40, seed=1),
            ("--label", "label", *TINY_TABLE),
            (
                "50 rows of 7 columns, 4 of categories, from people.csv",
                "10 held out",
                "2 steps of 20 rows",
            ),
            "30 rows of 7 columns, 4 of categories, from other.csv",
            ("label",),
            ("--num-rows 1000", ".csv"),
        ),
        Kind(
            "sound",
            "sounds",
            "tones",
            write_sounds,
            # Of another rate than that of the run, in which they are read.
            lambda path: write_sounds(path, rate=2 * RATE, loudness=0.5),
            ("--conditional", *TINY_SOUND),
            (
                "6 sounds of 2 classes, 0.1 s at 1,000 Hz, mono",
                "2 steps of 5 sounds",
            ),
            "6 sounds of 2 classes, 0.1 s at 1,000 Hz, mono",
            ("conditional", "rate", "length", "channels"),
            ("--out new_sounds", ".wav"),
        ),
        Kind(
            "text",
            "lines",
            "names.txt",
            write_names,
            # Longer lines than a run can make are left out.
            lambda path: write_names(path, ["bob", "eve", "xanthippe"] * 20),
            TINY_TEXT,
            (
                "108 lines of up to 4 characters, 10 different ones, from na",
                "12 held out",
                "2 steps of 16 lines",
            ),
            "36 lines of up to 4 characters, 10 different ones, from other.txt",
            ("unit",),
            ("--num-lines 1000", ".txt"),
        ),
    )
}


@contextlib.contextmanager
def training_eagerly():
    """Trains without graphs: to trace one takes longer than a few steps."""
    compiled = AdversarialModel.compile

    def compile(model, *arguments, **options):
        compiled(model, *arguments, **options | {"run_eagerly": True})

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(AdversarialModel, "compile", compile)
        yield


def write_run(kind: Kind, folder: Path) -> None:
    """Writes data into a folder, and a run on it."""
    kind.write(folder / kind.data)
    line = ("train", *kind.train, "--out", "run", "--quiet")
    with contextlib.chdir(folder), training_eagerly():
        assert cli.main([str(argument) for argument in line]) == 0


def look_here_for_data(kind: Kind, run="run", **changed) -> None:
    """Lets a copied run find its data in the current folder."""
    path = Path(run, "config.json")
    config = json.loads(path.read_text())
    config["settings"] |= {"data": str(Path(kind.data).resolve()), **changed}
    path.write_text(json.dumps(config))
