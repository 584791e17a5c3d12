"""Train each network with its recipe, and list what the health checks find.

    python benchmarks/healthy_runs.py mnist.npz --options width=16

Each run is `keras-gan train` with its defaults otherwise, in a folder of its
own below `--out`. Nothing is wrong with it, so each finding is a false one
unless the samples, whose last grid is named, tell otherwise. "+conditional"
after the name of a network adds labels.
"""

import argparse
import csv
import json
import subprocess
import sys
from pathlib import Path

NETWORKS = (
    "mlp", "dcgan", "compact", "r3gan", "sngan", "sagan", "biggan+conditional",
    "stylegan2", "progressive", "fastgan", "ladagan",
)  # fmt: skip
HEADER = ("data", "network", "seed", "steps", "checks", "findings", "samples")


def arguments_of(network: str, options: list[str]) -> list[str]:
    """Returns the options of `keras-gan train` for a run."""
    name, _, conditional = network.partition("+")
    chosen = ["--network", name, *(["--conditional"] if conditional else [])]
    for option in options:
        key, _, value = option.partition("=")
        chosen += [f"--{key}", *([value] if value else [])]
    return chosen


def train(data: str, arguments: list[str], out: Path) -> None:
    """Trains in another process, unless the run is complete."""
    if not (out / "report.html").exists():
        command = [sys.executable, "-m", "keras_gan", "train", data, *arguments]
        subprocess.run([*command, "--out", str(out), "--quiet"], check=True)


def result_of(run: Path) -> tuple:
    """Returns the number of steps and of checks, and the findings of a run."""
    with (run / "history.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    checks = sum(bool(row.get("health_distance")) for row in rows)
    findings = json.loads((run / "health.json").read_text())
    said = [f"{one['name']} ({one['when']})" for one in findings]
    steps = rows[-1]["steps"]
    return steps, checks, ", ".join(said) or "none"


def main(arguments: list[str] | None = None) -> None:
    """Prints a table of runs and findings."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    add = parser.add_argument
    add("data", nargs="+", help="what `keras-gan train` takes")
    add("--networks", nargs="+", default=NETWORKS, metavar="NAME")
    add("--seeds", type=int, default=1)
    add("--steps", type=int, default=3000)
    add("--options", nargs="*", default=[], metavar="NAME=VALUE")
    add("--out", type=Path, default=Path("healthy_runs"))
    options = parser.parse_args(arguments)
    print("| " + " | ".join(HEADER) + " |\n" + "|---" * len(HEADER) + "|")
    for data in options.data:
        for network in options.networks:
            chosen = arguments_of(network, options.options)
            for seed in range(options.seeds):
                run = options.out / f"{Path(data).stem}-{network}-{seed}"
                common = ["--steps", str(options.steps), "--seed", str(seed)]
                train(data, [*chosen, *common], run)
                grid = max((run / "samples").glob("*.png"))
                row = (Path(data).stem, network, seed, *result_of(run), grid)
                print("| " + " | ".join(map(str, row)) + " |", flush=True)


if __name__ == "__main__":
    main()
