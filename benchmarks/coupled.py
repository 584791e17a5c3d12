"""Measure how often the two images of a CoupledGAN's pair show the same digit.

    python benchmarks/coupled.py
    python benchmarks/coupled.py --seconds 60 --seeds 3

The domains are one half of scikit-learn's digits and the negatives of the other
half. The second image of each of 1,000 pairs is negated, and a support vector
machine that was trained on the real digits classifies both. The result is the
percentage of pairs with the same class. Without shared weights it must be low,
which shows that the measurement is meaningful.
"""

import argparse
import sys
import time
from pathlib import Path

import keras_gan  # noqa: F401 (first, to silence startup messages)

# isort: split
import keras
import numpy as np
from sklearn.datasets import load_digits
from sklearn.svm import SVC

sys.path.append(str(Path(__file__).parents[1] / "examples"))
from coupled_domains import coupled_digits, two_domains

NUM_PAIRS = 1000


class Deadline(keras.callbacks.Callback):
    """Ends a run after some seconds of training, including compilation."""

    def __init__(self, seconds):
        super().__init__()
        self._seconds = seconds

    def on_train_begin(self, logs=None):
        self._end = time.perf_counter() + self._seconds

    def on_train_batch_end(self, batch, logs=None):
        if time.perf_counter() > self._end:
            self.model.stop_training = True


def classifier():
    """Predicts the classes of digits in [-1, 1]."""
    pixels, labels = load_digits(return_X_y=True)
    machine = SVC(gamma=0.001, C=10.0).fit(pixels, labels)
    return lambda images: machine.predict((images.reshape(-1, 64) + 1) * 8)


def agreement(gan, classes_of) -> tuple[float, int]:
    """Returns the fraction of pairs of one class, and that of the rarest."""
    digits, negatives = gan.generate(NUM_PAIRS, seed=0)
    first, second = classes_of(digits), classes_of(-negatives)
    return float((first == second).mean()), np.bincount(
        first, minlength=10
    ).min()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--width", type=int, default=48)
    options = parser.parse_args()
    classes_of = classifier()
    first, second = two_domains()
    print("| shared | seed | pairs of one class | rarest digit | epochs |")
    print("|---|---|---|---|---|")
    for shared in (True, False):
        for seed in range(options.seeds):
            gan = coupled_digits(shared=shared, width=options.width, seed=seed)
            history = gan.fit(
                first,
                second,
                batch_size=64,
                epochs=100_000,
                verbose=0,
                callbacks=[Deadline(options.seconds)],
            )
            share, rarest = agreement(gan, classes_of)
            print(
                f"| {shared} | {seed} | {100 * share:.1f} % | "
                f"{100 * rarest / NUM_PAIRS:.1f} % | {len(history.epoch)} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
