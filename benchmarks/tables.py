"""Measure how good the rows of a TableGAN are, beside those of CTGAN.

    python benchmarks/tables.py wine breast_cancer --seeds 5
    python benchmarks/tables.py adult.csv --label income --seeds 5
    python benchmarks/tables.py ring --seeds 5
    python benchmarks/tables.py speed --rows 100000 --columns 50

Both train on the same rows (four fifths of the table) for the same epochs, with
the settings that they have by themselves. The scores are F1 of classifiers that
were trained on generated rows and tested on held-out real rows, as a share of
those trained on real rows; the means of column shapes and pair trends; and the
median distance of generated rows to the nearest training row, as a share of
that of held-out rows. "ring" counts how many of 8 Gaussians on a circle have
rows, and the share of rows within 3 deviations of one. "speed" times `adapt`
and the rows per second of training. Without the package `ctgan`, which is not a
dependency, only TableGAN is measured.
"""

import argparse
import importlib.util
import time
from pathlib import Path

import keras_gan  # First, to silence startup messages.

# isort: split
import keras
import numpy as np
from sklearn.datasets import load_breast_cancer, load_wine

from keras_gan.tasks.table import model_of, recipe_of

BUILT_IN = {"wine": load_wine, "breast_cancer": load_breast_cancer}
BATCH_SIZE = 500
DEVIATION = 0.05


def read(source, label):
    """A DataFrame and the name of its label."""
    import pandas as pd

    if source == "ring":
        return pd.DataFrame(ring(4_000)), None
    if source not in BUILT_IN:
        return keras_gan.datasets.table(source), label
    data = BUILT_IN[source]()
    table = pd.DataFrame(data.data, columns=list(data.feature_names))
    table["label"] = data.target_names[data.target].astype(str)
    return table, "label"


def ring(rows, seed=0):
    """8 Gaussians on a circle, in the plane."""
    draws = np.random.default_rng(seed)
    angle = draws.integers(8, size=rows) * np.pi / 4
    points = draws.normal(0, DEVIATION, (2, rows))
    return {"x": np.cos(angle) + points[0], "y": np.sin(angle) + points[1]}


def wide(rows, columns, seed=0):
    """Half of the columns numbers of two modes, half of ten categories."""
    draws = np.random.default_rng(seed)
    numbers, categories = columns - columns // 2, columns // 2
    table = {
        f"number {n}": draws.normal(size=rows) + 6 * (draws.random(rows) < 0.3)
        for n in range(numbers)
    }
    for n in range(categories):
        table[f"category {n}"] = draws.choice(list("abcdefghij"), rows)
    return table


class Ours:
    """TableGAN as `keras-gan train` trains it."""

    def __init__(self, seed):
        self.seed = seed

    def adapt(self, table):
        self.preprocessor = keras_gan.layers.TablePreprocessor(seed=self.seed)
        self.preprocessor.adapt(table)
        self.preprocessor.encode(table)

    def fit(self, table, epochs):
        recipe = recipe_of(len(table))
        decay = keras.optimizers.schedules.CosineDecay(
            recipe.learning_rate,
            epochs * -(-len(table) // BATCH_SIZE),
            alpha=recipe.final_learning_rate / recipe.learning_rate,
        )

        def adam(name):
            return keras.optimizers.Adam(
                decay, recipe.beta_1, recipe.beta_2, epsilon=1e-8, name=name
            )

        self.gan = model_of(
            self.preprocessor, recipe, optimizers=adam, seed=self.seed
        )
        self.gan.fit(table, epochs=epochs, batch_size=BATCH_SIZE, verbose=0)

    def more(self, table, epochs):
        self.gan.fit(table, epochs=epochs, batch_size=BATCH_SIZE, verbose=0)

    def generate(self, rows):
        return self.gan.generate(rows, seed=self.seed)


class Reference:
    """The package `ctgan`."""

    def __init__(self, seed):
        from ctgan import CTGAN

        self.new = lambda epochs: CTGAN(
            epochs=epochs, batch_size=BATCH_SIZE, cuda=False
        )
        self.seed = seed

    def adapt(self, table):
        from ctgan.data_transformer import DataTransformer

        transformer = DataTransformer()
        transformer.fit(table, _categories(table))
        transformer.transform(table)

    def fit(self, table, epochs):
        self.gan = self.new(epochs)
        self.gan.set_random_state(self.seed)
        self.gan.fit(table, _categories(table))

    def more(self, table, epochs):
        # Its `fit` fits the mixtures anew, so they are part of both times.
        self.fit(table, epochs)

    def generate(self, rows):
        return self.gan.sample(rows)


def _categories(table):
    """The columns that `ctgan` has to be told of: all but numbers."""
    return list(table.select_dtypes(exclude="number").columns)


def entries():
    """The classes to measure."""
    installed = importlib.util.find_spec("ctgan") is not None
    return [Ours, Reference] if installed else [Ours]


def modes_of(rows):
    """Modes of the ring that have rows, and the share of rows near one."""
    angle = np.arange(8) * np.pi / 4
    x = np.asarray(rows["x"])[:, None] - np.cos(angle)
    y = np.asarray(rows["y"])[:, None] - np.sin(angle)
    distance = np.hypot(x, y)
    near = distance.min(axis=1) < 3 * DEVIATION
    found = np.bincount(distance.argmin(axis=1)[near], minlength=8)
    # A mode is there if it has at least a tenth of its share.
    return int((found > len(near) / 80).sum()), float(near.mean())


def quality(table, label, entry, epochs, seed):
    """The scores of one seed."""
    keras.utils.set_random_seed(seed)  # Also of the order of rows in `fit`.
    order = np.random.default_rng(seed).permutation(len(table))
    held_out, train = (
        table.iloc[rows].reset_index(drop=True)
        for rows in np.split(order, [len(order) // 5])
    )
    model = entry(seed)
    model.adapt(train)
    model.fit(train, epochs)
    rows = model.generate(len(train))
    metrics = keras_gan.metrics
    if label is None:
        modes, near = modes_of(rows)
        return {"modes": modes, "near a mode": near}
    scores = [
        metrics.train_synthetic_test_real(one, held_out, label)
        for one in (rows, train)
    ]
    shares = {n: scores[0][n] / scores[1][n] for n in scores[0] if "f1" in n}
    near = metrics.nearest_record_distances(train, rows, held_out)
    return {
        **shares,
        "shapes": _mean(metrics.column_shapes(held_out, rows)),
        "trends": _mean(metrics.pair_trends(held_out, rows)),
        "distance": near["fake"] / near["held_out"],
    }


def _mean(scores):
    return float(np.mean(list(scores.values())))


def speed(entry, table, epochs):
    """Seconds of `adapt`, and rows per second of training without it."""
    model, times = entry(0), []
    rows = len(next(iter(dict(table).values())))
    start = time.perf_counter()
    model.adapt(table)
    adapted = time.perf_counter() - start
    model.fit(table, 1)
    # The difference leaves out what both have: compilation, mixtures.
    for number in (1, 1 + epochs):
        start = time.perf_counter()
        model.more(table, number)
        times.append(time.perf_counter() - start)
    return {
        "adapt (s)": adapted,
        "rows/s": epochs * rows / (times[1] - times[0]),
    }


def show(name, source, scores):
    line = ", ".join(f"{n} {value:.3f}" for n, value in scores.items())
    print(f"{name}, {Path(source).stem}: {line}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("sources", nargs="+", metavar="SOURCE")
    parser.add_argument("--label", help="column of categories, of a file")
    parser.add_argument("--epochs", type=int, default=300)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--columns", type=int, default=50)
    options = parser.parse_args()
    for source in options.sources:
        for entry in entries():
            if source == "speed":
                import pandas as pd

                table = pd.DataFrame(wide(options.rows, options.columns))
                scores = speed(entry, table, options.epochs)
                show(entry.__name__, source, scores)
                continue
            table, label = read(source, options.label)
            several = []
            for seed in range(options.seeds):
                scores = quality(table, label, entry, options.epochs, seed)
                show(f"{entry.__name__}, seed {seed}", source, scores)
                several.append(scores)
            means = {n: np.mean([s[n] for s in several]) for n in several[0]}
            show(f"{entry.__name__}, mean", source, means)


if __name__ == "__main__":
    main()
