"""`Finding`: what is wrong with a training, in numbers and in words."""

import dataclasses
import math
from typing import Any


@dataclasses.dataclass(frozen=True)
class Finding:
    """One finding.

    Attributes:
        name: What was found, such as `"mode_collapse"`.
        confidence: How sure that is, from 0 to 1, or words.
        evidence: Numbers by their names, or words.
        advice: What to change, by the names of options and arguments.
        when: The round in which it was found, or words.

    Example:

    >>> evidence = {"classes": [1, 4], "diversity": 0.12, "checks": 4}
    >>> Finding("class_collapse", 0.8, evidence, when=9).evidence_in_words
    'classes 1 and 4, diversity 0.12, checks 4'
    """

    name: str
    confidence: float | str | None = None
    evidence: Any = None
    advice: str = ""
    when: int | float | str | None = None

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
        """The evidence in one line."""
        return _in_words(self.evidence)

    @property
    def sentence(self) -> str:
        """The finding in one line."""
        about = filter(None, (self.when_in_words, self.confidence_in_words))
        told = f"{self.title} ({', '.join(about)})".removesuffix(" ()")
        evidence = f"{self.evidence_in_words}. ".removeprefix(". ")
        return f"{told}: {evidence}{self.advice}".strip(" :")


def _in_words(evidence: Any) -> str:
    if isinstance(evidence, dict):
        return ", ".join(
            f"{str(name).replace('_', ' ')} {_in_words(value)}"
            for name, value in evidence.items()
        )
    if isinstance(evidence, list):
        return " and ".join(map(_in_words, evidence))
    if isinstance(evidence, float):
        return f"{evidence:.4g}"
    return "" if evidence is None else str(evidence)
