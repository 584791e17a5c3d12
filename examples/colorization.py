"""Learn to color gray pictures, from pictures in color.

    python examples/colorization.py --epochs 16 --out colored.png

Each of scikit-learn's digits is drawn in one of ten colors, which depends on
the digit. All of them have the same gray value, so only the shape of a gray
digit says which color it is to have. Training makes the gray pictures by
itself. Prints the mean absolute error of digits that were not trained on (0.021
after 16 epochs) and that of leaving them gray (0.092), and writes some of them:
gray, colored and in their own colors, row by row. No download is needed.
"""

import argparse
import colorsys

import keras_gan  # First, to silence TensorFlow's startup messages.

# isort: split
import numpy as np
from sklearn.datasets import load_digits

from keras_gan.images import convert_channels, from_uint8

NUM_TEST = 200
NUM_SHOWN = 16
GRAY_VALUE = 0.6


def colors() -> np.ndarray:
    """Ten colors `(10, 3)`, from 0 to 1, of the same gray value."""
    wheel = np.array([colorsys.hsv_to_rgb(n / 10, 1, 1) for n in range(10)])
    value = convert_channels(wheel[None], 1)[0]
    darker = wheel * GRAY_VALUE / value
    lighter = 1 - (1 - wheel) * (1 - GRAY_VALUE) / (1 - value)
    return np.where(value > GRAY_VALUE, darker, lighter)


def colored_digits() -> np.ndarray:
    """All digits as bytes `(count, 16, 16, 3)`, shuffled."""
    digits = load_digits()
    ink = digits.images[..., None] / 16
    ink = ink.repeat(2, axis=1).repeat(2, axis=2)
    images = ink * colors()[digits.target][:, None, None]
    images = np.round(255 * images).astype("uint8")
    return np.random.default_rng(0).permutation(images)


def error(images: np.ndarray, truth: np.ndarray) -> float:
    """Mean absolute error, of the span from 0 to 1."""
    return float(np.abs(images - truth).mean() / 2)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--epochs", type=int, default=16)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--width", type=int, default=16, help="of the networks")
    parser.add_argument("--out", default="colored.png", help="picture to write")
    options = parser.parse_args()

    images = colored_digits()
    data, model = keras_gan.tasks.colorization(
        images[NUM_TEST:],
        batch_size=options.batch_size,
        width=options.width,
        # A narrow network takes a higher rate than the default.
        learning_rate=1e-3,
        seed=1,
    )
    model.fit(data, epochs=options.epochs)

    truth = from_uint8(images[:NUM_TEST])
    gray = convert_channels(truth, 1, (-1, 1)).clip(-1, 1)
    colored = model.translate(gray)
    print(f"network: {error(colored, truth):.3f}")
    print(f"gray: {error(gray, truth):.3f}")
    rows = [np.repeat(gray, 3, axis=-1), colored, truth]
    shown = np.concatenate([row[:NUM_SHOWN] for row in rows])
    grid = keras_gan.images.image_grid(shown, columns=NUM_SHOWN)
    keras_gan.images.write_image(options.out, grid)
