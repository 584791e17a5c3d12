"""A tiny pair of networks of each family, for images as small as can be."""

from functools import partial

import numpy as np

from keras_gan import networks

SHAPE = (8, 8, 1)
LATENT_DIM = 4
CLASSES = 3
LABELS = np.arange(8) % CLASSES

_SMALL = {"latent_dim": LATENT_DIM, "num_classes": CLASSES, "seed": 1}

# Each gives a generator and a discriminator with labels.
FAMILIES = {
    "dcgan": partial(networks.dcgan, SHAPE, width=2, **_SMALL),
    "compact": partial(networks.compact, SHAPE, width=2, **_SMALL),
    "r3gan": partial(networks.r3gan, SHAPE, width=2, **_SMALL),
    "sngan": partial(networks.sngan, SHAPE, width=1, **_SMALL),
    "sagan": partial(networks.sagan, SHAPE, width=1, **_SMALL),
    "biggan": partial(networks.biggan, SHAPE, width=1, **_SMALL),
    "biggan_deep": partial(
        networks.biggan, SHAPE, width=2, deep=True, **_SMALL
    ),
    "stylegan2": partial(
        networks.stylegan2,
        SHAPE,
        width=2,
        style_dim=3,
        mapping_depth=1,
        style_mixing=0.0,
        **_SMALL,
    ),
    # Grown already; what growing changes has tests of its own.
    "progressive": partial(
        networks.progressive,
        SHAPE,
        width=2,
        steps_per_stage=0,
        fade_steps=0,
        **_SMALL,
    ),
    # Smaller images would have no map whose features excite a finer one.
    "fastgan": partial(networks.fastgan, (16, 16, 1), width=2, **_SMALL),
    # Each head of its attention has one channel.
    "ladagan": partial(networks.ladagan, SHAPE, width=4, **_SMALL),
    # Of sounds, whose maps have 5, 18 and 70 samples.
    "wavegan": partial(networks.wavegan, (70, 1), width=1, **_SMALL),
}


def images_for(discriminator):
    """A batch of images, as many as there are labels."""
    rng = np.random.default_rng(0)
    shape = (len(LABELS), *discriminator.inputs[0].shape[1:])
    return rng.uniform(-1, 1, shape).astype("float32")
