"""Initial weights for tests on JAX, drawn without compiling a program.

JAX compiles a program for each shape that is drawn: a second for a small
network, and a third of the time of tests that only build networks.
"""

import keras
import numpy as np


class NumpyDraws:
    """Replaces `keras.random` in Keras' initializers where seeds are numbers."""

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


def draw_with_numpy() -> None:
    """Lets Keras' initializers draw with NumPy on JAX."""
    from keras.src.initializers import random_initializers

    if keras.config.backend() == "jax":
        random_initializers.random = NumpyDraws(random_initializers.random)
