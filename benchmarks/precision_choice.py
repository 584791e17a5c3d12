"""Whether `--precision auto` is the same at every start.

    python benchmarks/precision_choice.py --starts 10 --busy 4 --check

Starts processes one after the other, beside loops that keep the processor busy,
and prints the measured gain of bfloat16 and the choice of each.
"""

import argparse
import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator

BACKENDS = ["tensorflow", "torch"]
ASK = """
from keras_gan.backend import devices
print(devices.bfloat16_gain(), devices.bfloat16_is_fast())
"""


@contextlib.contextmanager
def busy_processor(number: int) -> Iterator[None]:
    """Context in which endless loops run in other processes."""
    command = [sys.executable, "-c", "while True: pass"]
    loops = [subprocess.Popen(command) for _ in range(number)]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


def choice(backend: str) -> tuple[float, str]:
    """Returns the gain and the choice of a new process."""
    done = subprocess.run(
        [sys.executable, "-c", ASK],
        env={**os.environ, "KERAS_BACKEND": backend},
        capture_output=True,
        text=True,
        check=True,
    )
    gain, is_fast = done.stdout.split()[-2:]
    return float(gain), "bfloat16" if is_fast == "True" else "float32"


def main(arguments: list[str] | None = None) -> None:
    """Prints one row for each backend."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    add = parser.add_argument
    add("--starts", type=int, default=10)
    add("--busy", type=int, default=4, help="number of busy loops")
    add("--backend", nargs="+", choices=BACKENDS, default=BACKENDS)
    add("--check", action="store_true", help="exit with 1 if choices differ")
    options = parser.parse_args(arguments)
    print("| backend | busy loops | gains | choices |\n|---|---|---|---|")
    agree = True
    for backend in options.backend:
        with busy_processor(options.busy):
            found = [choice(backend) for _ in range(options.starts)]
        gains, choices = zip(*found, strict=True)
        counts = [f"{choices.count(n)} x {n}" for n in sorted(set(choices))]
        agree &= len(counts) == 1
        print(
            f"| {backend} | {options.busy} | {min(gains):.2f} to "
            f"{max(gains):.2f} | {', '.join(counts)} |",
            flush=True,
        )
    if options.check and not agree:
        sys.exit(1)


if __name__ == "__main__":
    main()
