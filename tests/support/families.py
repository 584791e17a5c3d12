"""A tiny pair of networks of each family, for images of 8 pixels per side."""

from functools import partial

import numpy as np

from keras_gan import networks

SHAPE = (8, 8, 1)
LATENT_DIM = 4
CLASSES = 3
IMAGES = np.random.default_rng(0).uniform(-1, 1, (8, *SHAPE)).astype("float32")
LABELS = np.arange(8) % CLASSES

_SMALL = {"latent_dim": LATENT_DIM, "num_classes": CLASSES, "seed": 1}

# Each gives a generator and a discriminator with labels.
FAMILIES = {
    "dcgan": partial(networks.dcgan, SHAPE, width=2, **_SMALL),
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
}
