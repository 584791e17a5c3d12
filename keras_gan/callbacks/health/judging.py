"""What a finding depends on, and how sure it is."""

import dataclasses
from typing import Any

import numpy as np


@dataclasses.dataclass(frozen=True)
class Setup:
    """What advice depends on.

    Attributes:
        loss: Name of the class of the adversarial loss.
        has_penalties: Whether the discriminator has penalties.
        is_augmented: Whether the GAN has an augmenter.
    """

    loss: str = "RelativisticLoss"
    has_penalties: bool = True
    is_augmented: bool = False


def certainty(values: Any, threshold: float, extreme: float) -> float:
    """How sure a finding is: by the mildest of the values that led to it.

    Args:
        values: The values, all beyond the threshold.
        threshold: Where the confidence is 0.7.
        extreme: Where it is 0.99, above or below the threshold.

    Example:

    >>> certainty([0.1, 0.0], threshold=0.2, extreme=0.0)
    0.84
    """
    shares = (np.asarray(values) - threshold) / (extreme - threshold)
    share = min(1.0, max(0.0, float(shares.min())))
    return round(0.7 + 0.29 * share, 2)


def rounded(value: Any) -> Any:
    """A number to three significant digits, as plain Python.

    Example:

    >>> rounded(np.float32(0.123456)), rounded(7)
    (0.123, 7)
    """
    return float(f"{float(value):.3g}") if not isinstance(value, int) else value
