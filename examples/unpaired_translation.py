"""Learn to translate digits into their negatives, and back, without pairs.

    python examples/unpaired_translation.py --epochs 40 --out cycle.png

The first half of scikit-learn's digits is the first domain, the negatives of
the other half are the second: no image occurs in both. Writes a grid of digits
that were not trained on: digits, their translations, and these translated back,
row by row. No download is needed.
"""

import argparse

import keras_gan  # First, to silence TensorFlow's startup messages.

# isort: split
import keras
import numpy as np
from sklearn.datasets import load_digits

SHAPE = (8, 8, 1)
NUM_SHOWN = 16


def two_domains() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Digits, negatives of other digits, and digits to test with."""
    digits = load_digits().images[..., None] / 8.0 - 1.0
    digits = np.random.default_rng(0).permutation(digits).astype("float32")
    test, train = digits[:NUM_SHOWN], digits[NUM_SHOWN:]
    half = len(train) // 2
    return train[:half], -train[half : 2 * half], test


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--epochs", type=int, default=40)
    parser.add_argument("--batch-size", type=int, default=16)
    parser.add_argument("--out", default="cycle.png", help="picture to write")
    options = parser.parse_args()

    networks = keras_gan.networks
    model = keras_gan.CycleGAN(
        [
            # It sees a part of an image at a time: a network that sees all of
            # it may exchange digits for other ones, there and back.
            networks.unet_generator(
                SHAPE, width=8, depth=1, normalization=None, seed=seed
            )
            for seed in (1, 2)
        ],
        [
            networks.patch_discriminator(SHAPE, width=8, seed=seed)
            for seed in (3, 4)
        ],
        seed=1,
    )
    adams = [keras.optimizers.Adam(1e-3, beta_1=0.5) for _ in range(2)]
    # Colors are what is to change.
    model.compile(*adams, identity_weight=0.0)
    first, second, test = two_domains()
    model.fit(
        first, second, batch_size=options.batch_size, epochs=options.epochs
    )

    negatives = model.translate(test, to="second")
    rows = [test, negatives, model.translate(negatives, to="first")]
    grid = keras_gan.images.image_grid(np.concatenate(rows), columns=NUM_SHOWN)
    keras_gan.images.write_image(options.out, grid)
