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

    Generated images differ already, so they are distorted half as much, as are
    half of the real ones with `"affine, half"`.

    Args:
        real: Images `(num_images, height, width, 1)` and labels.
        made: Generated images of each, `(num_images, n, height, width, 1)`.
        kind: A classical augmentation, `"none"`, `"affine"`, `"affine, half"`
            or `"affine and elastic"`.
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
        is_weak = is_made
        if kind == "affine, half":
            is_weak = random.random(BATCH_SIZE) < 0.5
        strength = np.where(is_weak, 0.5, 1.0)
        yield moved(images, kind, strength, random), real[1][chosen]


def moved(
    images: np.ndarray,
    kind: str,
    strength: np.ndarray,
    random: np.random.Generator,
) -> np.ndarray:
    """Returns randomly distorted images.

    Args:
        images: `(num_images, height, width, 1)`.
        kind: As in `batches`.
        strength: Factor of the distortion of each image.
        random: What draws the distortions.
    """
    if kind == "none":
        return images
    number, *size, _ = images.shape

    def drawn(largest: float) -> np.ndarray:
        return strength * random.uniform(-largest, largest, number)

    angle, shear = drawn(ROTATION), drawn(SHEAR)
    cosine, sine, one = np.cos(angle), np.sin(angle), np.ones(number)
    rotation = _matrices([[cosine, -sine], [sine, cosine]])
    shear = _matrices([[one, shear], [0 * one, one]])
    scale = np.stack([1 + drawn(SCALE), 1 + drawn(SCALE)], -1)[:, None]
    center = (np.array(size) - 1)[:, None] / 2
    grid = np.indices(size).reshape(2, -1) - center
    shift = np.stack([drawn(SHIFT), drawn(SHIFT)], -1) * size
    places = rotation @ shear * scale @ grid + center + shift[..., None]
    if kind == "affine and elastic":
        flow = ndimage.gaussian_filter(
            random.normal(size=(number, 2, *size)), (0, 0, SMOOTH, SMOOTH)
        )
        flow *= ELASTIC * (strength / flow.std((1, 2, 3)))[:, None, None, None]
        places += flow.reshape(places.shape)
    return interpolated(images, places)


def _matrices(entries: list) -> np.ndarray:
    return np.moveaxis(np.array(entries), -1, 0)


def interpolated(images: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Returns images at places `(num_images, 2, pixels)`; white is outside."""
    around = [(0, 0), (1, 1), (1, 1), (0, 0)]
    framed = np.pad(images, around, constant_values=WHITE)[..., 0]
    last = np.array(framed.shape[1:])[:, None] - 1
    places = np.clip(places + 1, 0, last - 1e-6)
    start = np.floor(places).astype(int)
    (y, x), rest = np.moveaxis(start, 1, 0), places - start
    number = np.arange(len(images))[:, None]
    pixels = sum(
        framed[number, y + down, x + right]
        * np.abs(1 - down - rest[:, 0])
        * np.abs(1 - right - rest[:, 1])
        for down in (0, 1)
        for right in (0, 1)
    )
    return pixels.reshape(images.shape).astype("float32")


def trained(
    stream: Iterator[Labeled], shape: tuple, classes: int, steps: int, seed: int
) -> Any:
    """Returns a classifier after a number of steps."""
    keras.utils.set_random_seed(seed)
    model = _classifier(shape, classes, steps)
    model.fit(stream, steps_per_epoch=steps, verbose=0)
    return model


def accuracy(model: Any, test: Labeled) -> float:
    """Returns the accuracy of a classifier in percent."""
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
