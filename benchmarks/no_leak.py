"""Measure whether augmentations leak into generated images.

    python benchmarks/no_leak.py --seeds 3
    python benchmarks/no_leak.py --seeds 6 --ramp 0.25

A small DCGAN is trained on arrows that all point right. Every image that the
discriminator sees is augmented with a fixed probability: flipped, rotated by a
random angle and shifted. At a probability of 0.7 the original direction is
still the most frequent one, and generated images, which are not augmented,
should point right too. At 1 all directions are equally frequent, so the right
one cannot be learned, and the generator keeps the one it started with. With
`--ramp` the probability rises from 0 in the first part of the run, similar to
adaptive augmentation.

The direction of a sample is that of the nearest of many real arrows in all four
directions. A row shows the percentages of the directions and the mean distance
to the nearest arrow; one row shows new real arrows for comparison.
"""

import argparse
import sys
import time

import numpy as np

SIDE = 8
OPERATIONS = ("flip", "shift", "rotation", "second_rotation")
DIRECTIONS = ("right", "up", "left", "down")
NUM_IMAGES = 2048
NUM_JUDGED = 512
KEPT = 0.95


def make_arrows(count, seed):
    """Returns different white arrows on black, in [-1, 1], pointing right."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:SIDE, :SIDE] + 0.5
    middles = rng.uniform(0.42, 0.58, (2, count, 1, 1)) * SIDE
    half_length = rng.uniform(0.22, 0.28, (count, 1, 1)) * SIDE
    head = half_length * rng.uniform(1.15, 1.41, (count, 1, 1))
    # From near the center of the image to its edge, like the hand of a clock.
    along = x - middles[0] - 0.18 * SIDE
    to_tip = half_length - along
    half_width = np.where(to_tip < head, 0.69 * to_tip, 0.08 * SIDE)
    inside = np.minimum(half_width - np.abs(y - middles[1]), to_tip)
    inside = np.minimum(inside, along + half_length)
    images = 2 * np.clip(inside + 0.5, 0, 1) - 1
    return images[..., None].astype("float32")


def judge(images):
    """Returns each image's direction, 0 to 3, and distance to an arrow.

    Mirrored arrows, which look slightly different, count as arrows too.
    """
    arrows = make_arrows(300, seed=1_000_000)
    arrows = np.concatenate([arrows, arrows[:, ::-1]])
    turned = [np.rot90(arrows, turns, axes=(1, 2)) for turns in range(4)]
    known = np.concatenate(turned).reshape(4 * len(arrows), -1)
    points = np.asarray(images, "float32").reshape(len(images), -1)
    squares = np.square(points).sum(1)[:, None] + np.square(known).sum(1)
    distances = squares - 2 * points @ known.T
    nearest = distances.argmin(axis=1)
    least = np.sqrt(np.maximum(distances.min(axis=1), 0))
    return nearest // len(arrows), least.mean()


def ramp(probability, steps):
    """Returns a schedule from 0 to a probability within some steps."""
    import keras

    return keras.optimizers.schedules.PolynomialDecay(0.0, steps, probability)


def train(probability, seed, steps):
    """Returns samples of a GAN trained at one probability or schedule."""
    import keras

    import keras_gan

    keras.utils.set_random_seed(seed)
    networks = keras_gan.networks.dcgan(
        (SIDE, SIDE, 1), latent_dim=32, width=16, seed=seed
    )
    gan = keras_gan.GAN(
        *networks,
        augmenter=keras_gan.layers.AdaptiveAugment(
            OPERATIONS, probability=probability, seed=seed
        ),
        ema_momentum=0.99,
        seed=seed,
    )
    adam = [
        keras.optimizers.Adam(1e-3, beta_1=0.0, beta_2=0.99, epsilon=1e-8)
        for _ in range(2)
    ]
    gan.compile(*adam)
    stream = keras_gan.datasets.load(
        make_arrows(NUM_IMAGES, seed), batch_size=64, seed=seed, repeat=True
    )
    gan.fit(stream, steps_per_epoch=steps, verbose=0)
    return gan.generate(NUM_JUDGED, seed=seed)


def shares(images):
    """Returns the fraction of each direction, and the mean distance."""
    directions, distance = judge(images)
    return np.bincount(directions, minlength=4) / len(images), distance


def row(label, values, note=""):
    directions, distance = values
    cells = " | ".join(f"{100 * share:5.1f}" for share in directions)
    return f"| {label:<16} | {cells} | {distance:8.2f} | {note:>7} |"


def main(arguments=None):
    """Prints the table; returns 1 if `--check` finds leaks below 1."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--seeds", type=int, default=3, help="number of runs")
    parser.add_argument("--steps", type=int, default=960)
    parser.add_argument(
        "--probabilities", type=float, nargs="+", default=[0.7, 1.0]
    )
    parser.add_argument(
        "--ramp",
        type=float,
        default=0.0,
        help="fraction of the steps in which the probability rises from 0",
    )
    parser.add_argument(
        "--check", action="store_true", help="exit with 1 if it leaks below 1"
    )
    options = parser.parse_args(arguments)
    print(
        f"| probability, seed | {' % | '.join(DIRECTIONS)} % | distance | s |"
    )
    print("|---|---|---|---|---|---|---|")
    print(row("real arrows", shares(make_arrows(NUM_JUDGED, seed=999))))
    kept = []
    for probability in options.probabilities:
        for seed in range(options.seeds):
            start = time.perf_counter()
            used = probability
            if options.ramp:
                used = ramp(probability, int(options.ramp * options.steps))
            values = shares(train(used, seed, options.steps))
            seconds = f"{time.perf_counter() - start:.0f}"
            label = f"{probability:g}, seed {seed}"
            print(row(label, values, seconds), flush=True)
            if probability < 1:
                kept.append(values[0][0] >= KEPT)
    return int(options.check and not all(kept))


if __name__ == "__main__":
    sys.exit(main())
