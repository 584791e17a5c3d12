"""Compare Pix2Pix with an L1 loss alone, from edges of digits to the digits.

    python benchmarks/edges_to_digits.py mnist.npz --minutes 5 --out edges.png

The targets are MNIST's digits and the sources their edges at a coarse scale,
the zeros of a difference of Gaussians (4 and 6.4 pixels), as if the digits were
seen from afar. They do not show how thick a stroke is, nor small loops. There
are 10,000 pairs of the training images to learn from, and all test images to
judge by.

The same generator is trained twice for the same time: by an L1 loss alone, and
by `Pix2Pix` with a discriminator of pairs. Where several digits have the same
edges, an L1 loss prefers the median of their pixels, which is a blur. That
shows in the Fréchet distance, here in the features of a classifier of digits.

Bounds: the distance of `Pix2Pix` is at least 40 % lower, and its PSNR at most
1.5 dB lower. The picture has the edges, both translations and the digits of
test images, row by row.
"""

import argparse
import sys
from pathlib import Path

import keras_gan  # noqa: F401 (first, to silence startup messages)

# isort: split
import keras
import numpy as np
from scipy.ndimage import gaussian_filter

sys.path.append(str(Path(__file__).parents[1] / "examples"))
from paired_translation import outlines

SHAPE = (28, 28, 1)
NUM_PAIRS = 10_000
NUM_SHOWN = 12
# At least this much less distance, and at most so many dB less.
LEAST_GAIN, MOST_LOSS = 0.4, 1.5
SCALE, RATIO, THRESHOLD = 4.0, 1.6, 0.05


def ways() -> dict[str, dict]:
    """Arguments of `compile` by row of the table."""
    penalty = keras_gan.penalties.R1(0.003, every=4)
    return {
        "L1 alone": {"loss": None},
        "Pix2Pix": {
            "loss": "non_saturating",
            "reconstruction": [keras_gan.losses.PixelLoss(5.0)],
            "penalties": [penalty],
            "update": "simultaneous",
            "discriminator_optimizer": adam(),
        },
    }


def adam() -> keras.optimizers.Adam:
    """An optimizer that is fast with small networks and penalties."""
    return keras.optimizers.Adam(1e-3, beta_1=0.0, beta_2=0.99)


def pairs(digits: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Edges and digits in [-1, 1], of bytes `(count, 28, 28)`."""
    images = digits[..., None].astype("float32") / 127.5 - 1.0
    narrow, wide = (
        gaussian_filter(images, (0, scale, scale, 0), mode="nearest")
        for scale in (SCALE, RATIO * SCALE)
    )
    return outlines(narrow - wide - THRESHOLD), images


def translator(arguments: dict, seed: int) -> keras_gan.Pix2Pix:
    """A compiled model with networks for a few minutes on a CPU."""
    networks = keras_gan.networks
    model = keras_gan.Pix2Pix(
        networks.unet_generator(SHAPE, width=16, depth=3, seed=seed),
        networks.patch_discriminator(
            SHAPE,
            source_shape=SHAPE,
            width=16,
            normalization=None,
            seed=seed,
        ),
        seed=seed,
    )
    model.compile(
        generator_optimizer=adam(),
        **arguments,
        metrics=[
            keras_gan.metrics.FrechetInceptionDistance("digits"),
            keras_gan.metrics.PSNR(),
        ],
    )
    return model


def within_bounds(alone: dict, both: dict) -> bool:
    """Whether the figures of `Pix2Pix` are good enough beside L1's."""
    return bool(
        both["fid"] <= (1.0 - LEAST_GAIN) * alone["fid"]
        and both["psnr"] >= alone["psnr"] - MOST_LOSS
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("data", help="MNIST as mnist.npz")
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", default="edges_to_digits.png")
    options = parser.parse_args()
    with np.load(options.data) as arrays:
        train = pairs(arrays["x_train"][:NUM_PAIRS])
        test = pairs(arrays["x_test"])
    figures, rows = {}, []
    print("| way | Fréchet distance | PSNR | steps |")
    print("|---|---|---|---|")
    for way, arguments in ways().items():
        model = translator(arguments, options.seed)
        model.fit(
            *train,
            batch_size=options.batch_size,
            epochs=100_000,
            callbacks=[keras_gan.callbacks.TimeBudget(options.minutes)],
            verbose=0,
        )
        found = model.evaluate(*test, verbose=0, return_dict=True)
        rows.append(model.translate(test[0][:NUM_SHOWN]))
        figures[way] = found
        print(
            f"| {way} | {found['fid']:.3f} | {found['psnr']:.2f} dB | "
            f"{int(model.optimizer.iterations):,} |",
            flush=True,
        )
    shown = [part[:NUM_SHOWN] for part in test]
    grid = keras_gan.images.image_grid(
        np.concatenate([shown[0], *rows, shown[1]]),
        columns=NUM_SHOWN,
        scale=2,
    )
    keras_gan.images.write_image(options.out, grid)
    passed = within_bounds(*figures.values())
    print("Within the bounds." if passed else "Not within the bounds.")


if __name__ == "__main__":
    main()
