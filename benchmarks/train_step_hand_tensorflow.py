"""The hand-written loops of TensorFlow over Keras networks: two tapes."""

import functools
from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf
from train_step_loops import Loop as TutorialLoop
from train_step_worker import make_stream


class Loop(TutorialLoop):
    """The loop with separate passes of `train_step_loops.py`, other networks.

    Args:
        networks: Generator and discriminator, Keras models.
        learning_rate: Of both Adams.
        jit_compile: Whether XLA compiles the step.
    """

    def __init__(
        self,
        networks: tuple[keras.Model, keras.Model],
        learning_rate: float,
        jit_compile: bool,
    ) -> None:
        self.generator, self.discriminator = networks
        self.g_variables = self.generator.trainable_variables
        self.d_variables = self.discriminator.trainable_variables
        self.g_optimizer = keras.optimizers.Adam(learning_rate)
        self.d_optimizer = keras.optimizers.Adam(learning_rate)
        self.g_optimizer.build(self.g_variables)
        self.d_optimizer.build(self.d_variables)
        compiled = tf.function(self.separate, jit_compile=jit_compile)
        self._next_step = tf.function(lambda images: compiled(next(images)))


def make_loops(
    make_networks: Callable[[], tuple],
    images: np.ndarray,
    batch_size: int,
    learning_rate: float,
) -> dict[str, Callable[[int], None]]:
    """Returns the loops by their names: with XLA and without."""
    stream = make_stream(images, batch_size)
    return {
        name: functools.partial(
            Loop(make_networks(), learning_rate, jit_compile).run, stream
        )
        for name, jit_compile in {"loop": False, "loop, XLA": True}.items()
    }
