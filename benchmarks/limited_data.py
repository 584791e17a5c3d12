"""Train GANs on little data, with and without augmentation.

    python benchmarks/limited_data.py --data mnist.npz --processes 2
    python benchmarks/limited_data.py --data mnist.npz --plot-only

A discriminator that sees few images memorizes them. It then gives the generator
no useful gradients, and the samples get worse. GANs are trained on
scikit-learn's 1,797 digits, on subsets of MNIST of 100, 500 and 2,000 images
(other images for each seed), and on all of MNIST, which is enough data. Each is
trained without augmentation, with DiffAugment and with ADA. Everything else is
the same.

MNIST is resized to 16x16, where a run takes minutes on one core. The network is
a DCGAN with the non-saturating loss. R1 is weaker than the default, which alone
would prevent memorization for longer than is measured here.

Distances are Fréchet distances between samples of the averaged generator and
*all* images of the data set, in the features of keras_gan's digits classifier.
So a GAN that copies its few training images does not get a perfect result;
"copies" in the table is the distance it would get. Only compare distances
within a row group.

Each run is one process on one core, and writes one file. Existing results are
not computed again, so the program can be interrupted and continued.

Bounds (`--check`) on means over the seeds: with 500 images, the best distance
with ADA is at most .75 times that without, the last is at most 1.1 times the
best, and p at the end is at least .05; with all images it is at most .02.
"""

import argparse
import dataclasses
import os
import subprocess
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import limited_data_report as report
from limited_data_runs import (
    METHODS,
    Run,
    Setting,
    prepare,
    read_result,
    train,
    write_result,
)

DIGITS = 1797
PLENTY = 60_000
FEW = 500
# Threads per process: two processes of one thread use two cores best.
ONE_THREAD = {
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}


def planned(options: argparse.Namespace) -> list[Run]:
    """Returns all runs, starting with those that the bounds need."""
    sets = [("digits", DIGITS)]
    if options.data:
        sets = [("mnist", size) for size in options.sizes] + sets
    return [
        Run(data, num_images, method, seed)
        for seed in range(options.seeds)
        for data, num_images in sets
        for method in options.methods
    ]


def train_all(runs: Iterable[Run], options: argparse.Namespace) -> None:
    """Trains the runs without results, each in a separate process."""
    missing = [
        run
        for run in runs
        if read_result(options.results, run, options.setting) is None
    ]
    for data in {run.data for run in missing}:
        side = options.setting.side if data == "mnist" else None
        prepare(data_folder(options, data), source_of(options, data), side)

    def in_process(run):
        command = [sys.executable, __file__, "--run", run.name]
        command += ["--results", str(options.results)]
        for name, value in dataclasses.asdict(options.setting).items():
            command += [option_name(name), str(value)]
        subprocess.run(command, check=True, env={**os.environ, **ONE_THREAD})
        return run

    with ThreadPoolExecutor(options.processes) as pool:
        for number, run in enumerate(pool.map(in_process, missing), start=1):
            result = read_result(options.results, run, options.setting)
            print(
                f"{number} of {len(missing)}: {run.name:<24} "
                f"best {min(result['fid']):7.2f}  last {result['fid'][-1]:7.2f}"
                f"  {result['seconds']:.0f} s",
                flush=True,
            )


def source_of(options: argparse.Namespace, data: str) -> str:
    """Returns the argument of `keras_gan.datasets.load` for a data set."""
    return "digits" if data == "digits" else str(options.data)


def data_folder(options: argparse.Namespace, data: str) -> Path:
    """Returns the folder of the prepared images of a data set."""
    side = "" if data == "digits" else f"-{options.setting.side}"
    return options.results / f"{data}{side}"


def show(runs: Iterable[Run], options: argparse.Namespace) -> bool:
    """Prints and draws the existing results; returns if the bounds are met."""
    results = {}
    for run in runs:
        result = read_result(options.results, run, options.setting)
        if result is not None:
            results[run] = result
    if not results:
        print("no results yet")
        return False
    rows = report.summarize(results)
    print(report.table(rows))
    held = report.bounds(rows, FEW, PLENTY)
    for sentence, holds in held:
        print(f"{sentence}: {'ok' if holds else 'missed'}")
    report.plot(results, options.figures / "limited_data.png")
    report.picture(
        results,
        *(("mnist", FEW) if options.data else ("digits", DIGITS)),
        options.figures / "limited_data_samples.png",
    )
    return all(holds for _, holds in held)


def option_name(field: str) -> str:
    """Returns the option of a field: `num_fakes` -> `--num-fakes`."""
    return "--" + field.replace("_", "-")


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """Returns the options, with `setting` made from those of its fields."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    add = parser.add_argument
    add("--data", type=Path, help="MNIST as .npz (default: only digits)")
    add("--results", type=Path, default=Path("runs/limited_data"))
    add("--figures", type=Path, help="folder of plots (default: --results)")
    add("--sizes", type=int, nargs="+", default=[500, PLENTY, 100, 2000])
    add("--methods", nargs="+", choices=METHODS, default=METHODS)
    add("--seeds", type=int, default=3, help="number of runs of each kind")
    add("--processes", type=int, default=1, help="number of parallel runs")
    add("--plot-only", action="store_true", help="show existing results")
    add("--check", action="store_true", help="exit with 1 if a bound is missed")
    add("--run", type=Run.parse, help=argparse.SUPPRESS)
    fields = parser.add_argument_group("setting of all runs")
    for field in dataclasses.fields(Setting):
        fields.add_argument(
            option_name(field.name),
            type=type(field.default),
            default=field.default,
            help=f"default: {field.default}",
        )
    options = parser.parse_args(arguments)
    options.figures = options.figures or options.results
    options.setting = Setting(
        **{
            f.name: getattr(options, f.name)
            for f in dataclasses.fields(Setting)
        }
    )
    return options


def main(arguments: list[str] | None = None) -> int:
    """Runs and shows all; returns 1 if `--check` finds a bound missed."""
    options = parse(arguments)
    if options.run:
        folder = data_folder(options, options.run.data)
        result = train(folder, options.run, options.setting)
        write_result(options.results, options.run, result)
        return 0
    runs = planned(options)
    if not options.plot_only:
        train_all(runs, options)
    return int(not show(runs, options) and options.check)


if __name__ == "__main__":
    sys.exit(main())
