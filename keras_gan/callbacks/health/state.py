"""`HealthState`: what a run that goes on needs to know."""

import dataclasses
import json
from typing import Any

from keras_gan.callbacks.health.series import Series
from keras_gan.utils.findings import Finding
from keras_gan.utils.records import parse_json


@dataclasses.dataclass(frozen=True)
class HealthState:
    """The findings and the measurements so far.

    Attributes:
        findings: In the order in which they were made.
        series: The measurements.
    """

    findings: list[Finding] = dataclasses.field(default_factory=list)
    series: Series = dataclasses.field(default_factory=Series)


def parsed(state: dict[str, Any] | None) -> HealthState:
    """Returns what `TrainingHealth.state` returned, each value checked.

    Args:
        state: The dict, or None.

    Raises:
        ValueError: If it is something else.
    """
    return parse_json(json.dumps(state or {}), HealthState, "`state`")
