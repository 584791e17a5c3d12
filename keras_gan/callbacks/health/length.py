"""A run that ended before the checks could find anything."""

from collections.abc import Sequence

from keras_gan.callbacks.health.series import LONGEST, Series
from keras_gan.utils.findings import Finding

FIRST_STEP = 300
"""Step of the first check: before, samples are noise and say nothing."""


def too_short_to_judge(
    steps: int, series: Series, findings: Sequence[Finding]
) -> Finding | None:
    """Returns a remark on a run that was not checked often enough.

    Without findings such a run is not healthy, but unknown.

    Args:
        steps: Number of its steps.
        series: What was measured.
        findings: What was found, in the data or in rounds.
    """
    checks = len(series.rows)
    was_judged = any(one.round is not None for one in findings)
    if checks >= LONGEST or was_judged:
        return None
    return Finding(
        "too_short_to_judge",
        evidence={"steps": steps, "checks": checks, "needed": LONGEST},
        advice=f"The health checks begin at step {FIRST_STEP}, and what they "
        "look for must last: train for more `--steps` (in Python, `epochs`) "
        "before you take silence for health.",
        when="at the end",
    )
