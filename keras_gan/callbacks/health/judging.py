"""What a finding depends on, and how sure it is."""

import dataclasses
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_gan.callbacks.health.series import LONGEST, Series
from keras_gan.utils.findings import Finding

FIRST_STEP = 300
"""Step of the first check: before, samples are noise and say nothing."""


@dataclasses.dataclass(frozen=True)
class Setup:
    """What advice depends on.

    Attributes:
        loss: Name of the class of the adversarial loss.
        penalty_weight: What sets how strong the discriminator's penalty is, in
            words; empty if there is none.
        is_augmented: Whether the GAN has an augmenter.
    """

    loss: str = "RelativisticLoss"
    penalty_weight: str = "`gamma` of `R1`"
    is_augmented: bool = False

    @property
    def has_penalties(self) -> bool:
        """Whether the discriminator has penalties."""
        return bool(self.penalty_weight)


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


def too_short_to_judge(
    steps: int, between: float, series: Series, findings: Sequence[Finding]
) -> Finding | None:
    """Returns a remark on a run that was not checked often enough.

    Without findings such a run is not healthy, but unknown.

    Args:
        steps: Number of its steps.
        between: Steps from one check to the next.
        series: What was measured.
        findings: What was found, in the data or in rounds.
    """
    checks = len(series.rows)
    was_judged = any(one.round is not None for one in findings)
    if checks >= LONGEST or was_judged:
        return None
    # One more, because the first check may come late.
    enough = FIRST_STEP + math.ceil(between) * (LONGEST + 1)
    return Finding(
        "too_short_to_judge",
        evidence={"steps": steps, "checks": checks, "needed": LONGEST},
        advice=f"The health checks begin at step {FIRST_STEP}, and what they "
        f"look for must last: train for at least {enough} `--steps` (in "
        "Python, more `epochs`) before you take silence for health.",
        when="at the end",
    )
