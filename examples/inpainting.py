"""Learn to fill holes in digits, from digits without holes.

    python examples/inpainting.py --epochs 12 --out filled.png

scikit-learn's digits, enlarged to 16x16 pixels. Training cuts holes into them
by itself: a box and strokes of a thick pen. Writes a grid of digits that were
not trained on: with holes (gray), filled, and as they were, row by row. No
download is needed.
"""

import argparse

import keras_gan  # First, to silence TensorFlow's startup messages.

# isort: split
import numpy as np
from sklearn.datasets import load_digits

NUM_SHOWN = 16


def digits() -> np.ndarray:
    """All digits as bytes `(count, 16, 16, 1)`, in random order."""
    images = np.round(load_digits().images[..., None] * 255 / 16)
    images = np.random.default_rng(0).permutation(images).astype("uint8")
    return images.repeat(2, axis=1).repeat(2, axis=2)


def with_holes(images: np.ndarray) -> np.ndarray:
    """Images whose holes are 0, and the mask, 1 in holes, as last channel."""
    masks = keras_gan.datasets.free_form_masks(len(images), (16, 16), seed=1)
    return np.concatenate([np.where(masks > 0, 0, images), masks], axis=-1)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--out", default="filled.png", help="picture to write")
    options = parser.parse_args()

    images = digits()
    data, model = keras_gan.tasks.inpainting(
        images[NUM_SHOWN:], batch_size=options.batch_size, seed=1
    )
    model.fit(data, epochs=options.epochs)

    originals = keras_gan.images.from_uint8(images[:NUM_SHOWN])
    sources = with_holes(originals)
    filled = model.translate(sources)
    holes = sources[..., -1:] > 0
    assert (filled[~holes] == originals[~holes]).all()
    error = np.abs(filled - originals)[holes].mean()
    print(f"mean absolute error in the holes, of the span 2: {error:.3f}")

    shown = [sources[..., :1], filled, originals]
    grid = keras_gan.images.image_grid(np.concatenate(shown), columns=NUM_SHOWN)
    keras_gan.images.write_image(options.out, grid)
