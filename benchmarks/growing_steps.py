"""Milliseconds of a training step at each size of progressive growing.

    python benchmarks/growing_steps.py
    python benchmarks/growing_steps.py --side 128 --width 16
    KERAS_BACKEND=jax python benchmarks/growing_steps.py --one-program

For docs/networks.md. Of JAX on a CPU, `--one-program` measures a program that
computes all levels, in place of one for each level.
"""

import argparse
import time
from collections.abc import Callable

import numpy as np

import keras_gan
from keras_gan import networks
from keras_gan.models.growing import growing_layers

PHASE = 1_000_000
CLOCKS: dict[str, Callable[[], float]] = {
    "wall": time.perf_counter,
    # Of all threads: also on a machine that does other work.
    "processor": time.process_time,
}


def seconds_per_step(gan, images, seconds: float, clock) -> float:
    """Median seconds of a step, after one that is not measured."""
    gan.train_on_batch(images)
    found: list[float] = []
    while sum(found) < seconds or len(found) < 3:
        start = clock()
        # Returning the logs waits for the end of the step.
        gan.train_on_batch(images)
        found.append(clock() - start)
    return float(np.median(found))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--side", type=int, default=64)
    parser.add_argument("--width", type=int, default=32)
    parser.add_argument("--batch-size", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--clock", choices=CLOCKS, default="wall")
    parser.add_argument("--levels", type=int, nargs="+", help="default: all")
    parser.add_argument("--one-program", action="store_true")
    return parser.parse_args()


def main() -> None:
    options = arguments()
    shape = (options.side, options.side, 3)
    pair = networks.progressive(
        shape,
        width=options.width,
        steps_per_stage=PHASE,
        fade_steps=PHASE,
        seed=1,
    )
    gan = keras_gan.GAN(*pair, seed=1)
    recipe = networks.recipe("progressive", shape)
    gan.compile(**recipe.compile_arguments())
    if options.one_program:
        gan.program_key = lambda: None
    images = (
        np.random.default_rng(0)
        .uniform(-1, 1, (options.batch_size, *shape))
        .astype("float32")
    )
    layers = growing_layers([gan])
    levels = layers[0].num_levels
    print("| pixels per side | milliseconds | while it is faded in |")
    print("|---|---|---|")
    for level in options.levels or range(levels + 1):
        found = []
        # From the start of a phase without a change, and within a fade.
        for steps in (2 * level * PHASE, (2 * level - 0.5) * PHASE):
            if steps < 0:  # The coarsest level is never faded in.
                continue
            for layer in layers:
                layer.steps.assign(steps)
            step = seconds_per_step(
                gan, images, options.seconds, CLOCKS[options.clock]
            )
            found.append(f"{1000 * step:.0f}")
        side = options.side >> (levels - level)
        print(f"| {side} | {' | '.join([*found, ''][:2])} |", flush=True)


if __name__ == "__main__":
    main()
