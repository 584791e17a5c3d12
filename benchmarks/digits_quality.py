"""Compare 1,000 generated digits with scikit-learn's real digits.

    python benchmarks/digits_quality.py --run runs/digits
    python benchmarks/digits_quality.py --samples samples.npz --check

One quarter of the 1,797 real digits is held out. On the other three quarters,
ten support vector machines are trained, one per digit against the rest, each
calibrated (Platt scaling) on folds that it was not trained on. Four figures
have bounds:

- sure: the fraction of samples with a probability of at least .9 for some
  digit, divided by the same fraction of the held-out real digits;
- rarest digit: the fraction of the samples with the least frequent digit;
- precision: the fraction of samples inside the 5-neighbor ball of at least one
  held-out digit (Kynkaanniemi et al. 2019, arXiv 1904.06991);
- coverage: the fraction of held-out digits whose 5-neighbor ball contains at
  least one sample (Naeem et al. 2020, arXiv 2002.09797).

Recall and density (from the same two papers) are printed for information, and
so is novelty: the median distance from a sample to the nearest of all real
digits, divided by the median distance from a real digit to the nearest other
one. A generator that copies its training data has a novelty near 0.

`keras-gan train` uses the held-out digits too. To evaluate a GAN on digits that
it has never seen, train it on the file that `--write-training-digits` writes.

The last column is an upper limit: the same figures for real digits instead of
samples. They are drawn from the training quarters, so their novelty is 0 and
their `sure` is slightly too high, because the classifiers were trained on them.
"""

import argparse
import functools
import sys
from pathlib import Path
from typing import Any

import numpy as np
from scipy.spatial.distance import cdist
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import load_digits
from sklearn.model_selection import StratifiedKFold, train_test_split
from sklearn.neighbors import NearestNeighbors
from sklearn.svm import SVC

NUM_SAMPLES = 1000
NUM_NEIGHBORS = 5
SURE = 0.9
SEED = 0
# Lower bounds. The other figures are for information.
BOUNDS = {
    "sure": 0.9,
    "rarest_digit": 0.04,
    "precision": 0.7,
    "coverage": 0.7,
}


@functools.cache
def real_digits() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Returns training and held-out pixels (0 to 16), then their labels."""
    pixels, labels = load_digits(return_X_y=True)
    train, held_out, train_labels, held_out_labels = train_test_split(
        pixels, labels, test_size=0.25, random_state=SEED, stratify=labels
    )
    return train, held_out, train_labels, held_out_labels


@functools.cache
def classifiers() -> list[CalibratedClassifierCV]:
    """Returns ten calibrated machines: digit k against the other nine.

    One machine for all ten classes would not work: its probabilities sum to
    one, so it can be .9 sure of pure noise. With ten machines, noise gets ten
    small probabilities. C and gamma are from a five-fold grid search (C from 1
    to 30, gamma from .0003 to .003), in which all good settings differ by at
    most .2 %.
    """
    train, _, labels, _ = real_digits()
    folds = StratifiedKFold(5, shuffle=True, random_state=SEED)
    return [
        CalibratedClassifierCV(
            SVC(C=3.0, gamma=0.001), method="sigmoid", cv=folds, ensemble=False
        ).fit(train, labels == digit)
        for digit in range(10)
    ]


def digit_probabilities(pixels: np.ndarray) -> np.ndarray:
    """Returns `(n, 10)` probabilities, each of one digit against the rest."""
    columns = [machine.predict_proba(pixels)[:, 1] for machine in classifiers()]
    return np.stack(columns, axis=1)


@functools.cache
def real_sure_share() -> float:
    """Returns the fraction of held-out digits that the machines are sure of."""
    _, held_out, _, _ = real_digits()
    return float(np.mean(digit_probabilities(held_out).max(axis=1) >= SURE))


def to_pixels(samples: np.ndarray) -> np.ndarray:
    """Maps `(n, 8, 8, 1)` samples in [-1, 1] to `(n, 64)` pixels, 0 to 16."""
    samples = np.asarray(samples, dtype="float64")
    if samples.shape[1:] not in ((8, 8, 1), (8, 8)) or not len(samples):
        raise ValueError(
            "`samples` must have the shape (n, 8, 8, 1). "
            f"Received: {samples.shape}. Digits are 8 pixels wide."
        )
    if not np.isfinite(samples).all():
        raise ValueError("`samples` must be finite. Received: NaN or infinity.")
    if samples.min() < -2.0 or samples.max() > 2.0:
        raise ValueError(
            "`samples` must be in [-1, 1]. "
            f"Received: {samples.min():g} to {samples.max():g}. Rescale them."
        )
    # Clipped, as in image files.
    return (np.clip(samples, -1.0, 1.0).reshape(len(samples), 64) + 1.0) * 8.0


def neighbor_distances(
    points: np.ndarray, queries: np.ndarray | None = None, *, rank: int
) -> np.ndarray:
    """Returns each query's distance to its `rank`-th nearest point.

    By default the queries are the points, and no point is its own neighbor.
    """
    finder = NearestNeighbors(n_neighbors=rank).fit(points)
    return finder.kneighbors(queries)[0][:, -1]


def manifold_scores(real: np.ndarray, fake: np.ndarray) -> dict[str, float]:
    """Returns precision, recall, density and coverage on pixels.

    With R_i the distance from real i to its 5th nearest other real, and F_j
    the same among the fakes: precision = mean_j any_i(d_ij <= R_i), recall =
    mean_i any_j(d_ij <= F_j), density = mean_j sum_i(d_ij <= R_i) / 5,
    coverage = mean_i any_j(d_ij <= R_i).
    """
    real_radii = neighbor_distances(real, rank=NUM_NEIGHBORS)
    fake_radii = neighbor_distances(fake, rank=NUM_NEIGHBORS)
    distances = cdist(real, fake)
    in_real_ball = distances <= real_radii[:, None]
    in_fake_ball = distances <= fake_radii[None]
    return {
        "precision": float(in_real_ball.any(axis=0).mean()),
        "coverage": float(in_real_ball.any(axis=1).mean()),
        "recall": float(in_fake_ball.any(axis=1).mean()),
        "density": float(in_real_ball.sum(axis=0).mean() / NUM_NEIGHBORS),
    }


def novelty(pixels: np.ndarray) -> float:
    """Returns the distance of samples from real digits, relative to theirs."""
    train, held_out, _, _ = real_digits()
    real = np.concatenate([train, held_out])
    to_real = neighbor_distances(real, pixels, rank=1)
    return float(
        np.median(to_real) / np.median(neighbor_distances(real, rank=1))
    )


def judge(samples: np.ndarray) -> dict[str, Any]:
    """Evaluates generated digits; the module docstring explains the figures.

    Args:
        samples: Array `(n, 8, 8, 1)` in [-1, 1]. The protocol uses 1,000
            samples; coverage and recall depend on n, precision hardly does.

    Returns:
        A dictionary of floats: `sure`, `rarest_digit`, `precision`,
        `coverage`, `recall`, `density`, `novelty`; and also `digit_shares`
        (ten floats), and `passed`, which is true if every figure in `BOUNDS`
        reaches its bound.
    """
    pixels = to_pixels(samples)
    _, held_out, _, _ = real_digits()
    probabilities = digit_probabilities(pixels)
    sure_share = float(np.mean(probabilities.max(axis=1) >= SURE))
    counts = np.bincount(probabilities.argmax(axis=1), minlength=10)
    figures: dict[str, Any] = {
        "sure": sure_share / real_sure_share(),
        "rarest_digit": float(counts.min() / len(pixels)),
        **manifold_scores(held_out, pixels),
        "novelty": novelty(pixels),
        "digit_shares": (counts / len(pixels)).tolist(),
    }
    figures["passed"] = all(figures[k] >= v for k, v in BOUNDS.items())
    return figures


def real_samples(seed: int = SEED, num_images: int = NUM_SAMPLES) -> np.ndarray:
    """Returns real training digits as samples, as if from a perfect GAN."""
    train, _, _, _ = real_digits()
    chosen = np.random.default_rng(seed).permutation(len(train))[:num_images]
    return (train[chosen] / 8.0 - 1.0).reshape(-1, 8, 8, 1)


def ceiling(num_draws: int = 5) -> dict[str, float]:
    """Returns the mean figures of `num_draws` draws of real digits."""
    draws = [judge(real_samples(seed)) for seed in range(num_draws)]
    names = [k for k, v in draws[0].items() if isinstance(v, float)]
    return {k: float(np.mean([draw[k] for draw in draws])) for k in names}


def table(figures: dict[str, Any], reachable: dict[str, float]) -> str:
    """Returns the figures as a table: bound, figure, verdict, ceiling."""
    lines = ["figure         bound   samples           real digits"]
    for name, real in reachable.items():
        bound = BOUNDS.get(name)
        short = bound is not None and figures[name] < bound
        verdict = "" if bound is None else "short" if short else "ok"
        shown = "" if bound is None else f"{bound:.2f}"
        lines.append(
            f"{name.replace('_', ' '):<14} {shown:>5} {figures[name]:9.3f}   "
            f"{verdict:<9} {real:9.3f}"
        )
    shares = "  ".join(
        f"{digit}: {100 * share:.1f}"
        for digit, share in enumerate(figures["digit_shares"])
    )
    return "\n".join([*lines, f"frequency of each digit, %:  {shares}"])


def from_model(path: Path, seed: int) -> np.ndarray:
    """Generates samples with a saved GAN."""
    import keras

    import keras_gan  # noqa: F401  (registers the classes in the file)

    gan = keras.saving.load_model(path)
    return gan.generate(NUM_SAMPLES, seed=seed)


def from_npz(path: Path) -> np.ndarray:
    """Reads samples: the array `images`, or else the first in the file."""
    with np.load(path) as arrays:
        name = "images" if "images" in arrays else arrays.files[0]
        return arrays[name]


def write_training_digits(path: Path) -> None:
    """Writes the digits that are not held out, to train a GAN on."""
    train, _, labels, _ = real_digits()
    images = (train / 8 - 1).astype("float32").reshape(-1, 8, 8, 1)
    np.savez_compressed(path, images=images, labels=labels)


def main(arguments: list[str] | None = None) -> int:
    """Prints the table; returns 1 if `--check` finds a bound missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument(
        "--samples", type=Path, help="an .npz of (n, 8, 8, 1) in [-1, 1]"
    )
    source.add_argument(
        "--run", type=Path, help="a folder of `keras-gan train`"
    )
    source.add_argument("--model", type=Path, help="a .keras file of a GAN")
    source.add_argument(
        "--write-training-digits",
        type=Path,
        metavar="FILE.npz",
        help="write the three quarters that are not held out, to train on",
    )
    parser.add_argument("--seed", type=int, default=0, help="seed of latents")
    parser.add_argument(
        "--check", action="store_true", help="exit with 1 if a bound is missed"
    )
    options = parser.parse_args(arguments)
    if options.write_training_digits:
        write_training_digits(options.write_training_digits)
        return 0
    if options.samples:
        samples = from_npz(options.samples)
    else:
        model = options.model or options.run / "model.keras"
        samples = from_model(model, options.seed)
    figures = judge(samples)
    print(f"{len(samples)} samples, 450 held-out real digits")
    print(table(figures, ceiling()))
    return int(options.check and not figures["passed"])


if __name__ == "__main__":
    sys.exit(main())
