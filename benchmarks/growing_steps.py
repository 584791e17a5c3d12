"""Milliseconds of a training step at each size of progressive growing.

    python benchmarks/growing_steps.py
    python benchmarks/growing_steps.py --side 128 --width 16

For the table in docs/networks.md.
"""

import argparse
import time

import numpy as np

import keras_gan
from keras_gan import networks
from keras_gan.models.growing import growing_layers

PHASE = 1_000_000


def seconds_per_step(gan, images, seconds: float) -> float:
    """Median seconds of a step, after one that is not measured."""
    gan.train_on_batch(images)
    found: list[float] = []
    while sum(found) < seconds or len(found) < 3:
        start = time.perf_counter()
        # Returning the logs waits for the end of the step.
        gan.train_on_batch(images)
        found.append(time.perf_counter() - start)
    return float(np.median(found))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--side", type=int, default=64)
    parser.add_argument("--width", type=int, default=32)
    parser.add_argument("--batch-size", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=5.0)
    options = parser.parse_args()
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
    images = (
        np.random.default_rng(0)
        .uniform(-1, 1, (options.batch_size, *shape))
        .astype("float32")
    )
    layers = growing_layers([gan])
    levels = layers[0].num_levels
    print("| pixels per side | milliseconds | while it is faded in |")
    print("|---|---|---|")
    for level in range(levels + 1):
        found = []
        # From the start of a phase without a change, and within a fade.
        for steps in (2 * level * PHASE, (2 * level - 0.5) * PHASE):
            for layer in layers:
                layer.steps.assign(max(steps, 0.0))
            step = seconds_per_step(gan, images, options.seconds)
            found.append(f"{1000 * step:.0f}")
        side = options.side >> (levels - level)
        steady, fading = found if level else (found[0], "")
        print(f"| {side} | {steady} | {fading} |", flush=True)


if __name__ == "__main__":
    main()
