"""Time the augmentation layers, alone and inside a training step.

    python benchmarks/augmentation.py
    python benchmarks/augmentation.py --shapes 28x28x1 --pairs 9 --check

It prints two kinds of tables. The first is for preprocessing: images/s of each
layer, compared with layers of KerasCV and Keras on the same batch, when called
in a graph (as in a model or a compiled training step), eagerly (as in a
training loop), and by `tf.data.Dataset.map` with one batch per core. The second
is for training: how much longer a step of the library's DCGAN takes with an
augmenter than without. It is measured for a simple step (non-saturating loss,
no penalties), where the relative cost is largest, and for the default step
(relativistic loss, R1 and R2, which differentiate twice through the augmenter).

`AdaptiveAugment` is timed with p = 1, its most expensive setting. All programs
are run in turn in one process, and ratios are medians over the turns.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

Shape = tuple[int, int, int]
Times = dict[str, list[float]]
"""Seconds of each program, one number per turn."""

BATCH_SIZE = 64
PREPROCESSING_SHAPE = (64, 64, 3)
LOSSES = ("non_saturating", "relativistic")
PLAIN = "no augmenter"
# Upper bounds of the relative growth of a step, by layer and image side.
MAX_GROWTH = {"bgc": {28: 0.25, 64: 0.40}, "DiffAugment": {28: 0.08, 64: 0.08}}
PEER = "keras_cv RandAugment"
MIN_SPEED_UP = 3.0


def our_layers(value_range: tuple[float, float]) -> dict[str, Any]:
    """Returns the library's layers by the name that is printed."""
    from keras_gan.layers import AdaptiveAugment, DiffAugment

    always = {"probability": 1.0, "value_range": value_range, "seed": 0}
    return {
        "bgc": AdaptiveAugment("bgc", **always),
        "bgcfnc": AdaptiveAugment("bgcfnc", **always),
        "DiffAugment": DiffAugment(value_range=value_range, seed=0),
    }


def peer_layers() -> dict[str, Any]:
    """Returns layers of KerasCV and Keras for images in [0, 255]."""
    import keras
    import keras_cv

    full = (0, 255)
    geometric = [
        keras.layers.RandomFlip("horizontal"),
        keras.layers.RandomRotation(0.5, fill_mode="reflect"),
        keras.layers.RandomZoom(0.2, fill_mode="reflect"),
        keras.layers.RandomTranslation(0.125, 0.125, fill_mode="reflect"),
    ]
    color = keras.layers.RandomColorJitter(
        full,
        brightness_factor=0.2,
        contrast_factor=0.5,
        saturation_factor=0.5,
        hue_factor=0.5,
    )
    return {
        PEER: keras_cv.layers.RandAugment(value_range=full),
        "keras_cv RandomFlip": keras_cv.layers.RandomFlip(),
        "keras_cv RandomRotation": keras_cv.layers.RandomRotation(0.5),
        "keras_cv GridMask": keras_cv.layers.GridMask(),
        "keras RandAugment": keras.layers.RandAugment(full),
        "keras flip, rotate, zoom, shift": keras.layers.Pipeline(geometric),
        "keras the same and color": keras.layers.Pipeline([*geometric, color]),
    }


def in_turns(programs: dict[str, Callable[[], Any]], num_turns: int) -> Times:
    """Returns the seconds of each program in each turn, after a warm-up."""
    times: Times = {name: [] for name in programs}
    for turn in range(num_turns + 1):
        for name, program in programs.items():
            start = time.perf_counter()
            program()
            seconds = time.perf_counter() - start
            if turn:
                times[name].append(seconds)
        print(f"turn {turn} of {num_turns}", file=sys.stderr, flush=True)
    return times


def ratio(slower: list[float], faster: list[float]) -> float:
    """Returns the median over the turns of the ratio of two times."""
    return statistics.median(a / b for a, b in zip(slower, faster, strict=True))


def in_graph(layer: Any, batch: Any) -> Callable[[int], Any]:
    """Returns a function that augments some batches in a graph."""
    import tensorflow as tf

    function = tf.function(lambda images: layer(images, training=True))
    return lambda count: [function(batch) for _ in range(count)]


def eagerly(layer: Any, batch: Any) -> Callable[[int], Any]:
    """Returns a function that calls the layer on some batches."""
    return lambda count: [layer(batch, training=True) for _ in range(count)]


def in_pipeline(layer: Any, batch: Any) -> Callable[[int], Any]:
    """Returns a function that reads some batches from a pipeline."""
    import tensorflow as tf

    def augment(images):
        return layer(images, training=True)

    dataset = tf.data.Dataset.from_tensors(batch).repeat()
    dataset = dataset.map(augment, num_parallel_calls=os.cpu_count())
    options = tf.data.Options()
    options.autotune.enabled = False
    dataset = dataset.with_options(options)
    # A new pipeline in each turn, because an open one would prefetch batches
    # while other programs are timed.
    return lambda count: list(dataset.take(count))


MODES = {"graph": in_graph, "eager": eagerly, "tf.data": in_pipeline}


def preprocessing_programs(
    mode: str, num_batches: int, chosen: list[str] | None = None
) -> dict[str, Callable[[], Any]]:
    """Returns for each layer a program that augments some batches."""
    import tensorflow as tf

    random = np.random.default_rng(0)
    shape = (BATCH_SIZE, *PREPROCESSING_SHAPE)
    batch = tf.constant(random.uniform(0, 255, shape).astype("float32"))

    def program(layer):
        augmented = MODES[mode](layer, batch)

        return lambda: float(augmented(num_batches)[-1][0, 0, 0, 0])

    layers = {**our_layers((0, 255)), **peer_layers()}
    names = layers if chosen is None else [*chosen, PEER]
    return {name: program(layers[name]) for name in names}


def preprocessing_table(times: Times, num_batches: int) -> tuple[str, bool]:
    """Returns a table of images/s, and whether the bound is met."""
    lines = [
        f"{'layer':<34}{'images/s':>10}{'of ' + PEER:>26}",
    ]
    kept = True
    ours = set(our_layers((-1, 1)))
    for name, seconds in times.items():
        speed = num_batches * BATCH_SIZE / statistics.median(seconds)
        gain = ratio(times[PEER], seconds)
        line = f"{name:<34}{speed:>10.0f}{gain:>24.2f} x"
        if name in ours:
            kept &= gain >= MIN_SPEED_UP
            line += f"  {verdict(gain >= MIN_SPEED_UP, MIN_SPEED_UP)}"
        lines.append(line)
    return "\n".join(lines), kept


def step_programs(
    shape: Shape, loss: str, num_steps: int
) -> dict[str, Callable[[], Any]]:
    """Returns programs: steps of `GAN.fit` without and with each augmenter."""
    import keras_gan

    random = np.random.default_rng(0)
    count = BATCH_SIZE * num_steps
    images = random.uniform(-1, 1, (count, *shape)).astype("float32")

    # For arrays, Keras starts a thread that tunes the pipeline, and the end of
    # `fit` would wait for it.
    dataset = keras_gan.datasets.load(
        images, batch_size=BATCH_SIZE, repeat=True, seed=0
    )

    def program(augmenter):
        pair = keras_gan.networks.dcgan(shape)
        gan = keras_gan.GAN(*pair, augmenter=augmenter, seed=0)
        gan.compile(loss=loss)
        return lambda: gan.fit(dataset, steps_per_epoch=num_steps, verbose=0)

    augmenters = {PLAIN: None, **our_layers((-1, 1))}
    return {name: program(one) for name, one in augmenters.items()}


def step_table(times: Times, side: int, num_steps: int) -> tuple[str, bool]:
    """Returns a table of ms per step, and whether the growth is in bounds."""
    lines = [f"{'augmenter':<14}{'ms/step':>10}{'growth':>10}"]
    kept = True
    for name, seconds in times.items():
        step = 1000 * statistics.median(seconds) / num_steps
        growth = ratio(seconds, times[PLAIN]) - 1
        line = f"{name:<14}{step:>10.0f}{100 * growth:>8.1f} %"
        bound = MAX_GROWTH.get(name, {}).get(side)
        if bound is not None:
            kept &= growth <= bound
            line += f"  {verdict(growth <= bound, bound)}"
        lines.append(line)
    return "\n".join(lines), kept


def verdict(kept: bool, bound: float) -> str:
    """Returns a bound and whether it is met, as text."""
    return f"bound {bound:g}: {'ok' if kept else 'short'}"


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """Returns the options of the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument(
        "--shapes",
        nargs="*",
        default=["28x28x1", "64x64x3"],
        help="image shapes of the training steps; none: only preprocessing",
    )
    parser.add_argument(
        "--modes", nargs="*", default=list(MODES), choices=MODES
    )
    parser.add_argument(
        "--layers", nargs="+", help="to compare with RandAugment; default: all"
    )
    parser.add_argument("--losses", nargs="+", default=LOSSES, choices=LOSSES)
    parser.add_argument("--pairs", type=int, default=5, help="turns of each")
    parser.add_argument("--steps", type=int, default=4, help="in a turn")
    parser.add_argument("--batches", type=int, default=4, help="in a turn")
    parser.add_argument(
        "--check", action="store_true", help="exit with 1 if a bound is missed"
    )
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Prints the tables; returns 1 if `--check` finds a bound missed."""
    options = parse(arguments)
    all_kept = True
    for mode in options.modes:
        programs = preprocessing_programs(mode, options.batches, options.layers)
        times = in_turns(programs, options.pairs)
        table, kept = preprocessing_table(times, options.batches)
        all_kept &= kept
        print(
            f"\nPreprocessing of {BATCH_SIZE} images {PREPROCESSING_SHAPE}, "
            f"{mode}"
        )
        print(table, flush=True)
    for text in options.shapes:
        shape = tuple(int(part) for part in text.split("x"))
        for loss in options.losses:
            programs = step_programs(shape, loss, options.steps)
            times = in_turns(programs, options.pairs)
            table, kept = step_table(times, shape[0], options.steps)
            all_kept &= kept
            print(
                f"\nStep of the DCGAN on {shape}, {loss}, {BATCH_SIZE} images"
            )
            print(table, flush=True)
    return int(options.check and not all_kept)


if __name__ == "__main__":
    sys.exit(main())
