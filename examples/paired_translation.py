"""Learn to draw digits from their outlines, from pairs of images.

    python examples/paired_translation.py --epochs 30 --out pairs.png

The sources are the outlines of scikit-learn's digits, enlarged to 16x16
pixels, and the targets the digits themselves. A U-Net translates one into the
other; its discriminator sees both and judges whether they belong together.
Writes a grid of digits that were not trained on: outlines, translations and the
true digits, row by row. No download is needed.
"""

import argparse

import keras_gan  # First, to silence TensorFlow's startup messages.

# isort: split
import keras
import numpy as np
from sklearn.datasets import load_digits

SHAPE = (16, 16, 1)
NUM_SHOWN = 16


def outlines(images: np.ndarray) -> np.ndarray:
    """The borders of what is bright, white on black, in [-1, 1]."""
    bright = np.pad(images > 0, ((0, 0), (1, 1), (1, 1), (0, 0)))
    inside = (
        bright[:, :-2, 1:-1]
        & bright[:, 2:, 1:-1]
        & bright[:, 1:-1, :-2]
        & bright[:, 1:-1, 2:]
    )
    border = bright[:, 1:-1, 1:-1] & ~inside
    return border.astype("float32") * 2.0 - 1.0


def pairs_of_digits() -> tuple[np.ndarray, np.ndarray]:
    """Outlines and digits, in [-1, 1], in random order."""
    digits = load_digits().images[..., None] / 8.0 - 1.0
    digits = keras.ops.image.resize(digits, SHAPE[:2], "bicubic")
    digits = np.clip(keras.ops.convert_to_numpy(digits), -1.0, 1.0)
    digits = np.random.default_rng(0).permutation(digits).astype("float32")
    return outlines(digits), digits


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--out", default="pairs.png", help="picture to write")
    options = parser.parse_args()

    sources, targets = pairs_of_digits()
    train, test = slice(NUM_SHOWN, None), slice(NUM_SHOWN)
    model = keras_gan.Pix2Pix(
        keras_gan.networks.unet_generator(SHAPE, width=16, seed=1),
        keras_gan.networks.patch_discriminator(
            SHAPE, source_shape=SHAPE, width=16, seed=1
        ),
        seed=1,
    )
    model.compile()
    model.fit(
        sources[train], targets[train], batch_size=32, epochs=options.epochs
    )

    shown = [sources[test], model.translate(sources[test]), targets[test]]
    grid = keras_gan.images.image_grid(np.concatenate(shown), columns=NUM_SHOWN)
    keras_gan.images.write_image(options.out, grid)
