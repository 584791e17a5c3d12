"""What `truncation=` means for a generator: a bound or a share."""

import dataclasses
from typing import Any

import keras

from keras_gan.utils import style_space
from keras_gan.utils.arguments import number_in
from keras_gan.utils.inner_layers import inner_layers
from keras_gan.utils.tensors import checked_truncation


@dataclasses.dataclass(frozen=True)
class Truncation:
    """How images are made more typical and less varied; at most one is given.

    Attributes:
        bound: Largest absolute value of a latent, or `None`.
        share: Share in [0, 1] of each style's distance from the mean style that
            is kept, of generators with styles, or `None`.

    Example:

    >>> Truncation(bound=0.5)
    Truncation(bound=0.5, share=None)
    """

    bound: float | None = None
    share: float | None = None

    @property
    def value(self) -> float | None:
        """What was given."""
        return self.share if self.bound is None else self.bound


def truncation_of(generator: Any, truncation: Any) -> Truncation:
    """Returns what a truncation means for a generator.

    Args:
        generator: The generator that draws.
        truncation: Positive bound of the latents; of a generator that tracks
            its mean style, a share in [0, 1]. `None`: neither.

    Raises:
        ValueError: If it is out of its range, or the generator consists of
            others that have styles.

    Example:

    >>> generator = keras_gan.networks.stylegan2_generator((8, 8, 1), width=2)
    >>> truncation_of(generator, 0.7)
    Truncation(bound=None, share=0.7)
    """
    if truncation is None:
        return Truncation()
    if style_space.mean_style(generator) is not None:
        share = number_in(
            "truncation",
            truncation,
            "[0, 1]",
            hint="Of a generator with styles it is the share of each style's "
            "distance from the mean that is kept.",
        )
        return Truncation(share=share)
    _check_no_inner_styles(generator, truncation)
    return Truncation(bound=checked_truncation(truncation))


def _check_no_inner_styles(generator: Any, truncation: Any) -> None:
    """Refuses to bound the latents where styles were meant."""
    if not isinstance(generator, keras.Model):
        return
    styled = [
        layer.name
        for layer in inner_layers(generator)
        if style_space.mean_style(layer) is not None
    ]
    if styled:
        raise ValueError(
            "`truncation` of styles must be None for a generator that is made "
            f"of others, each with a mean style of its own. Received: "
            f"truncation={truncation!r} and a generator with "
            f"{', '.join(styled)} inside. Draw from each of them by itself, or "
            "train one GAN with classes."
        )
