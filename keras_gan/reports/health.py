"""Reading `health.json`: what was found wrong with a training."""

import dataclasses
import json
import math
import pathlib
from typing import Any

import msgspec


@dataclasses.dataclass(frozen=True)
class Finding:
    """One finding.

    Attributes:
        when: The round, or words.
        name: What was found.
        confidence: How sure that is, from 0 to 1, or words.
        evidence: Numbers by their names, or words.
        advice: What to change.
    """

    name: str
    when: float | str | None = None
    confidence: float | str | None = None
    evidence: Any = None
    advice: str = ""

    @property
    def title(self) -> str:
        """The name in words."""
        words = self.name.replace("_", " ").strip()
        return words[:1].upper() + words[1:]

    @property
    def round(self) -> float | None:
        """The round, if it is known."""
        if isinstance(self.when, str) or self.when is None:
            return None
        return self.when if math.isfinite(self.when) else None

    @property
    def when_in_words(self) -> str:
        """When it was found."""
        if self.round is None:
            return "" if self.when is None else str(self.when)
        return f"round {self.round:g}"

    @property
    def confidence_in_words(self) -> str:
        """How sure it is."""
        if isinstance(self.confidence, str) or self.confidence is None:
            return self.confidence or ""
        return f"{self.confidence:.0%} sure"

    @property
    def evidence_in_words(self) -> str:
        """The evidence as one line."""
        return _in_words(self.evidence)


def read_findings(path: pathlib.Path) -> list[Finding]:
    """Reads the findings of a run, by their rounds.

    Args:
        path: A `health.json`, which may be missing.

    Raises:
        OSError: If it exists and cannot be read.
        ValueError: If it is damaged.
    """
    if not path.exists():
        return []
    try:
        found = msgspec.convert(json.loads(path.read_bytes()), list[Finding])
    except (msgspec.MsgspecError, RecursionError, ValueError) as error:
        raise ValueError(f"{path.name} is damaged: {error}") from error
    return sorted(found, key=lambda finding: finding.round or 0)


def _in_words(evidence: Any) -> str:
    if isinstance(evidence, dict):
        return ", ".join(f"{k} {_in_words(v)}" for k, v in evidence.items())
    if isinstance(evidence, list):
        return ", ".join(map(_in_words, evidence))
    if isinstance(evidence, float):
        return f"{evidence:.4g}"
    return "" if evidence is None else str(evidence)
