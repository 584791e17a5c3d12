"""Sounds that are written during training."""

import numpy as np
import pytest

import keras_gan
from keras_gan import images as image_tools
from keras_gan import sounds as sound_tools
from keras_gan.callbacks import SoundSaver

# Another backend would change nothing.
pytestmark = pytest.mark.quickest

LENGTH, RATE = 300, 1_000


def small_gan(shape=(LENGTH, 1), num_classes=None):
    pair = keras_gan.networks.wavegan(
        shape, width=1, latent_dim=2, num_classes=num_classes, seed=1
    )
    return keras_gan.GAN(*pair, num_classes=num_classes, seed=1)


def saved_by(saver, model, epochs=2):
    saver.set_model(model)
    saver.on_train_begin()
    for epoch in range(epochs):
        saver.on_epoch_end(epoch)
    saver.on_train_end()
    return sorted(path.name for path in saver.directory.iterdir())


def test_sounds_and_pictures_of_every_other_epoch(tmp_path):
    gan = small_gan(num_classes=3)
    saver = SoundSaver(tmp_path / "new", RATE, num_sounds=4, every=2, seed=5)
    assert saved_by(saver, gan, epochs=3) == [
        "samples-0002.png", "samples-0002.wav", "samples-0003.png",
        "samples-0003.wav", "samples.gif",
    ]  # fmt: skip
    found, rate = sound_tools.read_wav(saver.directory / "samples-0003.wav")
    wanted = gan.generate(4, labels=[0, 1, 2, 0], seed=5)
    assert (rate, len(found)) == (RATE, 4 * LENGTH + 3 * 150)
    parts = [found[at : at + LENGTH] for at in range(0, len(found), 450)]
    np.testing.assert_allclose(parts, wanted, rtol=0, atol=2**-15)
    grid = image_tools.read_image(saver.directory / "samples-0003.png")
    np.testing.assert_array_equal(
        grid[2:99, 2:130], sound_tools.sound_picture(wanted[0])
    )
    # The fourth sound is below the first one, of the same class.
    np.testing.assert_array_equal(
        grid[101:198, 2:130], sound_tools.sound_picture(wanted[3])
    )


def test_config_makes_the_same_callback():
    saver = SoundSaver("a", RATE, num_sounds=2, labels=[1, 0], animation=False)
    again = SoundSaver.from_config(saver.get_config())
    assert again.get_config() == saver.get_config()


def test_what_it_cannot_write(tmp_path):
    pair = keras_gan.networks.mlp((4, 4, 1), hidden=(4,))
    saver = SoundSaver(tmp_path, RATE)
    with pytest.raises(ValueError, match="needs a GAN of sounds.*SampleSaver"):
        saved_by(saver, keras_gan.GAN(*pair))
    with pytest.raises(ValueError, match="one label for each of 3 sounds"):
        SoundSaver(tmp_path, RATE, num_sounds=3, labels=[0])
    with pytest.raises(ValueError, match="`rate` must be an integer"):
        SoundSaver(tmp_path, 0)
    assert not list(tmp_path.iterdir())
