"""Hostile command lines, folders and own files, by a seeded generator.

    python tests/support/fuzz.py --cases 2000 --seed 1

prints each case that ends in a traceback, hangs, loses a file of the user or
leaves one behind, and at the end the memory that all of them took. Without
`--cases` it goes on until it is stopped. Training is replaced by one call of
each callback: what is tried is all that is around it.
"""

import argparse
import contextlib
import dataclasses
import io
import itertools
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import traceback
from collections.abc import Iterator
from pathlib import Path

import hostile
import keras
import numpy as np
from runs import make_run

import keras_gan
from keras_gan import cli
from keras_gan.images import write_image

SECONDS = 30
"""More is a hang."""
_CLASSES = ("a", "b")
_WRITTEN = ("run", "aug", "gen")
_MINE = ("mine.npz", "mine.txt")


@dataclasses.dataclass
class Case:
    """One command, in a folder that was prepared for it.

    Attributes:
        number: Number of the case; with the seed, it determines the case.
        arguments: The command line.
        prepared: What was done to the folder, in words.
        faults: What went wrong.
    """

    number: int
    arguments: list[str]
    prepared: str
    faults: list[str]

    def __str__(self) -> str:
        faults = "\n  ".join(self.faults)
        command = " ".join(map(repr, self.arguments))
        return f"case {self.number}: {command} ({self.prepared})\n  {faults}"


def cases(seed: int, template: Path, scratch: Path) -> Iterator[Case]:
    """Tries one case after another, without end.

    Args:
        seed: Determines all cases.
        template: What `make_template` made.
        scratch: Folder to work in.
    """
    for number in itertools.count():
        generator = random.Random(f"{seed} {number}")
        folder = scratch / "case"
        shutil.copytree(template, folder, symlinks=True)
        outside = folder / hostile.OUTSIDE
        outside.parent.mkdir(exist_ok=True)
        outside.write_text("my photo")
        with contextlib.chdir(folder), _stubbed_training():
            prepared = hostile.prepare(generator)
            arguments = hostile.arguments(generator, prepared)
            case = Case(number, arguments, prepared, [])
            _try(case)
        shutil.rmtree(folder)
        yield case


def make_template(folder: Path) -> Path:
    """Makes images, a run and what `augment` and `generate` write of it."""
    generator = np.random.default_rng(0)
    for name in _CLASSES:
        (folder / "photos" / name).mkdir(parents=True)
        for number in range(4):
            pixels = generator.integers(0, 256, (8, 8, 1), "uint8")
            write_image(folder / "photos" / name / f"{number}.png", pixels)
    with contextlib.chdir(folder):
        make_run(Path("run"), str(folder / "photos"), _CLASSES, num_images=8)
        for line in (
            "augment photos --run run --num-images 4 --out aug --quiet",
            "generate run --num-images 4 --out gen --seed 1",
        ):
            with contextlib.redirect_stdout(io.StringIO()):
                assert cli.main(line.split()) == 0
    # Beside what the commands wrote too.
    (folder / "mine").mkdir()
    (folder / "mine" / "0.png").write_text("my photo")
    for name in (".", *_WRITTEN, "aug/a"):
        for mine in _MINE:
            (folder / name / mine).write_text("mine")
    return folder


@contextlib.contextmanager
def _stubbed_training() -> Iterator[None]:
    def fit(self, data, *, callbacks, initial_epoch, **options):
        everything = keras.callbacks.CallbackList(callbacks, model=self)
        everything.on_train_begin()
        everything.on_epoch_begin(initial_epoch)
        everything.on_train_batch_begin(0)
        everything.on_train_batch_end(0)
        everything.on_epoch_end(initial_epoch, {"d_loss": 0.5})
        everything.on_train_end()

    original, keras_gan.GAN.fit = keras_gan.GAN.fit, fit
    try:
        yield
    finally:
        keras_gan.GAN.fit = original


def _try(case: Case) -> None:
    before = _contents()
    output, errors, code = io.StringIO(), io.StringIO(), None
    with _limited_time(), contextlib.redirect_stdout(output):
        with contextlib.redirect_stderr(errors):
            try:
                code = cli.main(case.arguments)
            except TimeoutError:
                case.faults.append("hangs")
            except BaseException:
                case.faults.append(traceback.format_exc())
    lines = errors.getvalue().splitlines()
    said = [line for line in lines if line.startswith("keras-gan: error: ")]
    if code not in (None, 0, 2) or len(said) != (code == 2):
        case.faults.append(f"code {code}: {errors.getvalue()[:300]!r}")
    if "Traceback" in errors.getvalue():
        case.faults.append(errors.getvalue())
    after = _contents()
    if code == 2 and before != after:
        changed = [n for n in before | after if before.get(n) != after.get(n)]
        case.faults.append(f"code 2, and yet changed: {sorted(changed)[:5]}")
    lost = [
        name
        for name, content in before.items()
        if after.get(name) != content and not _is_own(name)
    ]
    if lost:
        case.faults.append(f"files of the user are lost: {lost}")


def _is_own(name: str) -> bool:
    """Whether a command wrote it, and may write or remove it again."""
    path = Path(name)
    return path.parts[0] in _WRITTEN and path.name not in _MINE


@contextlib.contextmanager
def _limited_time() -> Iterator[None]:
    def stop(number, frame):
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def _contents() -> dict[str, bytes | str]:
    """Everything here: files with their bytes, links with their targets."""
    found: dict[str, bytes | str] = {}
    places = (os.walk("."), os.walk(hostile.OUTSIDE.parent))
    for folder, folders, files in itertools.chain(*places):
        for name in (*folders, *files):
            path = Path(folder, name)
            if path.is_symlink():
                found[str(path)] = os.readlink(path)
            else:
                found[str(path)] = path.read_bytes() if path.is_file() else ""
    return found


def _memory() -> float:
    """The most memory that this process has taken, in GiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def main() -> int:
    """Runs the program; returns 1 if there were faults."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, help="default: without end")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    faulty = tried = 0
    with tempfile.TemporaryDirectory() as folder:
        template = make_template(Path(folder) / "template")
        start = _memory()
        stream = cases(options.seed, template, Path(folder))
        for case in itertools.islice(stream, options.cases):
            tried += 1
            if case.faults:
                faulty += 1
                print(case, flush=True)
    grown = _memory() - start
    print(f"{tried} cases, {faulty} with faults, {grown:.2f} GiB more memory")
    return int(bool(faulty) or grown > 1)


if __name__ == "__main__":
    sys.exit(main())
