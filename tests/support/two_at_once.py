"""Two processes of `keras-gan` at once, on the same folder or beside.

    python tests/support/two_at_once.py --times 20

What is there at the end must be, file by file, what one of them gives alone,
or what both give one after the other; who does not work says so in one line.
Half of the pairs begin in the same moment; in the others the second process
begins at a random time of the work of the first.
"""

import argparse
import dataclasses
import hashlib
import multiprocessing
import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from runs import history, make_run, saved_state

from keras_gan import cli
from keras_gan.images import write_image

_SECONDS = 120
_IMPORTED = ["keras_gan.cli", "keras_gan.datasets.pipeline", "PIL.Image"]
_TINY = (
    "--network mlp --width 16 --batch-size 4 --precision float32 --no-jit "
    "--loss non_saturating --metrics none --conditional --quiet --no-report"
)
_TRAIN = f"train ../photos {_TINY} --save-every 2"
_AUGMENT = "augment ../photos --run ../trained --num-images 6 --quiet --out x"
_GENERATE = "generate ../trained --num-images 6"
PAIRS = {
    "train and train": [(f"{_TRAIN} --steps 4",) * 2],
    "train and train --resume": [
        (f"{_TRAIN} --steps 4 --out x", "train --resume x --quiet --no-report"),
        # On a run that is there, and goes on.
        ("train --resume half --quiet --no-report",) * 2,
        (
            f"{_TRAIN} --steps 4 --out half",
            "train --resume half --quiet --no-report",
        ),
    ],
    "augment and augment": [
        (_AUGMENT, _AUGMENT),
        (_AUGMENT, f"{_AUGMENT} --seed 2"),
    ],
    "generate and generate": [
        tuple(f"{_GENERATE} --out {out} --seed {n}" for n in (1, 2))
        for out in ("x", "x.png", "x.npz")
    ],
}
"""Each kind, and the command lines that take turns."""


@dataclasses.dataclass
class Outcome:
    """What two processes came to.

    Attributes:
        codes: Their exit codes.
        errors: What each wrote on the standard error.
        contents: What they left: paths, and what says that they are equal.
    """

    codes: tuple[int, ...]
    errors: tuple[str, ...]
    contents: dict[str, object]


class Trials:
    """Runs commands in a folder that is made anew for each trial.

    Args:
        scratch: An empty folder.
    """

    def __init__(self, scratch: Path) -> None:
        self.scratch = scratch
        self._folder = scratch / "here"
        self._expected: dict[tuple[str, ...], Outcome] = {}
        self._context = multiprocessing.get_context("forkserver")
        # Both begin at once, as neither has anything left to import.
        self._context.set_forkserver_preload(_IMPORTED)
        generator = np.random.default_rng(0)
        for number in range(12):
            path = scratch / "photos" / "ab"[number % 2] / f"{number}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            pixels = generator.integers(0, 256, (8, 8, 1), "uint8")
            write_image(path, pixels)
        self._folder.mkdir()
        photos = str(scratch / "photos")
        make_run(scratch / "trained", photos, "ab", num_images=12)

    def run(self, *rounds: list[str], delay: float = 0.0) -> Outcome:
        """Runs one round of commands after another.

        Args:
            rounds: Command lines that begin at once.
            delay: Seconds by which the second one begins later.
        """
        shutil.rmtree(self._folder)
        self._folder.mkdir()
        shutil.copytree(self.scratch / "trained", self._folder / "half")
        codes, errors = [], []
        for lines in rounds:
            start = self._context.Barrier(len(lines))
            files = [self.scratch / f"errors-{n}" for n in range(len(lines))]
            processes = [
                self._context.Process(
                    target=_command,
                    args=(self._folder, line, start, delay * n, files[n]),
                )
                for n, line in enumerate(lines)
            ]
            for process in processes:
                process.start()
            for process in processes:
                process.join(_SECONDS)
                process.kill()
            codes += [process.exitcode for process in processes]
            errors += [file.read_text() for file in files]
        contents = dict(_contents(self._folder))
        return Outcome(tuple(codes), tuple(errors), contents)

    def faults(self, pair: tuple[str, ...], outcome: Outcome) -> str:
        """What is wrong with an outcome, in words; empty if nothing is."""
        if any(_is_unclear(*end) for end in zip(*_ends(outcome), strict=True)):
            return f"codes {outcome.codes}: {outcome.errors}"
        worked = [n for n in (0, 1) if outcome.codes[n] == 0]
        orders = [worked, worked[::-1]]
        if not worked:
            return f"none works: {outcome.errors}"
        found = [self._alone(*[pair[n] for n in o]).contents for o in orders]
        if outcome.contents in found:
            return ""
        names = outcome.contents.keys() | found[0].keys()
        other = [n for n in names if outcome.contents.get(n) != found[0].get(n)]
        return f"mixed: {sorted(other)}"

    def _alone(self, *lines: str) -> Outcome:
        if lines not in self._expected:
            self._expected[lines] = self.run(*[[line] for line in lines])
        return self._expected[lines]


def _command(folder, line, start, delay: float, errors: Path) -> None:
    os.chdir(folder)
    with open(errors, "w") as file, open(os.devnull, "w") as nowhere:
        os.dup2(file.fileno(), 2)
        os.dup2(nowhere.fileno(), 1)
        start.wait(_SECONDS)
        time.sleep(delay)
        sys.exit(cli.main(line.split()))


def _ends(outcome: Outcome):
    return outcome.codes, outcome.errors


def _is_unclear(code: int, errors: str) -> bool:
    lines = [n for n in errors.splitlines() if n.startswith("keras-gan: error")]
    return code not in (0, 2) or len(lines) != (code == 2) or "Trace" in errors


def _contents(folder: Path) -> Iterator[tuple[str, object]]:
    """Every path, and its content without times and names of processes."""
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if "tfevents" in name:
            continue
        if path.suffix == ".keras":
            yield name, _digest(repr(sorted(_hashed(path))).encode())
        elif path.name == "history.csv":
            yield name, history(path.parent)
        else:
            yield name, _digest(path.read_bytes()) if path.is_file() else ""


def _hashed(path: Path) -> Iterator[tuple[str, str]]:
    for name, array in saved_state(path).items():
        yield name, _digest(array.tobytes())


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def try_pairs(name: str, trials: Trials, times: int, seed: int = 0):
    """Tries the pairs of one kind, in turn.

    Args:
        name: One of `PAIRS`.
        trials: Where.
        times: How often.
        seed: Determines when the second process begins.

    Yields:
        Outcome and fault of each.
    """
    generator = random.Random(seed)
    seconds = 0.5
    for number in range(times):
        pair = PAIRS[name][number % len(PAIRS[name])]
        later = generator.uniform(0, 1.5 * seconds) if number % 4 >= 2 else 0.0
        start = time.monotonic()
        outcome = trials.run(list(pair), delay=later)
        if not later:
            seconds = time.monotonic() - start
        yield outcome, trials.faults(pair, outcome)


def main() -> int:
    """Runs the program; returns 1 if there were faults."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=20, help="default: 20")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    rows, all_faults = [], []
    with tempfile.TemporaryDirectory() as folder:
        trials = Trials(Path(folder))
        for name in PAIRS:
            tried = list(try_pairs(name, trials, options.times, options.seed))
            faults = [fault for _, fault in tried if fault]
            both = sum(o.codes == (0, 0) and not f for o, f in tried)
            refused = len(tried) - both - len(faults)
            rows.append((name, len(tried), both, refused, len(faults)))
            all_faults += [f"{name}: {fault}" for fault in faults]
            print(*rows[-1], flush=True)
    heads = ("pair", "times", "both work", "one is refused", "mixed")
    for row in (heads, *rows):
        print("| " + " | ".join(map(str, row)) + " |")
    print("\n".join(all_faults))
    return int(bool(all_faults))


if __name__ == "__main__":
    sys.exit(main())
