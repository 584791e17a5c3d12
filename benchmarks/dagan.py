"""Measure what DAGAN adds to the best classical augmentation on new classes.

    python benchmarks/dagan.py omniglot.zip
    python benchmarks/dagan.py omniglot.zip --minutes 30 --save dagan.keras
    python benchmarks/dagan.py omniglot.zip --load dagan.keras --draws 10

A DAGAN is trained on some alphabets. Of each of the others it has never seen a
character: a cell is one of these alphabets and a draw of five images of each
character, from which a classifier is trained and tested on the others. All
classifiers of a cell start from the same weights and make the same number of
steps. The classical augmentations are affine maps, the same of which half are
half as strong, and affine maps with elastic distortions; the one with the best
mean on the test images themselves, which is unfair to DAGAN, is compared with
affine maps on a mixture of real and generated images.

Results of cells are kept in the folder `--out` for the same DAGAN and settings.
Half of the images of a mixture are generated, and are distorted half as much as
the real ones.

It prints the accuracies of each cell, mean and standard error of the paired
difference, the distance of generated images to their sources in units of that
of two real images of a class, `metrics.Memorization` of generated images and of
real ones, both against the images that the DAGAN was trained on and the
sources, and how many a judge finds in their class.
"""

import argparse
import hashlib
import json
import os
import time
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

import keras_gan  # First, to silence the framework.

# isort: split
import dagan_classifier as classifier
import keras

SHOTS = 5
CLASSICAL = ("none", "affine", "affine, half", "affine and elastic")
ON_TOP = ("affine",)
SETTINGS = ("side", "held_out", "steps", "share", "variants", "precision")


class Drawings(NamedTuple):
    """Images in [-1, 1], their characters as integers, and their alphabets."""

    images: np.ndarray
    labels: np.ndarray
    alphabets: np.ndarray

    def of(self, chosen: np.ndarray) -> "Drawings":
        """Returns some of the drawings, with characters numbered from 0."""
        labels = np.unique(self.labels[chosen], return_inverse=True)[1]
        return Drawings(
            self.images[chosen], labels.astype("int32"), self.alphabets[chosen]
        )


def read(path: str, side: int) -> Drawings:
    """Reads a zip of folders `<alphabet>__<character>`."""
    source = keras_gan.datasets.open_source(path, image_size=side, channels=1)
    images = source.read(np.arange(len(source))).astype("float32") / 127.5 - 1
    alphabets = [name.split("__")[0] for name in source.info.class_names]
    return Drawings(images, source.labels, np.array(alphabets)[source.labels])


def split(drawings: Drawings, held_out: int) -> tuple[Drawings, list[Drawings]]:
    """Returns training drawings and, each by itself, the last alphabets."""
    names = np.unique(drawings.alphabets)
    new = names[len(names) - held_out :]
    training = drawings.of(~np.isin(drawings.alphabets, new))
    return training, [drawings.of(drawings.alphabets == one) for one in new]


def turned(drawings: Drawings) -> Drawings:
    """Adds the drawings turned by 90, 180 and 270 degrees, as new classes."""
    number = drawings.labels.max() + 1
    return Drawings(
        np.concatenate(
            [np.rot90(drawings.images, turns, (1, 2)) for turns in range(4)]
        ),
        np.concatenate([drawings.labels + i * number for i in range(4)]),
        np.tile(drawings.alphabets, 4),
    )


def train(training: Drawings, options: argparse.Namespace) -> Any:
    """Trains a DAGAN for some minutes."""
    keras.utils.set_random_seed(options.seed)
    keras.config.set_dtype_policy(options.precision)
    training = turned(training)
    shape = training.images.shape[1:]
    recipe = keras_gan.networks.recipe("dagan", shape)
    dagan = keras_gan.DAGAN(
        *keras_gan.networks.dagan(
            shape,
            width=options.width,
            dropout=options.dropout,
            seed=options.seed,
        ),
        ema_momentum=recipe.ema_momentum,
        seed=options.seed,
    )
    dagan.compile(**recipe.compile_arguments())
    pairs = keras_gan.datasets.class_pairs(
        (training.images, training.labels),
        batch_size=recipe.batch_size,
        repeat=True,
        seed=options.seed,
    )
    budget = keras_gan.callbacks.TimeBudget(options.minutes)
    start = time.perf_counter()
    history = dagan.fit(
        pairs, steps_per_epoch=50, epochs=100_000, verbose=0, callbacks=[budget]
    ).history
    keras.config.set_dtype_policy("float32")
    logs = {name: round(values[-1], 3) for name, values in history.items()}
    print(
        f"trained on {len(training.images)} images of "
        f"{training.labels.max() + 1} characters, {budget.steps} steps in "
        f"{time.perf_counter() - start:.0f} s: {logs}\n",
        flush=True,
    )
    return dagan


def drawn(drawings: Drawings, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Returns indices of `SHOTS` images of each character, and of the rest."""
    order = np.random.default_rng(seed).permutation(len(drawings.images))
    labels = drawings.labels[order]
    rank = np.array([np.sum(labels[:i] == one) for i, one in enumerate(labels)])
    return order[rank < SHOTS], order[rank >= SHOTS]


def arms() -> dict[str, tuple[str, bool]]:
    """Returns of each arm the augmentation, and whether DAGAN is used."""
    classical = {kind: (kind, False) for kind in CLASSICAL}
    return classical | {f"{kind} + DAGAN": (kind, True) for kind in ON_TOP}


def cell(dagan: Any, drawings: Drawings, seed: int, options, names) -> dict:
    """Returns the accuracy of some arms, in percent."""
    shots, rest = drawn(drawings, seed)
    real = drawings.images[shots], drawings.labels[shots]
    test = drawings.images[rest], drawings.labels[rest]
    made = dagan.augment(real[0], options.variants, seed=seed)
    accuracies = {}
    for arm in names:
        kind, generates = arms()[arm]
        share = options.share if generates else 0.0
        steps = options.steps
        stream = classifier.batches(real, made, kind, share, steps, seed)
        model = classifier.trained(
            stream, test[0].shape[1:], int(test[1].max()) + 1, steps, seed
        )
        accuracies[arm] = classifier.accuracy(model, test)
    return accuracies


def known_or_measured(dagan, drawings: Drawings, draw: int, options) -> dict:
    """Returns the result in the file of a cell, or measures it."""
    weights = b"".join(one.tobytes() for one in dagan.get_weights())
    settings = {name: getattr(options, name) for name in SETTINGS}
    settings["model"] = hashlib.sha256(weights).hexdigest()
    path = options.out / f"{drawings.alphabets[0]}-{draw}.json"
    known = json.loads(path.read_text()) if path.exists() else {}
    found = known["found"] if known.get("settings") == settings else {}
    missing = [arm for arm in arms() if arm not in found]
    if missing:
        found |= cell(dagan, drawings, draw, options, missing)
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_suffix(".part")
        aside.write_text(json.dumps({"settings": settings, "found": found}))
        os.replace(aside, path)
    return {arm: found[arm] for arm in arms()}


def likeness(dagan: Any, training: Drawings, new: list[Drawings]) -> dict:
    """Returns the ratio of distances and measures of memorization."""
    sources, others = map(np.concatenate, zip(*map(_pairs, new), strict=True))
    made = dagan.augment(sources, 2, seed=0)
    pixels = keras.Sequential([keras.layers.Flatten()])
    found = {
        "distance ratio": keras_gan.metrics.source_distance_ratio(
            sources, made, others
        ),
        "spread": keras_gan.metrics.source_distance_ratio(
            made[:, 0], made[:, 1:], others
        ),
    }
    for name, fakes in (("generated", made[:, 0]), ("real", others)):
        metric = keras_gan.metrics.Memorization(pixels)
        # All that the generator could have copied.
        real = np.concatenate([training.images, sources])
        metric.update_state(real, np.clip(fakes, -1, 1))
        found |= {f"{k} of {name}": v for k, v in metric.result().items()}
    return found


def in_class(dagan: Any, new: list[Drawings], steps: int) -> dict[str, float]:
    """Returns how many images a judge of other drawings finds in their class.

    The judge of an alphabet is the classifier, trained with affine maps on
    every second drawing. It sees the rest, and what was made of that.
    """
    found: dict[str, list] = {"real": [], "generated": []}
    for drawings in new:
        (images, others), labels = _pairs(drawings), np.sort(drawings.labels)
        learned = others, labels[1::2]
        stream = classifier.batches(
            learned, others[:, None], "affine", 0.0, steps, seed=0
        )
        judge = classifier.trained(
            stream, images.shape[1:], int(labels.max()) + 1, steps, seed=0
        )
        made = dagan.augment(images, seed=0)[:, 0]
        for name, some in (("real", images), ("generated", made)):
            right = classifier.accuracy(judge, (some, labels[::2]))
            found[name] += [right] * len(images)
    return {f"% of {k} found in class": np.mean(v) for k, v in found.items()}


def _pairs(drawings: Drawings) -> tuple[np.ndarray, np.ndarray]:
    """Drawings, and for each another one of its character."""
    order = np.argsort(drawings.labels, kind="stable")
    images = drawings.images[order]
    # Every character has an even number of drawings.
    return images[::2], images[1::2]


def report(cells: dict[str, dict[str, float]]) -> None:
    """Prints accuracies and paired differences."""
    names = list(next(iter(cells.values())))
    table = np.array([list(one.values()) for one in cells.values()])
    means = dict(zip(names, table.mean(0), strict=True))
    print("| cell | " + " | ".join(names) + " |")
    print("|---|" + "---|" * len(names))
    for name, row in [*zip(cells, table, strict=True), ("mean", table.mean(0))]:
        print(f"| {name} | " + " | ".join(f"{one:.1f}" for one in row) + " |")
    best = max(CLASSICAL, key=means.__getitem__)
    for arm in (f"{kind} + DAGAN" for kind in ON_TOP):
        gains = table[:, names.index(arm)] - table[:, names.index(best)]
        print(f"\n{arm} - {best}: {in_words(gains)} points, {len(gains)} cells")
        # Draws of one alphabet are not independent.
        alphabets = np.array([name.split(",")[0] for name in cells])
        means_of = [
            gains[alphabets == one].mean() for one in np.unique(alphabets)
        ]
        print(f"means of the alphabets: {in_words(np.array(means_of))}")


def in_words(values: np.ndarray) -> str:
    """Returns a mean and its standard error."""
    if len(values) < 2:
        return f"{values.mean():+.2f}"
    error = values.std(ddof=1) / np.sqrt(len(values))
    return f"{values.mean():+.2f} ± {error:.2f}"


def grid(dagan: Any, new: list[Drawings], path: Path) -> None:
    """Writes sources beside seven images made of each."""
    sources = np.concatenate([_pairs(one)[0][:50:10] for one in new])[:12]
    made = dagan.augment(sources, 7, seed=0)
    rows = np.concatenate([sources[:, None], made], axis=1)
    images = rows.reshape(-1, *sources.shape[1:])
    keras_gan.images.write_image(
        path, keras_gan.images.image_grid(images, columns=8)
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("data", metavar="OMNIGLOT_ZIP")
    parser.add_argument("--side", type=int, default=28)
    parser.add_argument("--minutes", type=float, default=20.0)
    parser.add_argument("--width", type=int, default=32)
    parser.add_argument("--precision", default="mixed_bfloat16")
    parser.add_argument("--dropout", type=float, default=0.0)
    parser.add_argument("--held-out", type=int, default=3, help="alphabets")
    parser.add_argument("--draws", type=int, default=4)
    parser.add_argument("--first", type=int, default=0, help="first draw")
    parser.add_argument(
        "--out", type=Path, default=Path("runs/dagan"), help="results of cells"
    )
    parser.add_argument(
        "--steps", type=int, default=1000, help="of classifiers"
    )
    parser.add_argument("--share", type=float, default=0.5, help="of DAGAN")
    parser.add_argument("--variants", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--save", type=Path)
    parser.add_argument("--load", type=Path)
    parser.add_argument("--grid", type=Path, help="PNG of sources and images")
    options = parser.parse_args()
    training, new = split(read(options.data, options.side), options.held_out)
    if options.load:
        dagan = keras.saving.load_model(options.load)
    else:
        dagan = train(training, options)
    if options.save:
        dagan.save(options.save)
    if options.grid:
        grid(dagan, new, options.grid)
    values = likeness(dagan, training, new) | in_class(
        dagan, new, options.steps
    )
    for name, value in values.items():
        print(f"{name}: {value:.3f}")
    keras.config.set_dtype_policy(options.precision)
    cells = {}
    for drawings in new:
        for draw in range(options.first, options.first + options.draws):
            name = f"{drawings.alphabets[0]}, draw {draw}"
            cells[name] = known_or_measured(dagan, drawings, draw, options)
            print(f"{name}: {cells[name]}", flush=True)
    if cells:
        report(cells)


if __name__ == "__main__":
    main()
