"""Train a classifier on lopsided data, with and without a GAN.

    python benchmarks/imbalanced.py
    python benchmarks/imbalanced.py --data mnist.npz --processes 2
    python benchmarks/imbalanced.py --data mnist.npz --plot-only

One class of a data set is cut to a small share: to 5 % in scikit-learn's
digits (about five images are left), to 2.5 % in MNIST, as BAGAN's authors did
(150 are left; resized to 16x16, where a run takes minutes on a core). The same
classifier is then trained for the same number of steps on

- the data as they are, with class weights, and with the rare class repeated;
- the same with classical augmentation (KerasCV's RandAugment and CutMix);
- batches that `GANDataGenerator` evens out with images of a conditional GAN,
  trained on the same lopsided data, with a filter and without, and with
  classical augmentation on top. There real images of the rare class are
  repeated until half of what it lacks is there, and the GAN draws the rest.

Each cell of the experiment (a rare class and a seed: other images are kept,
other images are tested on, everything starts elsewhere) is one process on one
core and writes one file. What is there is not run again.

The table gives means over the cells and their standard errors; "gain" is the
balanced accuracy beyond that of `oversampling + classical` in the same cell.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import imbalanced_report as report
from imbalanced_runs import DIGITS, MNIST, Cell, measure, read, write

# Of a process: with one thread each, two of them use two cores best.
ONE_THREAD = {
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}


def planned(options: argparse.Namespace) -> list[Cell]:
    """All cells: in each seed every class is the rare one once."""
    sets = ["digits"] + ["mnist"] * bool(options.data)
    return [
        Cell(data, rare, seed)
        for data in sets
        for seed in range(options.seeds)
        for rare in options.classes
    ]


def setting_of(cell: Cell):
    """How the runs of a data set are done."""
    return DIGITS if cell.data == "digits" else MNIST


def run_all(cells: Iterable[Cell], options: argparse.Namespace) -> None:
    """Runs those that are missing, each in a process of its own."""
    missing = [
        cell
        for cell in cells
        if read(options.results, cell, setting_of(cell)) is None
    ]

    def in_process(cell):
        command = [sys.executable, __file__, "--cell", cell.name]
        command += ["--results", str(options.results)]
        command += ["--data", str(options.data)] * bool(options.data)
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
    """Prints a table of each data set and draws what there is."""
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
    """The options of the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    add = parser.add_argument
    add("--data", type=Path, help="MNIST as .npz. Left out: digits only")
    add("--results", type=Path, default=Path("runs/imbalanced"))
    add("--figures", type=Path, help="folder of pictures. Left out: --results")
    add("--classes", type=int, nargs="+", default=list(range(10)))
    add("--seeds", type=int, default=1, help="cells of each rare class")
    add("--processes", type=int, default=1, help="cells at a time")
    add("--plot-only", action="store_true", help="show what is there")
    add("--cell", type=Cell.parse, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    options.figures = options.figures or options.results
    return options


def main(arguments: list[str] | None = None) -> int:
    """Runs what is missing and shows it."""
    options = parse(arguments)
    if options.cell:
        setting = setting_of(options.cell)
        result = measure(options.cell, options.data, setting)
        write(options.results, options.cell, result)
        return 0
    cells = planned(options)
    if not options.plot_only:
        run_all(cells, options)
    show(cells, options)
    return 0


if __name__ == "__main__":
    sys.exit(main())
