"""A `.keras` file from before `Player` loads, and goes on where it stopped.

`data/gan_before_players.keras` was saved after one epoch by the code of then,
and `data/gan_before_players_resumed.npz` has the weights after one more epoch
of that code on each backend.
"""

from pathlib import Path

import keras
import numpy as np
import pytest
from portable import QUICK_STEPS

from keras_gan import GAN

DATA = Path(__file__).with_name("data")
IMAGES = np.random.default_rng(0).uniform(-1, 1, (16, 8, 8, 1))
IMAGES = IMAGES.astype("float32")


def test_an_old_file_is_resumed():
    gan = keras.saving.load_model(DATA / "gan_before_players.keras")
    assert type(gan) is GAN
    assert (gan.update, gan.discriminator_steps) == ("simultaneous", 2)
    assert [penalty.name for penalty in gan.penalties] == [
        "r1",
        "r2",
        "gradient_penalty",
        "lecam",
    ]
    gan.run_eagerly = QUICK_STEPS["run_eagerly"]
    labels = (np.arange(16) % 3).astype("int32")
    gan.fit(IMAGES, labels, batch_size=8, shuffle=False, verbose=0)
    assert int(keras.ops.convert_to_numpy(gan.optimizer.iterations)) == 4
    # Each backend draws other random numbers.
    backend = keras.backend.backend()
    with np.load(DATA / "gan_before_players_resumed.npz") as expected:
        for number, found in enumerate(gan.get_weights()):
            wanted = expected[f"{backend}/{number}"]
            np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-5)


@pytest.mark.quickest
def test_the_ratio_of_its_learning_rates_is_kept():
    gan = keras.saving.load_model(DATA / "gan_before_players.keras")
    gan.optimizer.learning_rate = 1e-4
    rate = keras.ops.convert_to_numpy(gan.optimizer.discriminator.learning_rate)
    np.testing.assert_allclose(rate, 4e-4, rtol=1e-6)
