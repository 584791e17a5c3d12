"""A small `DAGAN` with data, for several test files."""

import keras
import pair_models
from unpaired_models import COUNT, FIRST, SECOND, SHAPE, editor, uniform

from keras_gan import DAGAN

LATENT_DIM = COUNT
SOURCES, OTHERS = FIRST, SECOND
LABELS = [0] * 6 + [1] * 7 + [2] * 3


def networks():
    """A generator of images and latents, and a discriminator of pairs."""
    return editor(), pair_models.judge(source=SHAPE)


def make_dagan(parts=None, *, cls=DAGAN, **options):
    """A compiled model; arguments of `DAGAN` and of `compile`."""
    names = {"augmenter", "ema_momentum", "seed"} & set(options)
    own = {"seed": 3, **{name: options.pop(name) for name in names}}
    model = cls(*(parts or networks()), **own)
    eager = keras.backend.backend() != "jax"
    model.compile(**{"run_eagerly": eager, **options})
    return model


__all__ = ["LABELS", "OTHERS", "SHAPE", "SOURCES", "make_dagan", "uniform"]
