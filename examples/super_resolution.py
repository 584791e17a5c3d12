"""Enlarge photographs to twice their size, better than bicubic.

    python examples/super_resolution.py --steps 300 --out enlarged.png

The right two thirds of scikit-learn's two photographs are for training, the
left third is for testing. Low resolutions are made of the photographs
themselves, so no pairs are needed. This is the first stage, by the L1 distance;
`compile` with an adversarial loss would go on with sharper textures. Prints the
PSNR of both ways to enlarge, and writes a part of a test image: bicubic,
enlarged by the network, and the original. No download is needed.
"""

import argparse

import keras_gan  # First, to silence TensorFlow's startup messages.

# isort: split
import keras
import numpy as np
from sklearn.datasets import load_sample_images

from keras_gan.images import (
    bicubic_resize,
    from_uint8,
    to_uint8,
    write_image,
)

SCALE = 2
# Top left corner and side of the part that is shown.
TOP, LEFT, SIDE = 160, 104, 96


def photographs() -> tuple[np.ndarray, np.ndarray]:
    """Bytes to train with, and images in [-1, 1] to test with."""
    photos = np.stack(load_sample_images().images)[:, :426]
    return photos[:, :, 212:], from_uint8(photos[:, :, :212])


def resized(photos: np.ndarray, scale: float) -> np.ndarray:
    """Photographs of another size, by bicubic interpolation."""
    return np.stack(
        [bicubic_resize(photo, scale=scale) for photo in photos]
    ).clip(-1, 1)


def psnr(enlarged: np.ndarray, photos: np.ndarray) -> float:
    """PSNR of RGB, without two pixels at the borders."""
    metric = keras_gan.metrics.PSNR(crop=SCALE)
    metric.update_state(photos, enlarged)
    return float(metric.result())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--width", type=int, default=16)
    parser.add_argument("--out", default="enlarged.png", help="picture")
    options = parser.parse_args()

    train, test = photographs()
    data = keras_gan.datasets.super_resolution_pairs(
        train, scale=SCALE, crop=64, batch_size=8, seed=1, repeat=True
    )
    networks = keras_gan.networks
    model = keras_gan.Pix2Pix(
        networks.srresnet_generator(
            (None, None, 3), SCALE, width=options.width, blocks=4, seed=1
        ),
        networks.unet_discriminator((None, None, 3), width=8, seed=1),
        seed=1,
    )
    model.compile(
        keras.optimizers.Adam(1e-3, 0.9, 0.99),
        loss=None,
        reconstruction=[keras_gan.losses.PixelLoss(1.0)],
    )
    model.fit(data, steps_per_epoch=options.steps, epochs=1)

    small = resized(test, 1 / SCALE)
    ways = [resized(small, SCALE), model.translate(small).clip(-1, 1), test]
    for name, images in zip(("bicubic", "network"), ways, strict=False):
        print(f"{name}: {psnr(images, test):.2f} dB")
    part = slice(TOP, TOP + SIDE), slice(LEFT, LEFT + SIDE)
    row = np.concatenate([images[0][part] for images in ways], axis=1)
    write_image(options.out, to_uint8(row.repeat(2, 0).repeat(2, 1)))
