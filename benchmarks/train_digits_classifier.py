"""Train the classifier whose features are used to evaluate GANs of digits.

    python benchmarks/train_digits_classifier.py --train weights.npz \
        --mnist mnist.npz
    python benchmarks/train_digits_classifier.py --check --mnist mnist.npz
    python benchmarks/train_digits_classifier.py --judge

`--train` trains `keras_gan.features.digits_classifier` on three quarters of
scikit-learn's 8x8 digits and, with `--mnist` (an .npz with x_train, y_train,
x_test, y_test), on MNIST's training images, which are then half of each batch.
Images are slightly shifted, scaled, blurred and noised. The package ships the
resulting file as keras_gan/features/digits_classifier.npz.

`--check` prints the accuracy of the shipped weights on unseen digits (the last
quarter and MNIST's test images), and exits with 1 if one misses its bound.

`--judge` tests whether a Frechet distance in these features is useful. It
compares one half of the 8x8 digits with the other half, increasingly damaged,
and with samples of GANs that were trained for fewer and fewer steps (`keras-gan
train --steps N`). Each row must rise from left to right; otherwise the program
exits with 1. Figures are means over three ways to split the digits into halves.
All comparisons within a row use the same numbers of images.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from keras_gan.features.digits_classifier import (
    SIDE,
    digits_classifier,
    read_weights,
    untrained_digits_classifier,
)
from keras_gan.metrics.frechet_distance import frechet_distance

SEED = 0
BATCH_SIZE = 128
LEARNING_RATE = 2e-3
# Accuracy that the shipped weights must have on unseen images.
BOUNDS = {"digits": 0.98, "mnist": 0.97}
# Number of images per side when classes are missing in the other half.
NUM_OF_CLASSES = 400
NUM_HALVINGS = 3
# Training steps of the GANs, best first.
RUNS = (8000, 1000, 300, 100)

Arrays = tuple[np.ndarray, np.ndarray]
Row = tuple[str, list[str], list[float]]


def all_digits() -> Arrays:
    """Returns the 8x8 digits `(n, 8, 8)` in [0, 1] and their labels."""
    pixels, labels = load_digits(return_X_y=True)
    return pixels.reshape(-1, 8, 8) / 16.0, labels


def split(images: np.ndarray, labels: np.ndarray, share: float, seed: int):
    """Returns two parts as `(images, labels)`; the second has `share`."""
    first, second, first_labels, second_labels = train_test_split(
        images, labels, test_size=share, random_state=seed, stratify=labels
    )
    return (first, first_labels), (second, second_labels)


def mnist(path: Path) -> tuple[Arrays, Arrays]:
    """Returns MNIST's training and test images in [0, 1] with labels."""
    with np.load(path, allow_pickle=False) as arrays:
        return (
            (arrays["x_train"] / np.float32(255), arrays["y_train"]),
            (arrays["x_test"] / np.float32(255), arrays["y_test"]),
        )


def to_bytes(images: np.ndarray) -> np.ndarray:
    """Returns images `(n, h, w)` in [0, 1] in the network's input format."""
    images = np.floor(np.clip(images, 0.0, 1.0) * 255.0 + 0.5)
    return images[..., None].astype("float32")


# Training.


def resampling(
    size: int, shift: np.ndarray, scale: np.ndarray, blur: np.ndarray
) -> np.ndarray:
    """Returns a matrix `(SIDE, size)` for each image, to resize one axis.

    Args:
        size: Pixels of the axis.
        shift: Shift of each image as a fraction of its side, `(n,)`.
        scale: Scale factor of each image, `(n,)`.
        blur: Width of its filter relative to that of `SmoothResizing`, `(n,)`.
            Without shift, scale and blur the matrix is that of this layer.
    """
    places = (np.arange(SIDE) + 0.5) / SIDE - 0.5
    places = (places - shift[:, None]) / scale[:, None] + 0.5
    width = np.maximum(1.0, size / (SIDE * scale)) * blur
    pixels = (np.arange(size) + 0.5) / size
    distances = np.abs(places[..., None] - pixels) * size
    weights = np.maximum(1.0 - distances / width[:, None, None], 0.0)
    weights /= np.maximum(weights.sum(axis=-1, keepdims=True), 1e-9)
    outside = np.abs(places - 0.5) > 0.5
    weights[outside] = 0.0
    return weights


def augmented(images: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Returns images `(n, h, w)` in [0, 1] at 28x28, slightly changed.

    First, half of them are noised and half are blurred, as generated images
    often are, so that the classifier and its features cover such images.
    """
    count, height, width = images.shape

    def some(values: np.ndarray) -> np.ndarray:
        return values * (random.random(count) < 0.5)

    noise = some(random.uniform(0.0, 0.25, count))[:, None, None]
    blur = 1.0 + some(random.exponential(0.5, count))
    noised = images + noise * random.standard_normal(images.shape)

    def matrices(size: int) -> np.ndarray:
        shift = random.uniform(-0.08, 0.08, count)
        scale = np.exp(random.uniform(-0.15, 0.15, count))
        return resampling(size, shift, scale, blur)

    across = matrices(width).transpose(0, 2, 1)
    return matrices(height) @ np.clip(noised, 0.0, 1.0) @ across


class Batches(keras.utils.PyDataset):
    """Yields random batches with the same number of images of each source.

    Args:
        sources: Pairs of images `(n, h, w)` in [0, 1] and labels.
        steps: Number of batches.
    """

    def __init__(self, sources: Sequence[Arrays], steps: int) -> None:
        super().__init__()
        self.sources = sources
        self.steps = steps

    def __len__(self) -> int:
        return self.steps

    def __getitem__(self, index: int) -> Arrays:
        random = np.random.default_rng((SEED, index))
        parts = []
        for images, labels in self.sources:
            chosen = random.integers(
                len(images), size=BATCH_SIZE // len(self.sources)
            )
            changed = augmented(images[chosen], random)
            parts.append((to_bytes(changed), labels[chosen].astype("int32")))
        images, labels = zip(*parts, strict=True)
        return np.concatenate(images), np.concatenate(labels)


def train(sources: Sequence[Arrays], steps: int) -> keras.Model:
    """Returns the network, images to logits, trained on all sources."""
    keras.utils.set_random_seed(SEED)
    model = untrained_digits_classifier("logits")
    rate = keras.optimizers.schedules.CosineDecay(LEARNING_RATE, steps)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(rate), loss)
    model.fit(Batches(sources, steps), shuffle=False, verbose=0)
    return model


def write_weights(model: keras.Model, path: Path) -> None:
    """Writes a network's weights for `read_weights`, and rounds its own."""
    arrays = {}
    for variable in model.weights:
        arrays |= in_bytes(variable.path, np.asarray(variable))
    np.savez_compressed(path, **arrays)
    with path.open("rb") as stream:
        rounded = read_weights(stream)
    for variable in model.weights:
        variable.assign(rounded[variable.path])


def in_bytes(name: str, weight: np.ndarray) -> dict[str, np.ndarray]:
    """Returns a kernel in bytes with a step for each filter, or halves."""
    if not name.endswith("/kernel"):
        return {name: weight.astype("float16")}
    filters = np.abs(weight).reshape(-1, weight.shape[-1])
    step = filters.max(axis=0) / np.float32(127)
    of_step = name.replace("/kernel", "/step")
    return {name: np.rint(weight / step).astype("int8"), of_step: step}


# Accuracy.


def accuracy(model: keras.Model, images: np.ndarray, labels) -> float:
    """Returns the accuracy on images `(n, h, w)` in [0, 1]."""
    logits = model.predict(to_bytes(images), batch_size=500, verbose=0)
    return float(np.mean(logits.argmax(axis=1) == labels))


def check(model: keras.Model, mnist_path: Path | None) -> bool:
    """Prints accuracies; returns whether they reach their bounds."""
    _, held_out = split(*all_digits(), 0.25, SEED)
    parts = {"digits": held_out}
    if mnist_path:
        _, parts["mnist"] = mnist(mnist_path)
    passed = True
    print("unseen images          accuracy   bound")
    for name, (images, labels) in parts.items():
        share = accuracy(model, images, labels)
        passed &= share >= BOUNDS[name]
        verdict = "ok" if share >= BOUNDS[name] else "short"
        print(
            f"{name:<8} {len(images):>6} {share:>16.4f} {BOUNDS[name]:>7.2f}"
            f"   {verdict}"
        )
    return passed


# Usefulness of the distance.


class Judge:
    """Distances of images from one half of the 8x8 digits.

    Args:
        model: The network, images -> features.
        seed: Seed of the split and of all random draws.
    """

    def __init__(self, model: keras.Model, seed: int) -> None:
        self.model = model
        self.random = np.random.default_rng(seed)
        (self.real, _), (self.other, self.labels) = split(
            *all_digits(), 0.5, seed
        )
        self._real_statistics = self._statistics(self.real)

    def _statistics(self, images: np.ndarray) -> Arrays:
        features = self.model.predict(
            to_bytes(images), batch_size=500, verbose=0
        ).astype("float64")
        return features.mean(axis=0), np.cov(features, rowvar=False)

    def distance(self, images: np.ndarray) -> float:
        """Returns the Frechet distance of images `(n, 8, 8)` in [0, 1]."""
        return frechet_distance(
            *self._real_statistics, *self._statistics(images)
        )

    def noised(self, strength: float) -> float:
        """Returns the distance of the other half with Gaussian noise."""
        noise = self.random.standard_normal(self.other.shape)
        return self.distance(self.other + strength * noise)

    def blurred(self, sigma: float) -> float:
        """Returns the distance of the other half with Gaussian blur."""
        if not sigma:
            return self.distance(self.other)
        pixels = np.arange(8)
        filter_ = np.exp(-((pixels[:, None] - pixels) ** 2) / (2 * sigma**2))
        filter_ /= filter_.sum(axis=1, keepdims=True)
        return self.distance(filter_ @ self.other @ filter_.T)

    def repeated(self, distinct: int) -> float:
        """Returns the distance of a few images of the other half, repeated."""
        chosen = self.random.permutation(len(self.other))[:distinct]
        return self.distance(self.other[np.resize(chosen, len(self.other))])

    def without(self, num_classes: int) -> float:
        """Returns the distance without the lowest digits."""
        kept = np.flatnonzero(self.labels >= num_classes)
        chosen = self.random.permutation(kept)[:NUM_OF_CLASSES]
        return self.distance(self.other[chosen])

    def tilted(self, share: float) -> float:
        """Returns the distance if digits 0 to 4 have a share of the images."""
        count = round(NUM_OF_CLASSES * share)
        low = self.random.permutation(np.flatnonzero(self.labels < 5))
        high = self.random.permutation(np.flatnonzero(self.labels >= 5))
        chosen = np.r_[low[:count], high[: NUM_OF_CLASSES - count]]
        return self.distance(self.other[chosen])


def row(
    name: str, distance: Callable[[float], Any], levels: Sequence[float]
) -> Row:
    """Returns the mean over all splits of the distance at each level."""
    means = [float(np.mean(distance(level))) for level in levels]
    return name, [f"{level:g}" for level in levels], means


def damage_rows(judges: Sequence[Judge]) -> list[Row]:
    """Returns the rows for real digits with increasing damage."""

    def all_of(method: Callable[[Judge, float], float]):
        return lambda level: [method(judge, level) for judge in judges]

    half = len(judges[0].other)
    noises, blurs = (0, 0.05, 0.1, 0.2, 0.4), (0, 0.4, 0.5, 0.7, 1)
    shares = (0.5, 0.6, 0.7, 0.8, 0.9, 1)
    return [
        row("noise, sigma / range", all_of(Judge.noised), noises),
        row("blur, sigma in pixels", all_of(Judge.blurred), blurs),
        row("distinct images", all_of(Judge.repeated), (half, 400, 100, 25)),
        row("classes missing", all_of(Judge.without), (0, 1, 2, 3, 5)),
        row("share of 0 to 4", all_of(Judge.tilted), shares),
    ]


def train_run(folder: Path, steps: int) -> Path:
    """Returns a GAN's file; trains it with `keras-gan train` if needed."""
    run = folder / f"steps-{steps}"
    if not (run / "model.keras").exists():
        command = [sys.executable, "-m", "keras_gan", "train", "digits"]
        command += ["--steps", str(steps), "--out", str(run), "--quiet"]
        subprocess.run(command, check=True)
    return run / "model.keras"


def generator_row(judges: Sequence[Judge], folder: Path) -> Row:
    """Returns the row for generated digits by number of training steps."""
    distances = [[judge.distance(judge.other) for judge in judges]]
    for steps in RUNS:
        gan = keras.saving.load_model(train_run(folder, steps))
        samples = gan.generate(len(judges[0].other), seed=SEED)
        images = (samples[..., 0] + 1.0) / 2.0
        distances.append([judge.distance(images) for judge in judges])
    means = np.mean(distances, axis=1).tolist()
    return "GAN, training steps", ["real", *map(str, RUNS)], means


def print_rows(rows: Iterable[Row]) -> bool:
    """Prints rows as a table; returns whether each rises."""
    passed = True
    for name, labels, distances in rows:
        rises = bool(np.all(np.diff(distances) > 0))
        passed &= rises
        print(f"\n{name:<23}" + "".join(f"{label:>9}" for label in labels))
        values = "".join(f"{x:>9.2f}" for x in distances)
        print(f"{'distance':<23}{values}   {'ok' if rises else 'falls'}")
    return passed


def judge(folder: Path) -> bool:
    """Prints distances by damage; returns whether all rows rise.

    Args:
        folder: Folder for the runs of `keras-gan train`.
    """
    print("Frechet distance from one half of the 8x8 digits")
    model = digits_classifier()
    judges = [Judge(model, seed) for seed in range(NUM_HALVINGS)]
    passed = print_rows(damage_rows(judges))
    return print_rows([generator_row(judges, folder)]) and passed


def main(arguments: list[str] | None = None) -> int:
    """Trains, checks or judges; returns 1 if a bound is missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    task = parser.add_mutually_exclusive_group(required=True)
    task.add_argument("--train", type=Path, metavar="FILE.npz")
    task.add_argument("--check", action="store_true")
    task.add_argument("--judge", action="store_true")
    parser.add_argument("--mnist", type=Path, metavar="FILE.npz")
    parser.add_argument("--steps", type=int, default=2500, help="for --train")
    parser.add_argument(
        "--runs",
        type=Path,
        metavar="DIR",
        help="for --judge: folder to save its GANs in and to reuse them from",
    )
    options = parser.parse_args(arguments)
    if options.check:
        return int(not check(digits_classifier("logits"), options.mnist))
    if options.judge and options.runs:
        return int(not judge(options.runs))
    if options.judge:
        with tempfile.TemporaryDirectory() as folder:
            return int(not judge(Path(folder)))
    seen, _ = split(*all_digits(), 0.25, SEED)
    sources = [seen, mnist(options.mnist)[0]] if options.mnist else [seen]
    start = time.monotonic(), time.process_time()
    model = train(sources, options.steps)
    write_weights(model, options.train)
    print(
        f"{options.steps} steps of {BATCH_SIZE} images: "
        f"{time.monotonic() - start[0]:.0f} s, CPU time "
        f"{time.process_time() - start[1]:.0f} s; {model.count_params():,} "
        f"weights, {options.train.stat().st_size / 1000:.0f} kB"
    )
    check(model, options.mnist)
    return 0


if __name__ == "__main__":
    sys.exit(main())
