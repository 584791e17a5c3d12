"""Few labels and many images: `SemiSupervisedGAN` against a classifier.

    python benchmarks/semi_supervised.py mnist.npz --labels 10 --draws 5
    python benchmarks/semi_supervised.py digits --labels 3 --augment shifts

In each draw some images of each class keep their labels. A classifier is
trained by `SemiSupervisedGAN` with these and all training images without
labels. Its rivals have the same network, number of steps, labeled images in a
step, optimizer and average of the weights, and see the labeled images alone,
each with another classical augmentation. The best rival is the one with the
highest mean on the test images, which favors the rivals. Two parts of ours show
what it owes to the GAN, and what to the agreement with an average. All are
judged on all test images, which nobody saw. Results are kept in files, and a
draw that has one is not trained again.
"""

import argparse
import json
import os
import time
from pathlib import Path
from typing import Any

import numpy as np

Arrays = tuple[np.ndarray, np.ndarray]
OURS = "SemiSupervisedGAN"
# The same without one of its two sources of knowledge.
NO_GAN, NO_AGREEMENT = "agreement without a GAN", "GAN without agreement"
OF_UNLABELED = (OURS, NO_GAN, NO_AGREEMENT)
# Shifts and zooms as shares of the image, turns in degrees.
CLASSICAL = {
    "no augmentation": (0.0, 0.0, 0.0),
    "shifts": (0.125, 0.0, 0.0),
    "shifts, turns, zooms": (0.1, 12.0, 0.12),
    "strong shifts, turns, zooms": (0.15, 20.0, 0.25),
}


def arrays_of(data: str, draw: int) -> tuple[Arrays, Arrays]:
    """Returns the images and labels to train with, and those of the test."""
    if data != "digits":
        with np.load(data) as arrays:
            train, test = (
                (arrays[f"x_{part}"][..., None], arrays[f"y_{part}"].ravel())
                for part in ("train", "test")
            )
        return train, test
    from sklearn.datasets import load_digits

    found = load_digits()
    images = np.round(found.images[..., None] * 255 / 16).astype("uint8")
    order = np.random.default_rng(draw).permutation(len(images))
    parts = [
        (images[some], found.target[some])
        for some in (order[797:], order[:797])
    ]
    return parts[0], parts[1]


def chosen(labels: np.ndarray, per_class: int, draw: int) -> np.ndarray:
    """Returns the numbers of the images that keep their labels."""
    rng = np.random.default_rng(1000 + draw)
    return np.concatenate(
        [
            rng.choice(np.flatnonzero(labels == one), per_class, False)
            for one in np.unique(labels)
        ]
    )


def measure(method: str, options: argparse.Namespace, draw: int) -> dict:
    """Trains a classifier on a draw; returns its accuracy and the seconds.

    The recalls show whether two classes are mistaken for each other.
    """
    import keras

    train, test = arrays_of(options.data, draw)
    number = chosen(train[1], options.labels, draw)
    few = (train[0][number], train[1][number])
    keras.utils.set_random_seed(draw)
    keras.config.set_dtype_policy(options.precision)
    start = time.perf_counter()
    if method in OF_UNLABELED:
        classifier = semi_supervised(method, few, train[0], options, draw)
    else:
        classifier = supervised(few, CLASSICAL[method], options, draw)
    seconds = time.perf_counter() - start
    images = test[0] / np.float32(127.5) - 1
    guesses = classifier.predict(images, batch_size=500, verbose=0).argmax(-1)
    recalls = [
        float(np.mean(guesses[test[1] == one] == one))
        for one in np.unique(test[1])
    ]
    accuracy = float(np.mean(guesses == test[1]))
    return {"accuracy": accuracy, "seconds": seconds, "recalls": recalls}


def semi_supervised(
    method: str,
    few: Arrays,
    images: np.ndarray,
    options: argparse.Namespace,
    draw: int,
) -> Any:
    """Returns the classifier of a `SemiSupervisedGAN`, or of a part of it."""
    import keras_gan

    class WithoutGAN(keras_gan.SemiSupervisedGAN):
        """Learns from labels and from the agreement alone."""

        def discriminator_loss(self, turn):
            loss, logs = super().discriminator_loss(turn)
            return loss - logs["d_loss"], logs

    consistency = 0.0 if method == NO_AGREEMENT else options.consistency
    kind = WithoutGAN if method == NO_GAN else keras_gan.SemiSupervisedGAN
    gan = kind(
        *networks(few, options, draw),
        num_classes=int(few[1].max()) + 1,
        generator_loss=options.generator_loss,
        consistency_weight=consistency,
        consistency_warmup=options.warmup,
        augmenter=augmenter(CLASSICAL[options.augment], draw),
        ema_momentum=options.ema,
        seed=draw,
    )
    gan.compile(adam(options), adam(options), update="simultaneous")
    batches = keras_gan.datasets.semi_supervised(
        few, images, batch_size=options.batch_size, repeat=True, seed=draw
    )
    gan.fit(batches, **length(options))
    return gan.classifier()


def supervised(
    few: Arrays, sizes: tuple, options: argparse.Namespace, draw: int
) -> Any:
    """Returns a classifier that was trained with classical augmentation."""
    import keras

    import keras_gan

    _, classifier = networks(few, options, draw)
    layer = augmenter(sizes, draw)
    layers = [classifier] if layer is None else [layer, classifier]
    model = keras.Sequential([keras.Input(few[0].shape[1:]), *layers])
    optimizer = adam(options, use_ema=True, ema_momentum=options.ema)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer, loss)
    batches = keras_gan.datasets.load(
        few,
        batch_size=options.batch_size // 2,
        balance="uniform",
        repeat=True,
        seed=draw,
    )
    model.fit(batches, **length(options))
    return model


def networks(few: Arrays, options: argparse.Namespace, draw: int) -> tuple:
    """Returns a generator and a classifier."""
    import keras_gan

    return keras_gan.networks.semi_supervised(
        few[0].shape[1:],
        int(few[1].max()) + 1,
        width=options.width,
        seed=draw,
    )


def augmenter(sizes: tuple, seed: int) -> Any:
    """Returns a layer of classical augmentation, or None."""
    import keras

    if not any(sizes):
        return None
    shift, turn, zoom = sizes
    # Keras' layers that move pixels do not compute in bfloat16.
    black: dict[str, Any] = {
        "fill_mode": "constant",
        "fill_value": -1.0,
        "seed": seed,
        "dtype": "float32",
    }
    layers = [keras.layers.RandomTranslation(shift, shift, **black)]
    if turn:
        layers.append(keras.layers.RandomRotation(turn / 360, **black))
    if zoom:
        layers.append(keras.layers.RandomZoom(zoom, **black))
    return keras.Sequential(layers)


def length(options: argparse.Namespace) -> dict[str, Any]:
    """Returns arguments of `fit`: the steps, in ten parts with a line each."""
    epochs = min(10, options.steps)
    steps = options.steps // epochs
    # The batches are in a new order already.
    lines = {"verbose": 2, "shuffle": False}
    return {"epochs": epochs, "steps_per_epoch": steps, **lines}


def adam(options: argparse.Namespace, **more: Any) -> Any:
    """Returns an optimizer whose rate falls to nearly nothing."""
    import keras

    rate = keras.optimizers.schedules.CosineDecay(
        options.rate, options.steps, alpha=0.02
    )
    return keras.optimizers.Adam(rate, beta_1=0.5, **more)


def report(results: list[dict[str, dict]]) -> str:
    """Returns a table of all draws, and what our classifier gains."""
    values = {
        name: np.array([one[name]["accuracy"] for one in results])
        for name in results[0]
    }
    lines = [
        "| classifier | accuracy % | worst | seconds |",
        "|---|---|---|---|",
    ]
    for name, found in values.items():
        seconds = np.mean([one[name]["seconds"] for one in results])
        lines.append(
            f"| {name} | {in_words(found)} | {100 * found.min():.2f} | "
            f"{seconds:.0f} |"
        )
    rivals = [name for name in values if name not in OF_UNLABELED]
    if OURS in values and rivals:
        best = max(rivals, key=lambda name: values[name].mean())
        gain = in_words(values[OURS] - values[best])
        lines.append(f"\n{OURS} minus the best rival ({best}): {gain} points")
    return "\n".join(lines)


def in_words(values: np.ndarray) -> str:
    """Returns a mean and its standard error, in percent."""
    if len(values) < 2:
        return f"{100 * values.mean():.2f}"
    error = values.std(ddof=1) / len(values) ** 0.5
    return f"{100 * values.mean():.2f} ± {100 * error:.2f}"


def known_or_measured(
    method: str, options: argparse.Namespace, draw: int
) -> dict:
    """Returns the result in the file of a method and draw, or makes it."""
    names = [*SETTINGS, *OF_GAN] if method in OF_UNLABELED else SETTINGS
    settings = {name: str(getattr(options, name)) for name in names}
    stem = f"{Path(options.data).stem}-{method.replace(', ', '_')}-{draw}"
    path = options.out / f"{stem}.json".replace(" ", "_")
    known = json.loads(path.read_text()) if path.exists() else {}
    if known.get("settings") != settings:
        found = measure(method, options, draw)
        known = {"settings": settings, "found": found}
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_suffix(".part")
        aside.write_text(json.dumps(known))
        os.replace(aside, path)
        print(draw, method, found, flush=True)
    return known["found"]


SETTINGS = "data labels steps batch_size width rate ema precision".split()
OF_GAN = "augment consistency warmup generator_loss".split()


def options_of(arguments: list[str] | None = None) -> argparse.Namespace:
    """Returns the options of the command line."""
    methods = (*OF_UNLABELED, *CLASSICAL)
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    add = parser.add_argument
    add("data", help="an npz with a test set, as MNIST's, or digits")
    add("--labels", type=int, default=10, help="labels of each class")
    add("--draws", type=int, default=5, help="draws of these labels")
    add("--first", type=int, default=0, help="the first draw")
    add("--steps", type=int, default=3000)
    add("--batch-size", type=int, default=128)
    add("--width", type=int, default=32)
    add("--rate", type=float, default=2e-3)
    add("--ema", type=float, default=0.995)
    add("--augment", choices=CLASSICAL, default="strong shifts, turns, zooms")
    add("--consistency", type=float, default=40.0)
    add("--warmup", type=int, default=1500, help="steps to that weight")
    add("--generator-loss", default="feature_matching")
    add("--precision", default="mixed_bfloat16", help="policy, float32 for all")
    add("--methods", nargs="+", choices=methods, default=methods)
    add("--out", type=Path, default=Path("runs/semi_supervised"))
    return parser.parse_args(arguments)


def main() -> None:
    """Measures what has no result yet, and reports all."""
    options = options_of()
    draws = range(options.first, options.first + options.draws)
    results = [
        {one: known_or_measured(one, options, draw) for one in options.methods}
        for draw in draws
    ]
    print(report(results))


if __name__ == "__main__":
    main()
