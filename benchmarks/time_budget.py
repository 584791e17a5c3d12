"""How well `keras-gan train --minutes` keeps to its time.

    python benchmarks/time_budget.py mnist.npz --minutes 10 --check
    python benchmarks/time_budget.py mnist.npz --minutes 10 --busy 2 --check

Runs the command, optionally beside loops that keep the processor busy, and
prints the time from its start to its end: imports, planning, training, saving
and samples.
"""

import argparse
import csv
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from precision_choice import busy_processor

TOLERANCE = 0.1


def run(data: str, minutes: float, out: Path) -> tuple[float, int]:
    """Trains for some minutes; returns the seconds it took, and its steps."""
    command = [sys.executable, "-m", "keras_gan", "train", data]
    command += ["--minutes", str(minutes), "--out", str(out), "--quiet"]
    started = time.perf_counter()
    subprocess.run(command, check=True)
    seconds = time.perf_counter() - started
    with (out / "history.csv").open() as file:
        *_, last = csv.DictReader(file)
    return seconds, int(last["steps"])


def main(arguments: list[str] | None = None) -> None:
    """Prints one row."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    add = parser.add_argument
    add("data", help="as for `keras-gan train`")
    add("--minutes", type=float, default=10)
    add("--busy", type=int, default=0, help="number of busy loops")
    add("--check", action="store_true", help="exit with 1 beyond 10 percent")
    options = parser.parse_args(arguments)
    with (
        tempfile.TemporaryDirectory() as folder,
        busy_processor(options.busy),
    ):
        seconds, steps = run(
            options.data, options.minutes, Path(folder) / "run"
        )
    asked = 60 * options.minutes
    print(
        "| asked | busy loops | took | ratio | steps |\n|---|---|---|---|---|"
    )
    print(
        f"| {asked:g} s | {options.busy} | {seconds:.1f} s | "
        f"{seconds / asked:.3f} | {steps:,} |"
    )
    if options.check and abs(seconds / asked - 1) > TOLERANCE:
        sys.exit(1)


if __name__ == "__main__":
    main()
