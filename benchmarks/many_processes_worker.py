"""One of the processes that `many_processes.py` starts.

It compiles its programs and then waits: for each line `[program, steps]` on
standard input it trains these steps and answers with the seconds and the
seconds of processor time. Both ways one line of JSON at a time.
"""

import argparse
import contextlib
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import keras_gan  # First, to silence TensorFlow's startup messages.

# isort: split
import keras
import numpy as np

WARM_UP_STEPS = 3
TOGETHER, ALONE = "together", "alone"


class Processes:
    """All processes as one device for training: `MultiWorkerMirrored` or JAX.

    Args:
        index: Number of this process.
        count: How many there are.
    """

    def __init__(self, index: int, count: int) -> None:
        self.shard = index, count
        if keras.backend.backend() == "tensorflow":
            import tensorflow as tf

            self.strategy = tf.distribute.MultiWorkerMirroredStrategy()
            self.scope = self.strategy.scope
            self.spread = self.strategy.distribute_datasets_from_function
        else:
            keras.distribution.initialize()
            # Each process loads only its own images.
            self.scope = keras.distribution.DataParallel(
                auto_shard_dataset=False
            ).scope
            self.spread = lambda make: make(None)


def make_gan(options: argparse.Namespace) -> keras_gan.GAN:
    """Returns a compiled DCGAN with the default loss, penalties and average."""
    shape = (options.image_size, options.image_size, 1)
    networks = keras_gan.networks.dcgan(shape, width=options.width, seed=1)
    gan = keras_gan.GAN(*networks, seed=2)
    gan.compile(jit_compile=keras.backend.backend() == "jax")
    return gan


def images(
    options: argparse.Namespace, batch_size: int, shard: tuple | None
) -> Any:
    """Returns an endless stream of noise in batches; `shard` as in `load`."""
    shape = (4 * options.batch_size, options.image_size, options.image_size)
    noise = np.random.default_rng(0).integers(0, 256, shape, "uint8")
    return keras_gan.datasets.load(
        noise, batch_size=batch_size, repeat=True, seed=0, shard=shard
    )


def programs(
    options: argparse.Namespace, processes: Processes | None
) -> Iterator[tuple[str, Callable[[int], Any]]]:
    """Yields names and functions that train for a number of steps.

    "batch" is constant in each process, "total" over all of them.
    """
    count = options.count
    for kind in (TOGETHER, ALONE) if processes else (ALONE,):
        together = processes if kind == TOGETHER else None
        scope = together.scope if together else contextlib.nullcontext
        sizes = {"batch": options.batch_size}
        if count > 1:
            sizes["total"] = options.batch_size // count
        for name, size in sizes.items():
            with scope():
                gan = make_gan(options)
            if together:
                data = together.spread(
                    lambda _, size=size: images(
                        options, size * count, processes.shard
                    )
                )
            else:
                data = images(options, size, None)

            def run(num_steps, gan=gan, data=data, scope=scope):
                with scope():
                    gan.fit(data, steps_per_epoch=num_steps, verbose=0)

            yield f"{kind} {name}", run


def description(options: argparse.Namespace) -> dict:
    """What a step communicates, and a checkpoint costs, without training."""
    gan = make_gan(options)
    data = images(options, options.batch_size, None)
    gan.fit(data, steps_per_epoch=1, verbose=0)  # Moments of the optimizers.
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "gan.keras"
        start = time.perf_counter()
        gan.save(path)
        saved = time.perf_counter()
        keras.saving.load_model(path)
        loaded = time.perf_counter()
        size = path.stat().st_size
    return {
        # Each player is updated once in a step.
        "gradient_bytes": sum(
            int(np.prod(v.shape)) * np.dtype(v.dtype).itemsize
            for player in gan.players
            for v in player.variables
        ),
        "checkpoint_bytes": size,
        "save_seconds": saved - start,
        "load_seconds": loaded - saved,
    }


def timed(run: Callable[[int], Any], num_steps: int) -> list[float]:
    """Returns the seconds of a run, and its seconds of processor time."""
    start, processor_start = time.perf_counter(), time.process_time()
    run(num_steps)
    return [
        time.perf_counter() - start,
        time.process_time() - processor_start,
    ]


def main(arguments: list[str] | None = None) -> None:
    """Compiles, says so, and runs what is asked for until the input ends."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    for name in ("index", "count", "batch-size", "image-size", "width"):
        parser.add_argument(f"--{name}", type=int, required=True)
    options = parser.parse_args(arguments)
    # Frameworks may print: the standard output is kept for the answers.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    several = options.count > 1
    processes = Processes(options.index, options.count) if several else None
    found = dict(programs(options, processes))
    for run in found.values():
        run(WARM_UP_STEPS)
        run(WARM_UP_STEPS)  # A second call may compile again.
    ready = {} if several else description(options)
    print(json.dumps(ready), file=answers, flush=True)
    for line in sys.stdin:
        name, num_steps = json.loads(line)
        answer = timed(found[name], num_steps)
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
