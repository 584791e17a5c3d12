"""Types of arguments, options that commands share, errors in one line."""

import argparse
import sys
from collections.abc import Sequence
from typing import NoReturn

from keras_gan.datasets.layout import SPLITS
from keras_gan.utils.records import (
    MOST_IMAGES,
    MOST_MINUTES,
    MOST_NUMBER,
    MOST_STEPS,
    MOST_UNITS,
)

PROGRAM = "keras-gan"
EXIT_USER_ERROR = 2
METRICS = ("fid", "kid", "is", "prdc")


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one line, without the usage."""

    def error(self, message: str) -> NoReturn:
        print_error(f"{message}. Try `{self.prog} --help`.")
        sys.exit(EXIT_USER_ERROR)


class HelpFormatter(argparse.HelpFormatter):
    """Help with more space for the names of options."""

    def __init__(self, prog: str):
        super().__init__(prog, max_help_position=28, width=80)


def print_error(message: str, kind: str = "error") -> None:
    """Writes one line to the standard error."""
    line = " ".join(str(message).split())
    print(f"{PROGRAM}: {kind}: {line}", file=sys.stderr, flush=True)


def positive_integer(text: str, least: int = 1, most: int = MOST_IMAGES) -> int:
    """A whole number, at least 1, that may count images."""
    number = _number(text, int, "a whole number")
    if number < least:
        raise argparse.ArgumentTypeError(
            f"must be at least {least}, not {_short(text)}"
        )
    if number > most:
        raise argparse.ArgumentTypeError(
            f"must be at most {most}, not {_short(text)}"
        )
    return int(number)


def whole_number(text: str) -> int:
    """A whole number, at least 0."""
    return positive_integer(text, least=0)


def two_or_more(text: str) -> int:
    """A whole number, at least 2."""
    return positive_integer(text, least=2)


def steps(text: str) -> int:
    """A whole number, at least 1, that may count training steps."""
    return positive_integer(text, most=MOST_STEPS)


def minutes(text: str) -> float:
    """A number above 0 that may count minutes."""
    number = positive_number(text)
    if number > MOST_MINUTES:
        raise argparse.ArgumentTypeError(
            f"must be at most {MOST_MINUTES}, not {_short(text)}"
        )
    return number


def units(text: str) -> int:
    """A whole number, at least 1: units of a layer, pixels of a side."""
    return positive_integer(text, most=MOST_UNITS)


def metrics(text: str) -> list[str]:
    """`fid,kid` as a list of unique names; `none` as an empty list."""
    names = list(dict.fromkeys(name.strip() for name in text.split(",")))
    if names == ["none"]:
        return []
    unknown = [name for name in names if name not in METRICS]
    if unknown:
        raise argparse.ArgumentTypeError(
            f"must be some of {', '.join(METRICS)}, not "
            f"{', '.join(unknown) or text}; tables and text have their own "
            "metrics, without this option"
        )
    return names


def names(text: str) -> list[str]:
    """`a,b` as a list of names."""
    found = [name.strip() for name in text.split(",")]
    if not all(found):
        raise argparse.ArgumentTypeError(
            f"must be names with commas between them, not {_short(text)!r}"
        )
    return found


def positive_number(text: str) -> float:
    """A number above 0."""
    number = _number(text, float, "a number")
    # Written so that NaN is refused too.
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"must be above 0, not {_short(text)}")
    return number


def rate(text: str) -> float:
    """A number above 0 that float32 can hold, and products of it too."""
    number = positive_number(text)
    if number >= MOST_NUMBER:
        raise argparse.ArgumentTypeError(
            f"must be below {MOST_NUMBER:g}, not {_short(text)}"
        )
    return number


def weight(text: str) -> float:
    """A number of 0 or more that float32 can hold."""
    number = _number(text, float, "a number")
    if not 0 <= number < MOST_NUMBER:  # NaN is refused, too.
        raise argparse.ArgumentTypeError(
            f"must be at least 0 and below {MOST_NUMBER:g}, not {_short(text)}"
        )
    return number


def seed(text: str) -> int:
    """A whole number from 0 to 2^31 - 1."""
    number = _number(text, int, "a whole number")
    if not 0 <= number < 2**31:
        raise argparse.ArgumentTypeError(
            f"must be from 0 to {2**31 - 1}, not {_short(text)}"
        )
    return int(number)


def frames_per_second(text: str) -> float:
    """A number from 1 to 50."""
    number = positive_number(text)
    if not 1 <= number <= 50:
        raise argparse.ArgumentTypeError(
            f"must be from 1 to 50, not {_short(text)}"
        )
    return number


def numbers(text: str) -> list[float]:
    """`-1,0,1` as a list of finite numbers."""
    found = [_number(part, float, "numbers") for part in text.split(",")]
    if not all(abs(number) < MOST_NUMBER for number in found):
        raise argparse.ArgumentTypeError(
            f"must be finite numbers, not {_short(text)}"
        )
    return found


def image_size(text: str) -> tuple[int, int]:
    """`N` or `HxW` as (height, width)."""
    sizes = text.lower().split("x")
    if len(sizes) > 2:
        raise argparse.ArgumentTypeError(
            f"must be N or HxW (height x width) in pixels, not {_short(text)}"
        )
    height, width = (units(size) for size in (sizes * 2)[:2])
    return height, width


def add_seed(parser, determines: str, default: int | None) -> None:
    """Adds `--seed`; without a default the seed is random."""
    shown = "random" if default is None else default
    parser.add_argument(
        "--seed",
        type=seed,
        metavar="N",
        default=default,
        help=f"determines {determines} (default: {shown})",
    )


def add_batch_size(parser) -> None:
    """Adds `--batch-size` of commands that do not train."""
    parser.add_argument(
        "--batch-size",
        type=positive_integer,
        metavar="N",
        default=64,
        help="images per batch (default: 64)",
    )


def add_truncation(parser) -> None:
    """Adds `--truncation`."""
    parser.add_argument(
        "--truncation",
        type=weight,
        metavar="BOUND",
        help="largest absolute value of a latent, such as 1, or, of stylegan2, "
        "the share of each style's distance from the mean that is kept, such "
        "as 0.7: smaller is more typical and less varied (default: no bound)",
    )


def add_image_options(parser) -> None:
    """Adds `--image-size` and `--channels`."""
    parser.add_argument(
        "--image-size",
        type=image_size,
        metavar="N|HxW",
        help="resize to N x N pixels, or to height x width (default: no "
        "resizing)",
    )
    parser.add_argument(
        "--channels",
        type=int,
        choices=(1, 2, 3, 4),
        help="1 grayscale, 3 RGB, 4 RGBA; of sounds 1 mono, 2 stereo (default: "
        "no conversion)",
    )


def add_num_workers(parser) -> None:
    """Adds `--num-workers`."""
    parser.add_argument(
        "--num-workers",
        type=whole_number,
        metavar="N",
        help="threads that decode images, 0 or 1 for no parallelism (default: "
        "the cores that the command may use)",
    )


def add_split(parser, of: str = "DATA") -> None:
    """Adds `--split`."""
    parser.add_argument(
        "--split",
        choices=tuple(SPLITS),
        help=f"the part of {of} to use, where it has such folders or arrays "
        "(default: train where there is one, else everything)",
    )


def _number(text: str, kind: type, words: str):
    try:
        return kind(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(
            f"must be {words}, not {_short(text)!r}"
        ) from error


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}..."


def refuse(
    options: argparse.Namespace, names: Sequence[str], what: str
) -> None:
    """Raises an error if one of some options is given.

    Args:
        options: Arguments of the command line, None where left out.
        names: Names of the options.
        what: What they are for.

    Raises:
        ValueError: If one is given.
    """
    for name in names:
        if getattr(options, name) not in (None, False):
            option = f"--{name.replace('_', '-')}"
            raise ValueError(
                f"`{option}` is for {what}. Received: {option}. Leave it out."
            )
