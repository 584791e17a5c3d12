import numpy as np
import pytest
from portable import BACKEND

import keras_gan
from keras_gan import images as image_tools
from keras_gan import networks
from keras_gan.callbacks import ProgressiveGrowing, SampleSaver

IMAGES = np.random.default_rng(0).uniform(-1, 1, (8, 8, 8, 1))


@pytest.mark.quickest
def test_the_film_shows_the_levels(tmp_path):
    pair = networks.progressive((8, 8, 1), latent_dim=4, width=2, seed=1)
    gan = keras_gan.GAN(*pair, seed=1)
    recipe = networks.recipe("progressive", (8, 8, 1))
    # XLA, because branches are harder for it.
    gan.compile(
        **recipe.compile_arguments(),
        jit_compile=True if BACKEND == "tensorflow" else "auto",
    )
    history = gan.fit(
        IMAGES.astype("float32"),
        batch_size=4,
        epochs=3,
        callbacks=[
            # 3 steps of 4 pixels per side, and 3 of both.
            ProgressiveGrowing(total_steps=6, share=1.0),
            SampleSaver(tmp_path, num_images=1, animation=False),
        ],
        verbose=0,
    )
    assert np.allclose(history.history["growth"], [0.0, 1 / 3, 1.0])
    blocky = []
    for epoch in (1, 2, 3):
        path = tmp_path / f"samples-{epoch:04d}.png"
        image = np.asarray(image_tools.read_image(path))
        image = image[2:-2, 2:-2][::6, ::6]  # Enlarged, with a margin.
        coarse = image[::2, ::2].repeat(2, 0).repeat(2, 1)
        blocky.append(bool((coarse == image).all()))
    assert blocky == [True, False, False]
    # What has been trained keeps its schedule.
    callback = ProgressiveGrowing(total_steps=600)
    callback.set_model(gan)
    callback.on_train_begin()
    assert gan.generator.get_layer("growth").value() == 1.0


@pytest.mark.once
def test_errors():
    callback = ProgressiveGrowing(10)
    callback.set_model(keras_gan.GAN(*networks.mlp((8, 8, 1))))
    with pytest.raises(ValueError, match="needs a model of networks that grow"):
        callback.on_train_begin()
    with pytest.raises(ValueError, match="`total_steps` must be"):
        ProgressiveGrowing(0)
    with pytest.raises(ValueError, match="`share` must be"):
        ProgressiveGrowing(10, share=0.0)
