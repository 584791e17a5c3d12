"""Random points of a latent space, for those who want some."""

from typing import Any

import numpy as np

from keras_gan.latents.spaces import LatentSpace, open_space
from keras_gan.utils.arguments import optional_seed, positive_integer


def sample_latents(
    gan: Any,
    num_samples: int,
    *,
    space: str | None = None,
    labels: Any = None,
    seed: int | None = None,
) -> np.ndarray:
    """Draws random points of a latent space of a generator.

    In z they are normally distributed. In w they are what the mapping network
    makes of such points.

    Args:
        gan: GAN, generator or file, as for
            `keras_gan.sampling.open_generator`; the averaged generator is used.
        num_samples: Number of points, at least 1.
        space: `"z"` or `"w"`. None: w where the generator has styles.
        labels: Integers `(num_samples,)`, or one for all, of a conditional
            generator, in w, where points depend on the class.
        seed: Integer that determines the points. None: a random one.

    Returns:
        Float32 array `(num_samples, size)`.

    Raises:
        ValueError: If an argument is not valid.

    Example:

    >>> generator = keras_gan.networks.mlp_generator((8, 8, 1), latent_dim=4)
    >>> sample_latents(generator, 3, seed=1).shape
    (3, 4)
    """
    opened = open_space(gan, space)
    count = positive_integer("num_samples", num_samples)
    rng = np.random.default_rng(optional_seed(seed))
    if opened.name == "z" and labels is None:
        return opened.draw(count, None, rng)
    return opened.points(count, labels, rng)[0]


def every_class(space: LatentSpace, count: int) -> np.ndarray | None:
    """Returns labels in which the classes take turns.

    Args:
        space: A space of the generator.
        count: Number of labels.

    Returns:
        Int32 array `(count,)`, or `None` for a generator without classes.
    """
    classes = space.source.num_classes
    return (
        None if classes is None else np.arange(count, dtype="int32") % classes
    )
