"""The classifier whose features sounds are compared in."""

import keras
import numpy as np
import pytest

from keras_gan.evaluation.sounds import train_classifier

# Another backend would change nothing.
pytestmark = pytest.mark.quickest


def test_it_keeps_what_was_best_on_sounds_that_it_has_not_seen():
    draws = np.random.default_rng(2)
    waves = draws.normal(size=(50, 2, 1)).astype("float32")
    # Nothing is to be learned, so that what is best comes by chance.
    labels = draws.integers(0, 2, 50)
    weights, seen = [], []
    count = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: seen.append(logs["val_accuracy"])
    )
    for _ in range(2):
        seen.clear()
        layers = [keras.layers.Flatten(), keras.layers.Dense(2)]
        model = keras.Sequential([keras.Input((2, 1)), *layers])
        # So small that a few steps change what is predicted.
        model.set_weights([0.003 * np.eye(2), np.zeros(2)])
        share = train_classifier(
            model, waves, labels, epochs=9, seed=1, callbacks=[count]
        )
        weights.append(model.get_weights())
    # One seed gives one classifier.
    for one, other in zip(*weights, strict=True):
        np.testing.assert_array_equal(one, other)
    assert share == pytest.approx(max(seen))
    assert len(seen) == 9 and max(seen) > seen[-1]
    unseen = np.random.default_rng(1).permutation(50)[:10]
    kernel, bias = weights[0]
    found = (waves[unseen, :, 0] @ kernel + bias).argmax(axis=1)
    assert share == pytest.approx(np.mean(found == labels[unseen]))
