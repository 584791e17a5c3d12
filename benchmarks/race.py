"""Time to good pictures: our default against recipes that people use.

    python benchmarks/race.py mnist.npz cifar10.zip emoji.zip --out race

Every entry trains on the same images for the same seconds, one after the other
so that each has the machine to itself. The clock starts before the first step,
so it includes tracing and compilation, and stands still while samples are
drawn. Before it starts, "default" measures its step to plan its schedule. The
distance to real images is then measured between features that no entry was
trained with. Of entries with several averages of the generator the best one
counts at each time. Finished runs in `--out` are kept, if they had the same
options.

"default" and "compile" run on the backend of Keras, "textbook" on TensorFlow.
Where TensorFlow is not installed, as beside JAX on a GPU:

    KERAS_BACKEND=jax python benchmarks/race.py cifar10.npz \\
        --entries default pytorch --minutes 2 10 60
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

import race_entries as entries
import race_judge as judge
import race_report as report

WORKER = Path(__file__).with_name("race_worker.py")
ENTRIES = ("default", "compile", "textbook", "pytorch")
HELD_OUT = 10_000


def main() -> None:
    """Runs what has no result yet, and reports everything."""
    options = parse()
    results = []
    for data in options.data:
        folder = options.out / data.stem
        judge.prepare(data, folder, HELD_OUT)
        for seed in range(options.seeds):
            for entry in options.entries:
                run = folder / f"{entry}-{seed}"
                values = judge.known(run, conditions(options))
                if values is None:
                    train(entry, seed, folder, run, options)
                    values = judge.evaluate(run, folder, conditions(options))
                results.append(
                    {"data": data.stem, "entry": entry, "seed": seed, **values}
                )
    print(report.table(results))
    report.plot(results, options.out / "race.png")


def conditions(options: argparse.Namespace) -> dict:
    """What all results in a table have in common."""
    return {
        "minutes": options.minutes,
        "samples": options.samples,
        "backend": os.environ.get("KERAS_BACKEND", "tensorflow"),
    }


def train(
    entry: str, seed: int, folder: Path, run: Path, options: argparse.Namespace
) -> None:
    """Trains one entry in a process of its own, which draws the samples."""
    run.mkdir(parents=True, exist_ok=True)
    print(f"{folder.name}: {entry}, seed {seed}", file=sys.stderr, flush=True)
    command = [sys.executable, str(WORKER), entry]
    command += ["--images", str(folder / judge.IMAGES), "--out", str(run)]
    command += ["--seed", str(seed), "--samples", str(options.samples)]
    command += ["--minutes", *map(str, options.minutes)]
    subprocess.run(command, check=True)


def parse() -> argparse.Namespace:
    """Returns the options of the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    add = parser.add_argument
    add("data", nargs="+", type=Path, help="zip, folder or npz of images")
    add("--out", type=Path, default=Path("race"), help="folder of results")
    add("--entries", nargs="+", choices=entries.ENTRIES, default=ENTRIES)
    add("--minutes", nargs="+", type=float, default=[0.5, 1, 2, 5, 10])
    add("--seeds", type=int, default=2)
    add("--samples", type=int, default=5000, help="images for a distance")
    options = parser.parse_args()
    options.minutes.sort()
    return options


if __name__ == "__main__":
    main()
