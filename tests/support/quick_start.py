"""Settings with which a backend is soon ready: most tests run few steps.

Processes whose results are compared bit for bit need the same ones.
"""

import keras
import numpy as np


class NumpyDraws:
    """Replaces `keras.random` in Keras' initializers, for integer seeds."""

    def __init__(self, draws):
        self._draws = draws

    def __getattr__(self, name):
        ours = {"normal": _normal, "uniform": _uniform}
        ours["truncated_normal"] = _truncated_normal
        theirs = getattr(self._draws, name)

        def draw(shape, *args, dtype=None, seed=None, **kwargs):
            if not isinstance(seed, int):
                return theirs(shape, *args, dtype=dtype, seed=seed, **kwargs)
            generator = np.random.default_rng(seed)
            values = ours[name](generator, shape, *args, **kwargs)
            dtype = dtype or keras.config.floatx()
            return keras.ops.convert_to_tensor(values, dtype)

        return draw if name in ours else theirs


def _normal(generator, shape, mean=0.0, stddev=1.0):
    return generator.normal(mean, stddev, shape)


def _uniform(generator, shape, minval=0.0, maxval=1.0):
    return generator.uniform(minval, maxval, shape)


def _truncated_normal(generator, shape, mean=0.0, stddev=1.0):
    values = generator.standard_normal(shape)
    while (outside := np.abs(values) > 2).any():
        values[outside] = generator.standard_normal(outside.sum())
    return mean + stddev * values


def start_quickly() -> None:
    """Lets TensorFlow not optimize graphs, and JAX not compile initializers.

    JAX compiles a program for each shape that is drawn: a second for a small
    network, and a third of the time of tests that only build networks.
    """
    if keras.config.backend() == "tensorflow":
        import tensorflow as tf

        options = {"disable_meta_optimizer": True}
        tf.config.optimizer.set_experimental_options(options)
    elif keras.config.backend() == "jax":
        from keras.src.initializers import random_initializers

        random_initializers.random = NumpyDraws(random_initializers.random)
