"""`Probe`: a GAN's networks on fixed latents and images."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_gan import backend
from keras_gan.models import GAN
from keras_gan.utils.redirected_seeds import drawing_alone


class Probe:
    """Calls the networks that are trained, and changes nothing in them.

    Each call computes the same for the same weights: latents and noise are
    fixed, and layers are called as in inference.

    Args:
        gan: The GAN.
        num_images: Number of samples.
        seed: Integer that fixes the latents.
        batch_size: Number of images in a call of a network.
    """

    def __init__(
        self, gan: GAN, num_images: int, seed: int, batch_size: int
    ) -> None:
        self._gan = gan
        self._seed = seed
        self._batch_size = batch_size
        self._latents = ops.convert_to_numpy(
            keras.random.normal((num_images, gan.latent_dim), seed=seed)
        )
        self._draw = backend.compiled(self._drawn)
        self._score = backend.compiled(self._scored)
        self._slope = backend.compiled(self._slopes)

    def draw(self, labels: np.ndarray | None = None) -> np.ndarray:
        """Draws float32 samples `(num_images, ...)` with the live generator.

        Args:
            labels: Integers `(num_images,)` of a conditional GAN.
        """
        return self._in_parts(self._draw, self._latents, labels)

    def score(
        self, images: np.ndarray, labels: np.ndarray | None = None
    ) -> np.ndarray:
        """Returns the logits of images, float32, without augmentation.

        Args:
            images: Array `(n, ...)`.
            labels: Integers `(n,)` of a conditional GAN.
        """
        return self._in_parts(self._score, images, labels)

    def slope(
        self,
        images: np.ndarray,
        real_logits: np.ndarray,
        labels: np.ndarray | None = None,
    ) -> float:
        """Returns how much the generator's loss changes with a sample.

        Args:
            images: Samples `(n, ...)`.
            real_logits: Logits of as many real images.
            labels: Integers `(n,)` of a conditional GAN.

        Returns:
            The mean norm of the gradient of an image's loss.
        """
        slopes = self._in_parts(self._slope, images, real_logits, labels)
        return float(slopes.mean())

    def _in_parts(self, function: Callable, *arrays: Any) -> np.ndarray:
        some = [array for array in arrays if array is not None]
        parts = []
        for start in range(0, len(some[0]), self._batch_size):
            part = slice(start, start + self._batch_size)
            numbers = np.random.SeedSequence([self._seed, start])
            pair = (numbers.generate_state(2) >> 1).astype("int32")
            inputs = [ops.convert_to_tensor(array[part]) for array in some]
            parts.append(function(ops.convert_to_tensor(pair), *inputs))
        return np.concatenate([ops.convert_to_numpy(part) for part in parts])

    def _drawn(self, pair, *inputs):
        generator = self._gan.generator
        given = inputs[0] if len(inputs) == 1 else list(inputs)
        with self._noise(pair, generator):
            return backend.held_constant(
                lambda: ops.cast(generator(given, training=False), "float32")
            )

    def _scored(self, pair, images, *labels):
        with self._noise(pair, self._gan.discriminator):
            return backend.held_constant(lambda: self._logits(images, *labels))

    def _slopes(self, pair, images, real_logits, *labels):
        gan = self._gan

        def loss(samples):
            return gan.loss.generator_loss(
                real_logits, self._logits(samples, *labels)
            )

        with self._noise(pair, gan.discriminator):
            gradients = backend.gradient_of(loss, images)
        count = ops.shape(gradients)[0]
        squares = ops.square(ops.reshape(gradients, (count, -1)))
        norms = ops.sqrt(ops.sum(squares, axis=1))
        # The loss is a mean over the images.
        return norms * ops.cast(count, "float32")

    def _logits(self, images, labels=None):
        gan = self._gan
        if not gan.discriminator_takes_labels:
            labels = None
        outputs = gan.scorer(gan.discriminator, False, labels)(images)
        return keras.tree.flatten(outputs)[0]

    def _noise(self, pair, network):
        return drawing_alone(backend.FixedSeeds(pair), [network])
