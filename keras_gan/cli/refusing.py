"""Refuses options that have no meaning beside others."""

import argparse
from collections.abc import Sequence


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
