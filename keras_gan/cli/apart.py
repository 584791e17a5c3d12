"""What a command writes must be apart from the images that it reads."""

import os
import pathlib

from keras_gan import datasets
from keras_gan.cli.run_folder import RUNS, RunFolder


def check_apart(
    data: str,
    out: str | os.PathLike | None,
    option: str = "--out",
    of: str = "DATA",
) -> None:
    """Refuses to write where images are read.

    Args:
        data: DATA of the command line, or of a run.
        out: What will be written; `None` is a new run in `runs/`.
        option: Where `out` comes from.
        of: What `data` is called.

    Raises:
        ValueError: If one of them is in the other.
    """
    if not os.path.isdir(data) or data in datasets.BUILTIN_NAMES:
        return
    one, other = (
        pathlib.Path(os.path.realpath(path)) for path in (data, out or RUNS)
    )
    # A new run in `runs/` has a name that no DATA has.
    around = out is not None and one.is_relative_to(other)
    if around or other.is_relative_to(one):
        received = f"default {RUNS}/" if out is None else f"{option} {out}"
        raise ValueError(
            f"`{option}` must be apart from {of}, whose images it would mix "
            f"with generated ones. Received: {of} {data}, {received}. Choose "
            f"another {option}."
        )


def check_apart_from_run(
    model: pathlib.Path, out: str | os.PathLike | None
) -> None:
    """Refuses to write among the images that a GAN was trained on.

    Args:
        model: The file of the GAN, in the folder of a run or elsewhere.
        out: What will be written; `None` is beside the model.

    Raises:
        ValueError: If it is where the run reads its images.
    """
    try:
        config = RunFolder(model.parent).read_config()
    except (OSError, ValueError):  # It is no run: nothing is known.
        return
    if out is not None:
        check_apart(config.settings.data, out)
