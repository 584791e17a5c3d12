"""Time of a training step of small networks, where overhead is all.

    python benchmarks/small_step.py --check

A GAN on points of the plane, two hidden layers of 64 units in each network,
batches of 100, with the defaults of `GAN.compile`. Prints the median over
turns of `fit`, in milliseconds per step. Each backend runs in a process of its
own. `--steps-per-execution` is Keras' argument.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time

BOUNDS = {"tensorflow": 3.0, "jax": 1.0}
BACKENDS = ["tensorflow", "jax", "torch"]


def measure(turns: int, steps: int, steps_per_execution: int) -> float:
    """Returns the median milliseconds of a step in this process."""
    import numpy as np

    import keras_gan

    networks = (
        keras_gan.networks.mlp_generator((2,), latent_dim=2, hidden=(64, 64)),
        keras_gan.networks.mlp_discriminator((2,), hidden=(64, 64)),
    )
    gan = keras_gan.GAN(*networks, seed=0)
    gan.compile(steps_per_execution=steps_per_execution)
    points = np.random.default_rng(0).normal(size=(100 * steps, 2))
    points = points.astype("float32")
    times = []
    for _ in range(turns + 1):
        started = time.perf_counter()
        gan.fit(points, batch_size=100, verbose=0)
        times.append(1000 * (time.perf_counter() - started) / steps)
    return statistics.median(times[1:])


def main(arguments: list[str] | None = None) -> None:
    """Prints one row for each backend."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    add = parser.add_argument
    add("--turns", type=int, default=5)
    add("--steps", type=int, default=1000, help="in a turn")
    add("--steps-per-execution", type=int, default=1)
    add("--backend", nargs="+", choices=BACKENDS, default=BACKENDS)
    add("--check", action="store_true", help="exit with 1 above the bounds")
    add("--here", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    amounts = (options.turns, options.steps, options.steps_per_execution)
    if options.here:
        print(measure(*amounts))
        return
    print("| backend | ms per step |\n|---|---|")
    found = {name: in_a_process(name, *amounts) for name in options.backend}
    for name, value in found.items():
        print(f"| {name} | {value:.2f} |")
    too_slow = [n for n, v in found.items() if v > BOUNDS.get(n, v)]
    if options.check and too_slow:
        sys.exit(1)


def in_a_process(backend: str, *amounts: int) -> float:
    """Returns what `measure` finds on a backend."""
    options = ("--turns", "--steps", "--steps-per-execution")
    command = [sys.executable, __file__, "--here"]
    for option, amount in zip(options, amounts, strict=True):
        command += [option, str(amount)]
    done = subprocess.run(
        command,
        env={**os.environ, "KERAS_BACKEND": backend},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return float(done.stdout.split()[-1])


if __name__ == "__main__":
    main()
