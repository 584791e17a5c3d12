"""Few labels and many images: `SemiSupervisedGAN` against a classifier.

    python benchmarks/semi_supervised.py mnist.npz --labels 10 --draws 5
    python benchmarks/semi_supervised.py digits --labels 3 --draws 5

In each draw, some images of each class keep their labels. Three classifiers of
the same network see the same number of batches: one is trained on the labeled
images with classical augmentation (shifts, turns, scaling and noise of
the network), one without, and one is the classifier of a `SemiSupervisedGAN`
that sees all training images, with the same augmentation. All are averaged over
their steps in the same way, and judged on all test images, which nobody saw.
"""

import argparse
import json
import os
import time
from pathlib import Path
from typing import Any

import numpy as np

Arrays = tuple[np.ndarray, np.ndarray]
METHODS = ("labels alone", "classical augmentation", "SemiSupervisedGAN")


def arrays_of(data: str, seed: int) -> tuple[Arrays, Arrays]:
    """Returns the images and labels to train with, and those of the test."""
    if data != "digits":
        with np.load(data) as arrays:
            return tuple(
                (arrays[f"x_{part}"][..., None], arrays[f"y_{part}"].ravel())
                for part in ("train", "test")
            )  # type: ignore[return-value]
    from sklearn.datasets import load_digits

    found = load_digits()
    images = np.round(found.images[..., None] * 255 / 16).astype("uint8")
    order = np.random.default_rng(seed).permutation(len(images))
    train, test = order[797:], order[:797]
    return (images[train], found.target[train]), (
        images[test],
        found.target[test],
    )


def drawn(labels: np.ndarray, per_class: int, seed: int) -> np.ndarray:
    """Returns the numbers of the images that keep their labels."""
    rng = np.random.default_rng(1000 + seed)
    return np.concatenate(
        [
            rng.choice(np.flatnonzero(labels == one), per_class, False)
            for one in np.unique(labels)
        ]
    )


def measure(options: argparse.Namespace, seed: int) -> dict[str, Any]:
    """Trains all classifiers of a draw; returns accuracies and seconds."""
    import keras

    train, test = arrays_of(options.data, seed)
    chosen = drawn(train[1], options.labels, seed)
    few = (train[0][chosen], train[1][chosen])
    found: dict[str, Any] = {}
    for method in options.methods:
        keras.utils.set_random_seed(seed)
        start = time.perf_counter()
        model = trained(method, few, train[0], options, seed)
        images = test[0] / np.float32(127.5) - 1
        guesses = model.predict(images, batch_size=500, verbose=0).argmax(-1)
        found[method] = {
            "accuracy": float(np.mean(guesses == test[1])),
            "seconds": time.perf_counter() - start,
        }
        print(seed, method, found[method], flush=True)
    return found


def trained(
    method: str,
    few: Arrays,
    images: np.ndarray,
    options: argparse.Namespace,
    seed: int,
) -> Any:
    """Returns the classifier of a method."""
    import keras

    import keras_gan

    shape = few[0].shape[1:]
    classes = int(few[1].max()) + 1
    is_ours = method == METHODS[2]
    pair = keras_gan.networks.semi_supervised(
        shape, classes, width=options.width, seed=seed
    )
    augmenter = None
    if method != METHODS[0]:
        augmenter = keras_gan.layers.augmenter(options.augment, seed=seed)
    gan = keras_gan.SemiSupervisedGAN(
        *pair,
        num_classes=classes,
        # Without unlabeled images, what is left is the cross-entropy.
        unlabeled_weight=1.0 if is_ours else 0.0,
        consistency_weight=options.consistency if is_ours else 0.0,
        augmenter=augmenter,
        seed=seed,
    )
    rate = keras.optimizers.schedules.CosineDecay(
        options.rate, options.steps, alpha=0.02
    )
    gan.compile(
        keras.optimizers.Adam(rate, beta_1=0.5),
        keras.optimizers.Adam(rate, beta_1=0.5),
    )
    if is_ours:
        batches = keras_gan.datasets.semi_supervised(
            few, images, batch_size=options.batch_size, seed=seed
        )
    else:
        batches = keras_gan.datasets.load(
            few,
            batch_size=options.batch_size // 2,
            balance="uniform",
            repeat=True,
            seed=seed,
        )
    gan.fit(batches, steps_per_epoch=options.steps, verbose=0)
    return gan.classifier()


def report(results: list[dict[str, Any]]) -> str:
    """Returns a table of all draws."""
    names = list(results[0])
    ours = np.array([one[names[-1]]["accuracy"] for one in results])
    lines = [
        "| classifier | accuracy % | worst | seconds | ours is better by |",
        "|---|---|---|---|---|",
    ]
    for name in names:
        values = np.array([one[name]["accuracy"] for one in results])
        seconds = np.mean([one[name]["seconds"] for one in results])
        lines.append(
            f"| {name} | {in_words(values)} | {100 * values.min():.2f} "
            f"| {seconds:.0f} | {in_words(ours - values)} |"
        )
    return "\n".join(lines)


def in_words(values: np.ndarray) -> str:
    """Returns a mean and its standard error, in percent."""
    error = values.std(ddof=1) / len(values) ** 0.5 if len(values) > 1 else 0.0
    return f"{100 * values.mean():.2f} ± {100 * error:.2f}"


def main() -> None:
    """Measures the draws that have no result yet, and reports all."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    add = parser.add_argument
    add("data", help="an npz with a test set, as MNIST's, or digits")
    add("--labels", type=int, default=10, help="labels of each class")
    add("--draws", type=int, default=5, help="draws of these labels")
    add("--first", type=int, default=0, help="the first draw")
    add("--steps", type=int, default=5000)
    add("--batch-size", type=int, default=128)
    add("--width", type=int, default=32)
    add("--rate", type=float, default=1e-3)
    add("--augment", default="translation")
    add("--consistency", type=float, default=0.0)
    add("--methods", nargs="+", choices=METHODS, default=METHODS)
    add("--out", type=Path, default=Path("runs/semi_supervised"))
    options = parser.parse_args()
    results = []
    settings = {k: str(v) for k, v in vars(options).items() if k != "out"}
    for seed in range(options.first, options.first + options.draws):
        path = options.out / f"{Path(options.data).stem}-{seed}.json"
        known = json.loads(path.read_text()) if path.exists() else {}
        if known.get("settings") != settings:
            known = {"settings": settings, "found": measure(options, seed)}
            path.parent.mkdir(parents=True, exist_ok=True)
            aside = path.with_suffix(".part")
            aside.write_text(json.dumps(known))
            os.replace(aside, path)
        results.append(known["found"])
    print(report(results))


if __name__ == "__main__":
    main()
