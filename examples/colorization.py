"""Learn to color gray pictures, from pictures in color.

    python examples/colorization.py --epochs 20 --out colored.png

Squares of scikit-learn's two photographs: those of the right two thirds are for
training, those of the left third for testing. Training makes the gray squares
by itself. Prints the mean absolute error of the colors and that of gray (which
are close: a color that could have been counts as much as none), and writes test
squares: gray, colored and in their own colors, row by row. No download is
needed.
"""

import argparse

import keras_gan  # First, to silence TensorFlow's startup messages.

# isort: split
import numpy as np
from sklearn.datasets import load_sample_images

from keras_gan.images import convert_channels, from_uint8

SIDE = 32
NUM_SHOWN = 12


def squares() -> tuple[np.ndarray, np.ndarray]:
    """Bytes `(count, 32, 32, 3)` to train with, and others to test with."""
    photos = np.stack(load_sample_images().images)[:, :416]
    grid = photos.reshape(len(photos), -1, SIDE, 640 // SIDE, SIDE, 3)
    grid = grid.swapaxes(2, 3)
    parts = grid[:, :, 7:], grid[:, :, :7]
    train, test = (part.reshape(-1, SIDE, SIDE, 3) for part in parts)
    return train, np.random.default_rng(0).permutation(test)


def error(images: np.ndarray, colors: np.ndarray) -> float:
    """Mean absolute error, of the span from 0 to 1."""
    return float(np.abs(images - colors).mean() / 2)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--batch-size", type=int, default=16)
    parser.add_argument("--width", type=int, default=8, help="of the networks")
    parser.add_argument("--out", default="colored.png", help="picture to write")
    options = parser.parse_args()

    train, test = squares()
    data, model = keras_gan.tasks.colorization(
        train,
        batch_size=options.batch_size,
        width=options.width,
        # A narrow network takes a higher rate than the default.
        learning_rate=2e-3,
        flip=True,
        seed=1,
    )
    model.fit(data, epochs=options.epochs)

    colors = from_uint8(test)
    gray = convert_channels(colors, 1, (-1, 1)).clip(-1, 1)
    colored = model.translate(gray)
    print(f"network: {error(colored, colors):.3f}")
    print(f"gray: {error(gray, colors):.3f}")
    rows = [np.repeat(gray, 3, axis=-1), colored, colors]
    shown = np.concatenate([row[:NUM_SHOWN] for row in rows])
    grid = keras_gan.images.image_grid(shown, columns=NUM_SHOWN)
    keras_gan.images.write_image(options.out, grid)
