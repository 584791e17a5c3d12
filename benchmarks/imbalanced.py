"""Train a classifier on imbalanced data, with and without a GAN.

    python benchmarks/imbalanced.py
    python benchmarks/imbalanced.py --data mnist.npz --processes 2
    python benchmarks/imbalanced.py --data mnist.npz --plot-only

One class of a data set is reduced to a small fraction: to 5 % in scikit-learn's
digits (about five images remain), and to 2.5 % in MNIST, as in the BAGAN paper
(150 images remain; they are resized to 16x16, where a run takes minutes on one
core). The same classifier is then trained for the same number of steps on

- the data as it is, with class weights, and with the rare class oversampled;
- the same with classical augmentation (KerasCV's RandAugment and CutMix), or
  with affine maps: turned by up to 15 degrees, sheared, scaled and shifted;
- batches that `GANDataGenerator` balances with images of a conditional GAN,
  which is trained on the same imbalanced data, with and without a filter, and
  with classical augmentation in addition. Here half of the missing images of
  the rare class are repeated real images, and the GAN generates the rest;
- the same with only those generated images that a classifier finds hard but
  assigns to their class; with a conditional GAN that starts from an autoencoder
  (BAGAN); with images of the most similar class that a `CycleGAN` translates;
  and with a `DAGAN`, which learns from all classes how images of one differ,
  and makes others of the images of the rare class;
- and the mean of the probabilities of two of these classifiers.

Each cell of the experiment (a rare class and a seed, which determines the
images that are kept, the test images and all initial weights) is one process on
one core and writes one file. Arms that have results are not measured again.

The table shows means over the cells and their standard errors; "gain" is the
balanced accuracy minus that of `oversampling + classical` in the same cell.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import imbalanced_report as report
from imbalanced_runs import measure, merged, needed, read, write
from imbalanced_settings import ARMS, DIGITS, MNIST, Cell

# Threads per process: two processes of one thread use two cores best.
ONE_THREAD = {
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}


def planned(options: argparse.Namespace) -> list[Cell]:
    """Returns all cells: in each seed every class is the rare one once."""
    sets = ["digits"] + ["mnist"] * bool(options.data)
    return [
        Cell(data, rare, seed)
        for data in sets
        for seed in range(options.seeds)
        for rare in options.classes
    ]


def setting_of(cell: Cell):
    """Returns the settings of a data set."""
    return DIGITS if cell.data == "digits" else MNIST


def missing_arms(cell: Cell, options: argparse.Namespace) -> list[str]:
    """Returns the arms without a result."""
    known = read(options.results, cell, setting_of(cell))
    done = known["recalls"] if known else {}
    return [arm for arm in needed(options.arms) if arm not in done]


def run_all(cells: Iterable[Cell], options: argparse.Namespace) -> None:
    """Runs what is missing of each cell in a separate process."""
    missing = [cell for cell in cells if missing_arms(cell, options)]

    def in_process(cell):
        command = [sys.executable, __file__, "--cell", cell.name]
        command += ["--results", str(options.results)]
        command += ["--data", str(options.data)] * bool(options.data)
        command += ["--arms", *options.arms]
        subprocess.run(command, check=True, env={**os.environ, **ONE_THREAD})
        return cell

    with ThreadPoolExecutor(options.processes) as pool:
        for number, cell in enumerate(pool.map(in_process, missing), start=1):
            seconds = read(options.results, cell, setting_of(cell))["seconds"]
            print(
                f"{number} of {len(missing)}: {cell.name}, {seconds:.0f} s",
                flush=True,
            )


def show(cells: Iterable[Cell], options: argparse.Namespace) -> None:
    """Prints a table and draws a plot of the existing results."""
    results = {}
    for cell in cells:
        result = read(options.results, cell, setting_of(cell))
        if result is not None:
            results[cell] = result
    if not results:
        print("no results yet")
        return
    for data in sorted({cell.data for cell in results}):
        print(report.table(data, report.of_data(results, data)))
    report.plot(results, options.figures / "imbalanced.png")


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """Returns the options of the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    add = parser.add_argument
    add("--data", type=Path, help="MNIST as .npz (default: only digits)")
    add("--results", type=Path, default=Path("runs/imbalanced"))
    add("--figures", type=Path, help="folder of plots (default: --results)")
    add("--classes", type=int, nargs="+", default=list(range(10)))
    add("--arms", nargs="+", choices=ARMS, default=ARMS, help="(default: all)")
    add("--seeds", type=int, default=1, help="number of cells per rare class")
    add("--processes", type=int, default=1, help="number of parallel cells")
    add("--plot-only", action="store_true", help="show existing results")
    add("--cell", type=Cell.parse, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    options.figures = options.figures or options.results
    return options


def main(arguments: list[str] | None = None) -> int:
    """Runs the missing cells and shows the results."""
    options = parse(arguments)
    if options.cell:
        cell, setting = options.cell, setting_of(options.cell)
        arms = needed(missing_arms(cell, options))
        known = read(options.results, cell, setting)
        result = measure(cell, options.data, setting, arms)
        write(options.results, cell, merged(known, result))
        return 0
    cells = planned(options)
    if not options.plot_only:
        run_all(cells, options)
    show(cells, options)
    return 0


if __name__ == "__main__":
    sys.exit(main())
