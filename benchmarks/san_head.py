"""What a SAN head is worth on scikit-learn's digits.

    python benchmarks/san_head.py
    python benchmarks/san_head.py --steps 200 --seeds 1 --losses hinge

The same networks (`networks.dcgan`) are trained for the same number of steps
with the discriminator's last layer as it is and with `networks.with_san_head`.
Figures are Fréchet distances of 1,000 samples of the averaged generator to
1,000 real digits in the features of `features.digits_classifier`, and the mean
time of a step. Lower is better.
"""

import argparse
import time

import keras_gan  # noqa: F401 (first, to silence startup messages)

# isort: split
import keras
import numpy as np
from sklearn.datasets import load_digits

from keras_gan import metrics, networks

SHAPE = (8, 8, 1)
BATCH = 64
NUM_JUDGED = 1000
PENALTIES = {
    "hinge": ["r1"],
    "non_saturating": ["r1"],
    "relativistic": ["r1", "r2"],
}


def digits() -> np.ndarray:
    """All digits in [-1, 1], in random order."""
    images = load_digits().images[..., None].astype("float32") / 8.0 - 1.0
    return images[np.random.default_rng(0).permutation(len(images))]


def distance(real: np.ndarray, fake: np.ndarray) -> float:
    """The Fréchet distance of images in features of digits."""
    metric = metrics.FrechetInceptionDistance("digits")
    metric.update_state(real[:NUM_JUDGED], fake)
    return float(metric.result())


def run(loss: str, seed: int, steps: int, width: int, san: bool) -> tuple:
    """Trains one GAN; returns its distance and the milliseconds of a step."""
    keras.utils.set_random_seed(seed)
    generator, discriminator = networks.dcgan(SHAPE, width=width, seed=seed)
    if san:
        discriminator = networks.with_san_head(discriminator)
    gan = keras_gan.GAN(generator, discriminator, seed=seed)
    gan.compile(
        loss=loss,
        penalties=[
            keras_gan.penalties.recommended(name, SHAPE)
            for name in PENALTIES[loss]
        ],
    )
    images = digits()
    rng = np.random.default_rng(seed)
    chosen = rng.integers(len(images), size=(steps, BATCH)).ravel()
    gan.fit(images[chosen[:BATCH]], batch_size=BATCH, shuffle=False, verbose=0)
    start = time.perf_counter()
    gan.fit(images[chosen], batch_size=BATCH, shuffle=False, verbose=0)
    seconds = time.perf_counter() - start
    samples = gan.generate(NUM_JUDGED, seed=1)
    return distance(images, samples), 1000 * seconds / steps


def main() -> None:
    """Prints a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=1500)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--width", type=int, default=16)
    parser.add_argument("--losses", nargs="+", default=list(PENALTIES))
    options = parser.parse_args()
    print("| loss | head | distance of each seed | mean | ms a step |")
    print("|---|---|---|---|---|")
    for loss in options.losses:
        for san in (False, True):
            rows = [
                run(loss, seed, options.steps, options.width, san)
                for seed in range(options.seeds)
            ]
            distances, times = np.array(rows).T
            each = ", ".join(f"{one:.1f}" for one in distances)
            head = "SAN" if san else "dense"
            print(
                f"| {loss} | {head} | {each} | {distances.mean():.1f} "
                f"| {times.mean():.1f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
