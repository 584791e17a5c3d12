"""Check that GAN and ACGAN train exactly as in another checkout.

    python benchmarks/same_as_before.py --before ../checkout
    python benchmarks/same_as_before.py --before ../checkout --backend jax \\
        --cases R1 ACGAN --jit-compile auto

Both checkouts train the same small networks from the same weights, seeds and
batches for 20 steps, each in a process of its own, whose `keras_gan` comes from
that checkout. Compared are the logs of every step and the final weights of the
generator, the discriminator, and the averaged generator:

    max|before - now| / max|before| of each array, the worst of each case

The exit status is 1 if one is above the bound: 1e-6, 1e-2 for bfloat16.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from same_as_before_cases import BFLOAT16, CASES

BACKENDS = ("tensorflow", "jax", "torch")
# PyTorch compiles nothing by default: both would be the same.
JIT_COMPILE = {
    "tensorflow": ("auto", "false"),
    "jax": ("auto", "false"),
    "torch": ("auto",),
}
BOUND = 1e-6
BFLOAT16_BOUND = 1e-2
HERE = Path(__file__).parent
WORKER = HERE / "same_as_before_cases.py"

Arrays = dict[str, np.ndarray]
"""Logs and weights by "case/name"."""


def start(checkout: Path, backend: str, path: Path, arguments: list) -> Any:
    """Starts a process that trains all cases with one checkout's package."""
    environment = {
        "TF_CPP_MIN_LOG_LEVEL": "3",
        **os.environ,
        "KERAS_BACKEND": backend,
        "PYTHONPATH": str(checkout.resolve()),
    }
    # Frameworks warn a lot: it is shown only if the worker fails.
    with open(path.with_suffix(".log"), "w") as log:
        return subprocess.Popen(
            [sys.executable, str(WORKER), str(path), *arguments],
            env=environment,
            stdout=log,
            stderr=log,
        )


def train(
    checkouts: dict[str, Path],
    backend: str,
    jit_compile: str,
    cases: list[str],
    folder: Path,
) -> dict[str, Arrays]:
    """Returns the results of both checkouts, which train at the same time."""
    arguments = ["--jit-compile", jit_compile, "--cases", *cases]
    paths = {
        name: folder / f"{backend}-{jit_compile}-{name}.npz"
        for name in checkouts
    }
    processes = {
        name: start(checkout, backend, paths[name], arguments)
        for name, checkout in checkouts.items()
    }
    for name, process in processes.items():
        if process.wait():
            raise SystemExit(
                f"The {backend} worker of {checkouts[name]} failed with exit "
                f"status {process.returncode}:\n"
                f"{paths[name].with_suffix('.log').read_text()}"
            )
    return {name: dict(np.load(path)) for name, path in paths.items()}


def difference(before: np.ndarray, now: np.ndarray) -> float:
    """Returns max|before - now| / max|before|; infinite if incomparable."""
    if before.shape != now.shape:
        return float("inf")
    if np.array_equal(before, now):
        return 0.0
    error = np.abs(before.astype("float64") - now).max()
    scale = np.abs(before).max()
    # Comparisons with NaN are false, so that NaN must be caught here.
    if not np.isfinite(error) or not scale:
        return float("inf")
    return float(error / scale)


def worst(before: Arrays, now: Arrays, case: str) -> tuple[float, str]:
    """Returns the largest difference of a case, and the array's name."""
    names = [
        name
        for name in dict.fromkeys([*before, *now])
        if name.startswith(f"{case}/")
    ]
    missing = np.zeros(0), np.zeros(1)
    differences = {
        name: difference(
            before.get(name, missing[0]), now.get(name, missing[1])
        )
        for name in names
    }
    name = max(differences, key=lambda name: differences[name])
    return differences[name], name.removeprefix(f"{case}/")


def compare(
    results: dict[str, Arrays], cases: list[str]
) -> tuple[list[str], bool]:
    """Returns a line for each case, and whether all are within the bound."""
    lines, same = [], True
    for case in cases:
        value, name = worst(results["before"], results["now"], case)
        bound = BFLOAT16_BOUND if case in BFLOAT16 else BOUND
        same &= value <= bound
        verdict = "ok" if value <= bound else "DIFFERENT"
        where = f" ({name})" * (value > 0)
        lines.append(f"{case:<34} {value:9.2e}  {bound:.0e}  {verdict}{where}")
    return lines, same


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """Returns the options of the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    add = parser.add_argument
    add("--before", type=Path, required=True, help="the other checkout")
    add("--backend", nargs="+", choices=BACKENDS, default=BACKENDS)
    add(
        "--jit-compile",
        nargs="+",
        choices=("auto", "false", "true"),
        help="default: auto and false; false on JAX takes long",
    )
    add("--cases", nargs="+", choices=CASES, metavar="CASE", default=[*CASES])
    add("--out", type=Path, help="folder in which to keep the npz files")
    options = parser.parse_args(arguments)
    if not (options.before / "keras_gan" / "__init__.py").is_file():
        parser.error(
            "--before must be a checkout with the folder keras_gan. Received: "
            f"{options.before}"
        )
    return options


def main(arguments: list[str] | None = None) -> int:
    """Trains, compares, prints; 1 if something is different."""
    options = parse(arguments)
    checkouts = {"before": options.before, "now": HERE.parent}
    all_same = True
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.out or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        for backend in options.backend:
            for jit_compile in options.jit_compile or JIT_COMPILE[backend]:
                start_time = time.perf_counter()
                results = train(
                    checkouts, backend, jit_compile, options.cases, folder
                )
                lines, same = compare(results, options.cases)
                seconds = time.perf_counter() - start_time
                print(
                    f"\n{backend}, jit_compile={jit_compile} ({seconds:.0f} s)"
                    f"\n{'case':<34} {'worst':>9}  bound",
                    *lines,
                    sep="\n",
                    flush=True,
                )
                all_same &= same
    return int(not all_same)


if __name__ == "__main__":
    sys.exit(main())
