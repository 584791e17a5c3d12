"""Train a GAN on a table of scikit-learn, and see how good its rows are.

    python examples/tables.py
    python examples/tables.py --table breast_cancer --epochs 1000

No download is needed. It prints some generated rows of one class, how much the
columns resemble those of real rows that were held out, and how well classifiers
do that have learned from generated rows only.
"""

import argparse

import keras_gan  # First, to silence TensorFlow's startup messages.

# isort: split
import numpy as np
from sklearn.datasets import load_breast_cancer, load_wine

TABLES = {"wine": load_wine, "breast_cancer": load_breast_cancer}


def read(name, seed=0):
    """Two tables, dicts of arrays: of four fifths of the rows, of the rest."""
    data = TABLES[name]()
    columns = dict(zip(data.feature_names, data.data.T, strict=True))
    columns["label"] = data.target_names[data.target].astype(str)
    order = np.random.default_rng(seed).permutation(len(data.target))
    held_out, train = np.split(order, [len(order) // 5])
    return [
        {n: v[rows] for n, v in columns.items()} for rows in (train, held_out)
    ]


def main():
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--table", choices=TABLES, default="wine")
    parser.add_argument("--epochs", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    train, held_out = read(options.table)

    preprocessor = keras_gan.layers.TablePreprocessor()
    preprocessor.adapt(train)
    networks = keras_gan.networks.table(preprocessor, seed=options.seed)
    gan = keras_gan.TableGAN(*networks, preprocessor, seed=options.seed)
    gan.compile()
    size = len(train["label"])
    batch_size = min(500, size // gan.pack * gan.pack)
    gan.fit(train, epochs=options.epochs, batch_size=batch_size, verbose=0)

    label = str(train["label"][0])
    rows = gan.generate(3, conditions={"label": label}, seed=1)
    print(f"three rows of {label!r}:")
    for name, values in rows.items():
        print(f"  {name}: {', '.join(map(str, values))}")
    rows = gan.generate(size, seed=1)
    shapes = keras_gan.metrics.column_shapes(held_out, rows)
    print(f"columns alike: {np.mean(list(shapes.values())):.2f} of 1")
    for kind, known in (("generated", rows), ("real", train)):
        scores = keras_gan.metrics.train_synthetic_test_real(
            known, held_out, "label"
        )
        accuracy = scores["logistic_regression_accuracy"]
        print(f"accuracy of a classifier of {kind} rows: {accuracy:.2f}")


if __name__ == "__main__":
    main()
