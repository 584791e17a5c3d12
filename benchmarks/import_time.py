"""Measure what `import keras_gan` adds to `import keras`.

    python benchmarks/import_time.py

The runs are separate processes, one after another. The first one, which reads
the files from disk, does not count. The bound is on the median.
"""

import argparse
import statistics
import subprocess
import sys

MAX_ADDED_MS = 150.0
PROGRAM = """
from time import perf_counter
start = perf_counter()
import keras
between = perf_counter()
import keras_gan
print(1e3 * (between - start), 1e3 * (perf_counter() - between))
"""


def measure() -> tuple[float, float]:
    """Returns the milliseconds of `import keras`, then of `keras_gan`."""
    result = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        check=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        timeout=300,
    )
    first, second = result.stdout.split()[-2:]
    return float(first), float(second)


def main(arguments: list[str] | None = None) -> int:
    """Prints the table; returns 1 if `--check` finds the bound missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument(
        "--check", action="store_true", help="exit with 1 if it is too slow"
    )
    options = parser.parse_args(arguments)
    measure()
    print("run      keras, ms   keras_gan adds, ms")
    added = []
    for run in range(options.runs):
        first, second = measure()
        added.append(second)
        print(f"{run + 1:<6} {first:11.0f}   {second:18.0f}")
    median = statistics.median(added)
    verdict = "ok" if median <= MAX_ADDED_MS else "too slow"
    print(f"median {median:32.0f}   bound {MAX_ADDED_MS:.0f}: {verdict}")
    return int(options.check and median > MAX_ADDED_MS)


if __name__ == "__main__":
    sys.exit(main())
