"""Options that would be ignored are refused."""

import argparse


def refuse(
    options: argparse.Namespace, names: tuple[str, ...], where: str
) -> None:
    """Refuses options that would be ignored.

    Args:
        options: Of a command.
        names: Of its options, those without effect.
        where: In which case.

    Raises:
        ValueError: If one was given.
    """
    for name in names:
        value = getattr(options, name)
        if value is not None and value is not False:
            option = f"--{name.replace('_', '-')}"
            raise ValueError(
                f"`{option}` has no effect {where}. Received: {option}"
                + f" {value}" * (value is not True)
                + ". Leave it out."
            )
