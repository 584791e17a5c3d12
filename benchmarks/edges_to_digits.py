"""Compare Pix2Pix with an L1 loss alone, from edges of digits to the digits.

    python benchmarks/edges_to_digits.py mnist.npz --minutes 5 --seeds 3

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
1.5 dB lower, with each seed. A training that is finished is kept in the folder
`--out` and not done again, with the table (`table.md`). There is a picture for
each seed; it has the edges, both translations and the digits of test images,
row by row.
"""

import argparse
import functools
import sys
from pathlib import Path

import keras_gan  # noqa: F401 (first, to silence startup messages)

# isort: split
import keras
import numpy as np
from kept import Found, known_or_made, settings_of, write_table
from scipy.ndimage import gaussian_filter

sys.path.append(str(Path(__file__).parents[1] / "examples"))
from paired_translation import outlines

SHAPE = (28, 28, 1)
SETTINGS = ("minutes", "batch_size")
HEAD = "| seed | way | Fréchet distance | PSNR | steps |"
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


def measured(
    options: argparse.Namespace, way: str, seed: int, train: tuple, test: tuple
) -> Found:
    """Trains a model; its figures, and translations to show."""
    model = translator(ways()[way], seed)
    model.fit(
        *train,
        batch_size=options.batch_size,
        epochs=100_000,
        callbacks=[keras_gan.callbacks.TimeBudget(options.minutes)],
        verbose=0,
    )
    found = model.evaluate(*test, verbose=0, return_dict=True)
    figures = {name: float(found[name]) for name in ("fid", "psnr")}
    figures["steps"] = int(model.optimizer.iterations)
    shown = model.translate(test[0][:NUM_SHOWN])
    return figures, {"shown": keras_gan.images.to_uint8(shown)}


def within_bounds(alone: dict, both: dict) -> bool:
    """Whether the figures of `Pix2Pix` are good enough beside L1's."""
    return bool(
        both["fid"] <= (1.0 - LEAST_GAIN) * alone["fid"]
        and both["psnr"] >= alone["psnr"] - MOST_LOSS
    )


def write_picture(path: Path, test: tuple, translations: list) -> None:
    """Edges, what each way makes of them, and digits, row by row."""
    to_uint8 = keras_gan.images.to_uint8
    edges, digits = (to_uint8(part[:NUM_SHOWN]) for part in test)
    grid = keras_gan.images.image_grid(
        np.concatenate([edges, *translations, digits]),
        columns=len(edges),
        scale=2,
    )
    keras_gan.images.write_image(path, grid)


def parse() -> argparse.Namespace:
    """Returns the options of the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    add = parser.add_argument
    add("data", help="MNIST as mnist.npz")
    add("--minutes", type=float, default=5.0, help="of each training")
    add("--batch-size", type=int, default=32)
    add("--seeds", type=int, default=1, help="how many")
    add("--first-seed", type=int, default=1)
    add("--out", type=Path, default=Path("runs/edges_to_digits"))
    return parser.parse_args()


def main() -> None:
    options = parse()
    with np.load(options.data) as arrays:
        train = pairs(arrays["x_train"][:NUM_PAIRS])
        test = pairs(arrays["x_test"])
    settings, passed = settings_of(options, SETTINGS), []
    lines = [HEAD, "|---|---|---|---|---|"]
    print("\n".join(lines))
    for seed in range(options.first_seed, options.first_seed + options.seeds):
        figures, shown = [], []
        for way in ways():
            found, translated = known_or_made(
                options.out,
                f"{way}-{seed}",
                {**settings, "way": way, "seed": seed},
                functools.partial(measured, options, way, seed, train, test),
            )
            figures.append(found)
            shown.append(translated["shown"])
            lines.append(
                f"| {seed} | {way} | {found['fid']:.3f} | "
                f"{found['psnr']:.2f} dB | {found['steps']:,} |"
            )
            write_table(lines, options.out / "table.md")
        passed.append(within_bounds(*figures))
        write_picture(options.out / f"seed_{seed}.png", test, shown)
    print(f"Within the bounds: {sum(passed)} of {len(passed)} seeds.")
    sys.exit(not all(passed))


if __name__ == "__main__":
    main()
