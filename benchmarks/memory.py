"""Compare the peak memory of `GAN.fit` with that of hand-written loops.

    python benchmarks/memory.py --backend tensorflow jax torch --check

Both train the DCGAN of `train_step.py` as wide as in TensorFlow's tutorial,
without penalties and average, each in a process of its own. "peak" is the
resident memory at its peak, "training" what of that training adds to the
imported frameworks; medians over the turns.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
from pathlib import Path

BACKENDS = ["tensorflow", "jax", "torch"]
PROGRAMS = ["loop", "GAN.fit"]
BOUND = 1.15


def measure(program: str, width: float, num_steps: int) -> dict[str, float]:
    """Trains in this process; returns its memory in MB."""
    import keras
    import train_step_loops as loops
    import train_step_worker as worker

    before = resident()
    setting = worker.SETTINGS["dcgan"]
    images, size = setting.images(num_steps), setting.batch_size
    if program == "GAN.fit":
        gan = worker.compiled(setting.make(width), plain=True, average=False)
        run = worker.fitting(gan, images, size)
    else:
        uses_stream = keras.backend.backend() == "tensorflow"
        run = loops.make_loops(
            lambda: setting.make(width),
            images,
            worker.make_stream(images, size) if uses_stream else None,
            size,
            worker.LEARNING_RATE,
        )["loop"]
    run(num_steps)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    # The kernel counts late: the peak can lie a few pages below `before`.
    return {"peak": peak, "training": max(0.0, peak - before)}


def resident() -> float:
    """Returns the resident memory of this process in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def in_a_process(
    backend: str, program: str, options: argparse.Namespace
) -> dict[str, float]:
    """Returns the memory of one program in a process of its own."""
    command = [sys.executable, __file__, "--program", program]
    command += ["--width", str(options.width), "--steps", str(options.steps)]
    environment = {**os.environ, "KERAS_BACKEND": backend}
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout.splitlines()[-1])


def compare(options: argparse.Namespace) -> bool:
    """Prints the table; returns whether the bound is kept."""
    kept = True
    print("| backend | program | peak, MB | training, MB |\n|---|---|---|---|")
    for backend in options.backend:
        runs: dict[str, list[dict]] = {name: [] for name in PROGRAMS}
        for _ in range(options.turns):
            for name in PROGRAMS:
                runs[name].append(in_a_process(backend, name, options))
        medians = {
            name: [
                statistics.median(run[kind] for run in found)
                for kind in ("peak", "training")
            ]
            for name, found in runs.items()
        }
        for name, (peak, training) in medians.items():
            print(f"| {backend} | {name} | {peak:.0f} | {training:.0f} |")
        ratio = medians["GAN.fit"][0] / medians["loop"][0]
        kept &= ratio <= BOUND
        print(f"| {backend} | GAN.fit / loop | {ratio:.3f} | |", flush=True)
    print(f"bound {BOUND}: {'ok' if kept else 'exceeded'}")
    return kept


def main(arguments: list[str] | None = None) -> None:
    """Compares, or measures one program."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    add = parser.add_argument
    add("--backend", nargs="+", choices=BACKENDS, default=BACKENDS)
    add("--turns", type=int, default=3)
    add("--steps", type=int, default=12)
    add("--width", type=float, default=4.0, help="1: a quarter of the tutorial")
    add("--check", action="store_true", help="exit with 1 if it is exceeded")
    add("--program", choices=PROGRAMS, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.program:
        found = measure(options.program, options.width, options.steps)
        print(json.dumps(found))
    elif not compare(options) and options.check:
        sys.exit(1)


if __name__ == "__main__":
    main()
