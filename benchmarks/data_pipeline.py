"""Time `datasets.load` beside the training steps that it feeds.

    python benchmarks/data_pipeline.py
    python benchmarks/data_pipeline.py --images photos.zip --size 64 --check

A folder of JPEGs, a zip of it and an `.npz` of the same images are read with
one thread and with the default number. The first pass opens the data, decodes
every file and ends with the last batch; later passes read what is kept in
memory, or, without a cache, decode every file again. Beside them, `GAN.fit`
trains the networks of the command line on a batch that is there. Relative
speeds are medians over the turns; with the default number of threads, images
have to be read twice as fast as the fastest network needs them (`--check`).
"""

import argparse
import statistics
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

BATCH_SIZE = 64
NETWORKS = ("mlp", "dcgan")
PASSES = ("first", "later", "no cache")
MIN_RATIO = 2.0
Speeds = dict[str, list[float]]
"""Images per second of each program, one number per turn."""


def pictures(path: str | None, number: int, size: int) -> np.ndarray:
    """Returns images of a data set, repeated as needed, or smooth noise."""
    from PIL import Image

    from keras_gan import datasets

    if path is not None:
        source = datasets.open_source(path, image_size=size, channels=3)
        there = source.read(np.arange(min(number, len(source))))
        return np.resize(there, (number, *there.shape[1:]))
    random = np.random.default_rng(0)
    images = np.empty((number, size, size, 3), "uint8")
    for image in images:
        small = random.integers(0, 256, (8, 8, 3), "uint8")
        image[:] = Image.fromarray(small).resize((size, size))
    return images


def written(folder: Path, images: np.ndarray) -> dict[str, Path]:
    """Writes images as each kind of data; returns the paths."""
    from PIL import Image

    paths = {kind: folder / f"images.{kind}" for kind in ("zip", "npz")}
    paths = {"folder": folder / "images", **paths}
    paths["folder"].mkdir()
    with zipfile.ZipFile(paths["zip"], "w") as archive:
        for number, image in enumerate(images):
            file = paths["folder"] / f"{number:06d}.jpg"
            Image.fromarray(image).save(file, quality=90)
            archive.write(file, file.name)
    np.savez(paths["npz"], images=images)
    return paths


def readers(path: Path, workers: int | None) -> dict[str, Callable[[], int]]:
    """Returns a function for each kind of pass; it returns a number of images.

    Those after the first pass read what it has opened.
    """
    from keras_gan import datasets

    opened: dict[bool, Any] = {}

    def read(cache):
        data = datasets.load(opened[cache], batch_size=BATCH_SIZE)
        return sum(len(batch) for batch in data)

    def first():
        opened[True] = datasets.open_source(path, num_workers=workers)
        return read(True)

    def later():
        count = read(True)
        del opened[True]  # It takes memory.
        return count

    def streamed():
        if False not in opened:
            opened[False] = datasets.open_source(
                path, num_workers=workers, cache=False
            )
        return read(False)

    return dict(zip(PASSES, (first, later, streamed), strict=True))


def training(network: str, size: int, steps: int) -> Callable[[], int]:
    """Returns a function that trains for some steps, compiled before."""
    import keras
    import tensorflow as tf

    from keras_gan.cli import building, settings, train
    from keras_gan.datasets import DatasetInfo

    parser = argparse.ArgumentParser()
    train.add_arguments(parser)
    options = parser.parse_args(["--network", network])
    info = DatasetInfo("images", 50_000, (size, size, 3))
    chosen = settings.resolve(options, info)
    keras.config.set_dtype_policy(building.POLICIES[chosen.precision])
    gan = building.build_gan(chosen, None)
    batch = np.zeros((BATCH_SIZE, size, size, 3), "float32")
    stream = tf.data.Dataset.from_tensors(batch).repeat()

    def fit():
        gan.fit(stream, steps_per_epoch=steps, verbose=0)
        return steps * BATCH_SIZE

    fit()
    return fit


def speed(program: Callable[[], int]) -> float:
    """Returns images per second."""
    start = time.perf_counter()
    count = program()
    return count / (time.perf_counter() - start)


def in_turns(programs: dict[str, Callable[[], int]], turns: int) -> Speeds:
    """Returns the speeds of all programs in each turn."""
    speeds: Speeds = {name: [] for name in programs}
    for turn in range(turns):
        for name, program in programs.items():
            speeds[name].append(speed(program))
        print(f"turn {turn + 1} of {turns}", file=sys.stderr, flush=True)
    return speeds


def table(speeds: Speeds) -> tuple[str, bool]:
    """Returns the table, and whether the bound is met."""
    medians = {name: statistics.median(one) for name, one in speeds.items()}
    steps = {n: medians[n] for n in speeds if n in NETWORKS}
    fastest = max(steps, key=lambda name: steps[name])
    kept = True
    lines = [f"{'':<34}{'images/s':>10}{'ratio':>8}"]
    for name, values in speeds.items():
        ratio = statistics.median(
            value / step
            for value, step in zip(values, speeds[fastest], strict=True)
        )
        line = f"{name:<34}{medians[name]:>10,.0f}{ratio:>8.2f}"
        if "default" in name:
            kept &= ratio >= MIN_RATIO
            short = ratio < MIN_RATIO
            line += f"  bound {MIN_RATIO:g}: {'short' if short else 'ok'}"
        lines.append(line)
    return "\n".join(lines), kept


def programs_of(
    options: argparse.Namespace, folder: Path
) -> dict[str, Callable[[], int]]:
    """Returns what is measured, by the name that is printed."""
    images = pictures(options.images, options.number, options.size)
    paths = written(folder, images)
    programs = {
        name: training(name, options.size, options.steps) for name in NETWORKS
    }
    for kind, path in paths.items():
        for workers in (1, None):
            threads = "1 thread" if workers else "default"
            for name, program in readers(path, workers).items():
                programs[f"{kind}, {threads}, {name} pass"] = program
    return programs


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """Returns the options of the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--images", help="images (default: smooth noise)")
    parser.add_argument("--number", type=int, default=50_000, help="of images")
    parser.add_argument("--size", type=int, default=32, help="in pixels")
    parser.add_argument("--steps", type=int, default=300, help="of training")
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument(
        "--check", action="store_true", help="exit with 1 if a bound is missed"
    )
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Prints the table; returns 1 if `--check` finds a bound missed."""
    options = parse(arguments)
    with tempfile.TemporaryDirectory() as folder:
        programs = programs_of(options, Path(folder))
        text, kept = table(in_turns(programs, options.turns))
    size = options.size
    print(f"{options.number:,} images {size} x {size} x 3, in batches of 64")
    print(text, flush=True)
    return int(options.check and not kept)


if __name__ == "__main__":
    sys.exit(main())
