"""The textbook DCGAN recipe of `race.py` in TensorFlow."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import race_entries as settings
import tensorflow as tf
import train_step_loops as loops

from keras_gan import networks


def entry(stream: Any, shape: tuple[int, ...], seed: int) -> Callable:
    """Returns a function that runs the recipe in a `Race`.

    Args:
        stream: Endless stream of batches.
        shape: Shape of an image.
        seed: Of the initial weights and all draws.
    """
    keras.utils.set_random_seed(seed)
    generator, discriminator = (
        networks.dcgan_generator(
            shape,
            width=settings.WIDTH,
            latent_dim=settings.LATENT_DIM,
            seed=seed,
        ),
        networks.dcgan_discriminator(
            shape, width=settings.WIDTH, normalization="batch", seed=seed
        ),
    )
    for number, network in enumerate((generator, discriminator)):
        initialize(network, 2 * seed + number)
    loop = loops.TensorFlowLoop(
        (generator, discriminator),
        settings.LEARNING_RATE,
        jit_compile=False,
        beta_1=settings.BETA_1,
    )
    averages = Averages(generator)
    iterator = iter(stream)

    def run(race):
        go_on = True
        while go_on:
            for _ in range(settings.STEPS):
                loop.run(iterator, 1)
                averages.update()
            go_on = race.after(settings.STEPS, averages.draw)

    return run


def initialize(network: keras.Model, seed: int) -> None:
    """Draws the kernels from N(0, .02), as the recipe says."""
    rng = np.random.default_rng(seed)
    for weight in network.trainable_weights:
        if weight.name == "kernel":
            weight.assign(rng.normal(0.0, 0.02, weight.shape))


class Averages:
    """Averages of a generator's weights, beside the weights themselves."""

    def __init__(self, generator: keras.Model) -> None:
        self.generator = generator
        self.weights = [weight.value for weight in generator.weights]
        self.averages = {
            momentum: [tf.Variable(weight) for weight in self.weights]
            for momentum in settings.MOMENTA
        }
        self.update = tf.function(self._update)

    def _update(self) -> None:
        for momentum, average in self.averages.items():
            for mean, weight in zip(average, self.weights, strict=True):
                mean.assign_add((1 - momentum) * (weight - mean))

    def draw(self, number: int) -> dict[str, np.ndarray]:
        """Returns images of the weights and of each average."""
        images = {"plain": self._images(number)}
        weights = self.generator.get_weights()
        for momentum, average in self.averages.items():
            self.generator.set_weights([one.numpy() for one in average])
            images[f"average {momentum}"] = self._images(number)
        self.generator.set_weights(weights)
        return images

    def _images(self, number: int) -> np.ndarray:
        latents = settings.latents(number)
        return self.generator.predict(latents, batch_size=250, verbose=0)
