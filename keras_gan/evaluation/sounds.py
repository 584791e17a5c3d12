"""Training the classifier whose features sounds are compared in."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

EPOCHS = 30
_BATCH_SIZE = 64
# Of this share of the sounds nothing is learned.
_TESTED = 1 / 5


def train_classifier(
    model: keras.Model,
    waves: np.ndarray,
    labels: np.ndarray,
    *,
    epochs: int = EPOCHS,
    seed: int = 0,
    callbacks: Sequence[Any] = (),
) -> float:
    """Trains a classifier of sounds on four fifths of them.

    The learning rate falls to zero along a cosine, and the weights are kept
    that were best on the others.

    Args:
        model: Sounds to logits, such as `networks.sound_classifier` makes.
        waves: Sounds `(number, length, channels)` in [-1, 1], at least 5.
        labels: Their classes `(number,)`.
        epochs: Number of epochs.
        seed: Seed of the split and of all draws; it is set globally.
        callbacks: Further callbacks.

    Returns:
        The accuracy on the fifth that it did not learn from.

    Example:

    >>> model = keras_gan.networks.sound_classifier((64, 1), 2, rate=100)
    >>> waves, labels = np.zeros((10, 64, 1)), np.arange(10) % 2
    >>> 0 <= train_classifier(model, waves, labels, epochs=1) <= 1
    True
    """
    keras.utils.set_random_seed(seed)
    order = np.random.default_rng(seed).permutation(len(waves))
    tested, learned = np.split(order, [int(len(order) * _TESTED)])
    steps = epochs * -(-len(learned) // _BATCH_SIZE)
    rate = keras.optimizers.schedules.CosineDecay(2e-3, steps)
    model.compile(
        keras.optimizers.Adam(rate),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    best = keras.callbacks.EarlyStopping(
        "val_accuracy",
        mode="max",
        # All epochs are made: the best come at the end, when the rate is low.
        patience=epochs,
        restore_best_weights=True,
    )
    others = waves[tested], labels[tested]
    model.fit(
        waves[learned],
        labels[learned],
        validation_data=others,
        epochs=epochs,
        batch_size=_BATCH_SIZE,
        callbacks=[best, *callbacks],
        verbose=0,
    )
    found = model.evaluate(*others, verbose=0, return_dict=True)
    return float(found["accuracy"])
