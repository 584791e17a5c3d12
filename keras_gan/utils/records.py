"""Reading our own JSON files: every value is checked against a schema."""

import dataclasses
import json
import os
import pathlib
from typing import Annotated, Any, TypeVar

import msgspec

Record = TypeVar("Record")

# Limits of numbers in files and options: far beyond any use, and small enough
# that products of them stay within 64 bits.
MOST_STEPS = 10**15
MOST_IMAGES = 2**31 - 1
MOST_UNITS = 2**16
MOST_NUMBER = 1e30
MOST_MINUTES = 10**7

Count = Annotated[int, msgspec.Meta(ge=1, le=MOST_IMAGES)]
Number = Annotated[int, msgspec.Meta(ge=0, le=MOST_IMAGES)]
Units = Annotated[int, msgspec.Meta(ge=1, le=MOST_UNITS)]
Steps = Annotated[int, msgspec.Meta(ge=1, le=MOST_STEPS)]
StepsDone = Annotated[int, msgspec.Meta(ge=0, le=MOST_STEPS)]
Seed = Annotated[int, msgspec.Meta(ge=0, lt=2**31)]
Rate = Annotated[float, msgspec.Meta(gt=0, lt=MOST_NUMBER)]
Weight = Annotated[float, msgspec.Meta(ge=0, lt=MOST_NUMBER)]
Minutes = Annotated[float, msgspec.Meta(gt=0, le=MOST_MINUTES)]
Decay = Annotated[float, msgspec.Meta(ge=0, lt=1)]
# Text that may be a path.
Text = Annotated[str, msgspec.Meta(pattern=r"^[^\x00]+$")]


def read_json(path: str | os.PathLike, kind: type[Record]) -> Record:
    """Reads a JSON file that must hold a record of a kind.

    Args:
        path: The file.
        kind: A dataclass, with limits of numbers in its annotations.

    Raises:
        OSError: If it cannot be read.
        ValueError: If it is damaged, or holds anything else.
    """
    return parse_json(pathlib.Path(path).read_bytes(), kind, f"`{path}`")


def parse_json(data: bytes | str, kind: type[Record], where: str) -> Record:
    """Parses JSON that must hold a record of a kind.

    Args:
        data: JSON as text or UTF-8.
        kind: As for `read_json`.
        where: Where it comes from, for the error.

    Raises:
        ValueError: If it is damaged, or holds anything else.
    """
    try:
        # Python's own parser, because names of files need not be valid text.
        return msgspec.convert(json.loads(data), kind)
    except (msgspec.MsgspecError, RecursionError, ValueError) as error:
        raise ValueError(
            f"{where} is damaged, or was not written by this version of "
            f"keras-gan: {error}. Restore it from a copy."
        ) from error


def to_json(record: Any) -> str:
    """Returns a dataclass or a dict as JSON that `parse_json` reads."""
    plain = record if isinstance(record, dict) else dataclasses.asdict(record)
    return json.dumps(plain, indent=2) + "\n"
