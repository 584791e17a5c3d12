"""Time a `tf.data` pipeline that contains a GAN.

    python benchmarks/generator_pipeline.py
    python benchmarks/generator_pipeline.py --turns 9 --check

The pipelines read images of 32 x 32 x 3, add generated images with
`GANDataGenerator` and augment them with KerasCV's `RandAugment`. With a pool
the generated images exist in advance, and the pipeline has to be about as fast
as without the layer (`--check`). Without a pool, the generator (of the
library's DCGAN) runs for every image, and with a filter several times. All
pipelines are run in turn in one process, and relative speeds are medians over
the turns.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

SHAPE = (32, 32, 3)
NUM_CLASSES = 10
BATCH_SIZE = 64
Times = dict[str, list[float]]
"""Seconds of each pipeline, one number per turn."""

PLAIN = "without the layer"
POOL = "pool"
OTHERS = ("pool, appended", "no pool", "no pool, threshold")
MIN_SHARE = 0.9


def layers(pool_size: int, others: Sequence[str]) -> dict[str, Any]:
    """Returns variants of the layer by the name that is printed; None: none."""
    import keras_gan

    pair = keras_gan.networks.dcgan(SHAPE, num_classes=NUM_CLASSES)
    gan = keras_gan.GAN(*pair, num_classes=NUM_CLASSES, seed=0)

    def layer(**options):
        return keras_gan.layers.GANDataGenerator(
            gan,
            0.5,
            balance="uniform",
            value_range=(0, 255),
            seed=0,
            **options,
        )

    makers: dict[str, Callable[[], Any]] = {
        PLAIN: lambda: None,
        POOL: lambda: layer(pool_size=pool_size),
        "pool, appended": lambda: layer(pool_size=pool_size, mode="append"),
        "no pool": layer,
        "no pool, threshold": lambda: layer(filter="threshold"),
    }
    return {name: makers[name]() for name in (PLAIN, POOL, *others)}


def pipelines(
    variants: dict[str, Any], num_batches: int
) -> dict[str, Callable[[], int]]:
    """Returns for each variant a function that runs one epoch.

    The function returns the number of images.
    """
    import keras_cv
    import tensorflow as tf

    random = np.random.default_rng(0)
    count = num_batches * BATCH_SIZE
    images = random.integers(0, 256, (count, *SHAPE), dtype="uint8")
    labels = random.integers(0, NUM_CLASSES, count, dtype="int32")
    options = tf.data.Options()
    # Autotuning could choose differently in each turn.
    options.autotune.enabled = False

    def epoch(layer):
        augment = keras_cv.layers.RandAugment(value_range=(0, 255))
        calls = os.cpu_count()

        data = tf.data.Dataset.from_tensor_slices((images, labels))
        data = data.shuffle(count, seed=0).batch(BATCH_SIZE)
        if layer is not None:
            data = data.map(layer, num_parallel_calls=calls)
        data = data.map(
            lambda some, classes: (augment(some), classes),
            num_parallel_calls=calls,
        ).with_options(options)
        return lambda: sum(len(classes) for _, classes in data)

    return {name: epoch(layer) for name, layer in variants.items()}


def in_turns(
    programs: dict[str, Callable[[], int]], num_turns: int
) -> tuple[Times, dict[str, int]]:
    """Returns seconds per turn, after a warm-up, and numbers of images."""
    times: Times = {name: [] for name in programs}
    counts: dict[str, int] = {}
    for turn in range(num_turns + 1):
        for name, program in programs.items():
            start = time.perf_counter()
            counts[name] = program()
            seconds = time.perf_counter() - start
            if turn:
                times[name].append(seconds)
        print(f"turn {turn} of {num_turns}", file=sys.stderr, flush=True)
    return times, counts


def shares(times: Times, counts: dict[str, int]) -> dict[str, float]:
    """Returns the speed of each, relative to that without the layer."""

    def share(name):
        return statistics.median(
            (counts[name] / seconds) / (counts[PLAIN] / plain)
            for seconds, plain in zip(times[name], times[PLAIN], strict=True)
        )

    return {name: share(name) for name in times}


def table(times: Times, counts: dict[str, int]) -> tuple[str, bool]:
    """Returns the table, and whether the bound is met."""
    lines = [f"{'pipeline':<22}{'images/s':>10}{'share':>8}"]
    found = shares(times, counts)
    kept = found[POOL] >= MIN_SHARE
    for name, seconds in times.items():
        speed = counts[name] / statistics.median(seconds)
        line = f"{name:<22}{speed:>10.0f}{found[name]:>8.2f}"
        if name == POOL:
            line += f"  bound {MIN_SHARE:g}: {'ok' if kept else 'short'}"
        lines.append(line)
    return "\n".join(lines), kept


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """Returns the options of the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--batches", type=int, default=20, help="in a turn")
    parser.add_argument("--pool", type=int, default=1000, help="images in it")
    parser.add_argument(
        "--others",
        nargs="*",
        default=OTHERS,
        choices=OTHERS,
        help="pipelines beside the one with a pool and the one without a layer",
    )
    parser.add_argument(
        "--check", action="store_true", help="exit with 1 if a bound is missed"
    )
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Prints the table; returns 1 if `--check` finds a bound missed."""
    options = parse(arguments)
    programs = pipelines(layers(options.pool, options.others), options.batches)
    times, counts = in_turns(programs, options.turns)
    text, kept = table(times, counts)
    print(f"Pipelines of {BATCH_SIZE} images {SHAPE}, half of them generated")
    print(text, flush=True)
    return int(options.check and not kept)


if __name__ == "__main__":
    sys.exit(main())
