"""Learn to change attributes of digits, from a table of them.

    python examples/attributes.py --epochs 4 --out attributes.png

Each of scikit-learn's digits, enlarged to 16x16 pixels, is a negative or not,
and has a frame or not: no digit is there in two states. Because it is known how
a digit looks in the other state, the mean absolute error of changed test digits
can be printed; in a few epochs the brightness is learned, and the frame is not.
Writes a grid of them: as they are, with the other brightness, and with the
frame changed, row by row. No download is needed.
"""

import argparse

import keras_gan  # First, to silence TensorFlow's startup messages.

# isort: split
import numpy as np
from sklearn.datasets import load_digits

NUM_TEST = 64
NUM_SHOWN = 16
NAMES = ("negative", "framed")


def plain_digits() -> np.ndarray:
    """All digits in [-1, 1], of shape `(count, 16, 16, 1)`, shuffled."""
    images = load_digits().images[..., None] / 8.0 - 1.0
    # The generator halves images twice, which leaves too little of 8 pixels.
    images = images.repeat(2, axis=1).repeat(2, axis=2)
    return np.random.default_rng(0).permutation(images).astype("float32")


def drawn(digits: np.ndarray, attributes: np.ndarray) -> np.ndarray:
    """Digits as negatives and with frames, as their attributes say."""
    negative, framed = attributes.T.astype(bool)
    images = np.where(negative[:, None, None, None], -digits, digits)
    border = np.ones((16, 16, 1), bool)
    border[2:-2, 2:-2] = False
    return np.where(framed[:, None, None, None] & border, 0.5, images)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--batch-size", type=int, default=16)
    parser.add_argument("--width", type=int, default=8, help="of the networks")
    parser.add_argument("--out", default="attributes.png", help="picture")
    options = parser.parse_args()

    digits = plain_digits()
    table = np.random.default_rng(1).integers(0, 2, (len(digits), len(NAMES)))
    images = drawn(digits, table).astype("float32")
    data, model = keras_gan.tasks.attributes(
        np.round(127.5 * (images[NUM_TEST:] + 1)).astype("uint8"),
        table[NUM_TEST:],
        columns=NAMES,
        batch_size=options.batch_size,
        width=options.width,
        # A narrow network takes a higher rate than the default.
        learning_rate=2e-3,
        seed=1,
    )
    model.fit(data, epochs=options.epochs)

    rows = [images[:NUM_TEST]]
    for number, name in enumerate(NAMES):
        wanted = table[:NUM_TEST].copy()
        wanted[:, number] = 1 - wanted[:, number]
        changed = model.translate(rows[0], wanted.astype("float32"))
        truth = drawn(digits[:NUM_TEST], wanted)
        error, before = (
            np.abs(one - truth).mean() / 2 for one in (changed, rows[0])
        )
        print(f"{name}: {error:.3f} (unchanged: {before:.3f})")
        rows.append(changed)
    shown = np.concatenate([row[:NUM_SHOWN] for row in rows])
    grid = keras_gan.images.image_grid(shown, columns=NUM_SHOWN)
    keras_gan.images.write_image(options.out, grid)
