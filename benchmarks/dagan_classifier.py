"""The classifiers of `dagan.py`, and what they are trained on."""

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
from keras import layers
from scipy import ndimage

Labeled = tuple[np.ndarray, np.ndarray]
BATCH_SIZE = 64
WHITE = 1.0
# Of affine maps: radians, shares of the scale and of the side.
ROTATION, SCALE, SHEAR, SHIFT = 0.26, 0.15, 0.25, 0.1
# Of elastic distortions: pixels, and the width over which they are smooth.
ELASTIC, SMOOTH = 1.0, 3.5


def batches(
    real: Labeled,
    made: np.ndarray,
    kind: str,
    share: float,
    steps: int,
    seed: int,
) -> Iterator[Labeled]:
    """Yields batches of augmented images and their labels.

    Args:
        real: Images `(num_images, height, width, 1)` and labels.
        made: Generated images of each, `(num_images, n, height, width, 1)`.
        kind: A classical augmentation, `"none"`, `"affine"` or `"elastic"`.
        share: Share of generated images.
        steps: Number of batches.
        seed: Integer.
    """
    random = np.random.default_rng(seed)
    for _ in range(steps):
        chosen = random.integers(len(real[0]), size=BATCH_SIZE)
        variants = random.integers(made.shape[1], size=BATCH_SIZE)
        is_made = random.random(BATCH_SIZE) < share
        images = real[0][chosen].copy()
        images[is_made] = made[chosen, variants][is_made]
        if kind != "none":
            images = np.stack([moved(one, kind, random) for one in images])
        yield images, real[1][chosen]


def moved(
    image: np.ndarray, kind: str, random: np.random.Generator
) -> np.ndarray:
    """Returns a randomly distorted image `(height, width, 1)`."""
    size = np.array(image.shape[:2])
    angle = random.uniform(-ROTATION, ROTATION)
    cosine, sine = np.cos(angle), np.sin(angle)
    shear = np.array([[1, random.uniform(-SHEAR, SHEAR)], [0, 1]])
    scales = np.diag(random.uniform(1 - SCALE, 1 + SCALE, 2))
    matrix = np.array([[cosine, -sine], [sine, cosine]]) @ shear @ scales
    center = (size - 1) / 2
    grid = np.indices(image.shape[:2]).reshape(2, -1) - center[:, None]
    shift = random.uniform(-SHIFT, SHIFT, 2) * size
    places = matrix @ grid + (center + shift)[:, None]
    if kind == "elastic":
        flow = ndimage.gaussian_filter(
            random.normal(size=(2, *size)), (0, SMOOTH, SMOOTH)
        )
        flow *= ELASTIC / flow.std()
        places += flow.reshape(2, -1)
    pixels = ndimage.map_coordinates(image[..., 0], places, order=1, cval=WHITE)
    return pixels.reshape(image.shape)


def accuracy(
    stream: Iterator[Labeled], test: Labeled, steps: int, seed: int
) -> float:
    """Trains a classifier; returns its accuracy on test images in percent."""
    keras.utils.set_random_seed(seed)
    model = _classifier(test[0].shape[1:], int(test[1].max()) + 1, steps)
    model.fit(stream, steps_per_epoch=steps, verbose=0)
    guesses = model.predict(test[0], batch_size=256, verbose=0).argmax(-1)
    return 100 * float(np.mean(guesses == test[1]))


def _classifier(shape: tuple[int, ...], classes: int, steps: int) -> Any:
    parts = [keras.Input(shape)]
    for filters in (32, 64, 128):
        parts += [
            layers.Conv2D(filters, 3, padding="same", use_bias=False),
            layers.BatchNormalization(momentum=0.9),
            layers.ReLU(),
            layers.MaxPooling2D(),
        ]
    parts += [layers.Flatten(), layers.Dropout(0.5), layers.Dense(classes)]
    model = keras.Sequential(parts)
    rate = keras.optimizers.schedules.CosineDecay(2e-3, steps)
    model.compile(
        keras.optimizers.Adam(rate),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        jit_compile=False,
    )
    return model
