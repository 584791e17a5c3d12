"""Images of a GAN's data that are not trained on."""

from typing import Any

import numpy as np

from keras_gan.datasets.subsets import subset

# With fewer, their logits say nothing of all images.
LEAST_IMAGES = 16
# Which images are held back depends on their number only.
_SEED = 16


def training_part(whole: Any, number: int) -> Any:
    """Returns the images to train on.

    Args:
        whole: The opened images.
        number: How many of them are held back.

    Raises:
        ValueError: If none would be left, or too few are held back.
    """
    if not number:
        return whole
    if number >= len(whole):
        raise ValueError(
            "`--held-out` must leave images to train on. Received: "
            f"--held-out {number} of the {len(whole):,} images of "
            f"`{whole.info.name}`. Hold fewer back."
        )
    if number < LEAST_IMAGES:
        raise ValueError(
            f"`--held-out` must be 0, or at least {LEAST_IMAGES} images, of "
            f"which something can be said. Received: --held-out {number}. Hold "
            "more back, or none."
        )
    part = subset(whole, np.sort(_order(whole)[number:]))
    # They belong to the same run only if all images are the same.
    part.sources = (whole,)
    return part


def held_out_part(part: Any, number: int) -> Any:
    """Returns the images that are held back.

    Args:
        part: What `training_part` returned.
        number: How many.
    """
    (whole,) = part.sources
    return subset(whole, _order(whole)[:number])


def _order(whole: Any) -> np.ndarray:
    return np.random.default_rng(_SEED).permutation(len(whole))
