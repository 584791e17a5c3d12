"""Learn pairs of digits and their negatives from unpaired images.

    python examples/coupled_domains.py --epochs 150 --out coupled.png

The first half of scikit-learn's digits is the first domain, the negatives of
the other half are the second: no image occurs in both. The generators share all
layers but the last, so the two images of one latent show the same digit.
Writes a grid of pairs, the negative below its digit. No download is needed.
"""

import argparse

import keras_gan  # First, to silence TensorFlow's startup messages.

# isort: split
import keras
import numpy as np
from sklearn.datasets import load_digits

PAIRS_PER_ROW = 12


def two_domains() -> tuple[np.ndarray, np.ndarray]:
    """Digits of one half of the data, and negatives of the other."""
    digits = load_digits().images[..., None] / 8.0 - 1.0
    digits = np.random.default_rng(0).permutation(digits).astype("float32")
    half = len(digits) // 2
    return digits[:half], -digits[half : 2 * half]


def coupled_digits(shared=True, width=48, seed=1) -> keras_gan.CoupledGAN:
    """A compiled CoupledGAN of 8x8 digits, for training in a minute."""
    networks = keras_gan.networks.coupled(
        (8, 8, 1),
        latent_dim=16,
        width=width,
        # A negative differs in its colors only.
        domain_kernel_size=1,
        shared=shared,
        seed=seed,
    )
    gan = keras_gan.CoupledGAN(*networks, ema_momentum=0.998, seed=seed)
    optimizers = [
        keras.optimizers.Adam(1e-3, beta_1=0.0, beta_2=0.99) for _ in range(2)
    ]
    gan.compile(
        *optimizers,
        loss="non_saturating",
        penalties=[keras_gan.penalties.R1(0.06, every=4)],
        update="simultaneous",
    )
    return gan


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--epochs", type=int, default=150)
    parser.add_argument("--out", default="coupled.png", help="picture to write")
    options = parser.parse_args()

    first, second = two_domains()
    gan = coupled_digits()
    gan.fit(first, second, batch_size=64, epochs=options.epochs)

    digits, negatives = gan.generate(4 * PAIRS_PER_ROW, seed=1)
    rows = [
        row
        for start in range(0, len(digits), PAIRS_PER_ROW)
        for row in (
            digits[start : start + PAIRS_PER_ROW],
            negatives[start : start + PAIRS_PER_ROW],
        )
    ]
    grid = keras_gan.images.image_grid(
        np.concatenate(rows), columns=PAIRS_PER_ROW
    )
    keras_gan.images.write_image(options.out, grid)
