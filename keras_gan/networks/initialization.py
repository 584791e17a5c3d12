"""Initializers that are derived from one seed."""

import keras
import numpy as np

from keras_gan.networks.validation import checked_integer


class Initializers:
    """Makes initializers with different seeds for the layers of a network.

    A Keras initializer draws the same values each time it is used, so layers
    of the same shape would start with equal weights if they shared one.

    Args:
        seed: Integer of at least 0: equal seeds give equal weights. None
            leaves the choice to Keras (`keras.utils.set_random_seed`).
        stream: Integer that distinguishes networks with the same seed.
    """

    def __init__(self, seed: int | None, *, stream: int) -> None:
        self._draws = None
        if seed is not None:
            seed = checked_integer("seed", seed, minimum=0)
            self._draws = np.random.default_rng([seed, stream])

    def next_seed(self) -> int | None:
        """The seed of the next layer."""
        if self._draws is None:
            return None
        return int(self._draws.integers(2**31 - 1))

    def he_normal(self) -> keras.initializers.Initializer:
        """For weights followed by a LeakyReLU."""
        return keras.initializers.HeNormal(seed=self.next_seed())

    def glorot_uniform(self) -> keras.initializers.Initializer:
        """For the last weights of a network."""
        return keras.initializers.GlorotUniform(seed=self.next_seed())

    def orthogonal(self) -> keras.initializers.Initializer:
        """Matrices with orthonormal rows or columns."""
        return keras.initializers.Orthogonal(seed=self.next_seed())

    def normal(self, stddev: float) -> keras.initializers.Initializer:
        """For weights with a given standard deviation."""
        return keras.initializers.RandomNormal(
            stddev=stddev, seed=self.next_seed()
        )

    def fan_in_normal(self, gain: float) -> keras.initializers.Initializer:
        """Normal, with standard deviation gain / sqrt(fan_in)."""
        return keras.initializers.VarianceScaling(
            scale=gain**2,
            mode="fan_in",
            distribution="untruncated_normal",
            seed=self.next_seed(),
        )


GENERATOR_STREAM = 0
DISCRIMINATOR_STREAM = 1
CLASSIFIER_STREAM = 2
ATTENTION_STREAM = 3
