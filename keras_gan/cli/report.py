"""`keras-gan report`: runs as one HTML page."""

import argparse
import pathlib

from keras_gan import reports
from keras_gan.cli import arguments as kinds
from keras_gan.cli.apart import check_apart_from_run
from keras_gan.cli.run_folder import RunFolder, newest_run
from keras_gan.reports.writing import NAME, SUFFIXES

SUMMARY = "write a page about a run, or about several side by side"
DESCRIPTION = (
    "Writes one HTML file that needs no server and loads nothing: samples now "
    "and through time, curves, metrics, findings about the training, the "
    "commands that repeat and resume the run. It also works for runs that "
    "are still going on or were killed."
)
_MEGABYTE = 1_000_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of the command to its parser."""
    parser.add_argument(
        "runs",
        nargs="*",
        metavar="RUN",
        help="folders of runs (default: the newest run in runs/)",
    )
    parser.add_argument(
        "--out",
        type=_page,
        metavar="PATH",
        help=f"ends in .html (default: {NAME} in the folder of the run; of "
        "several runs, in the current folder)",
    )
    parser.add_argument("--title", help="title (default: names of the runs)")
    parser.add_argument(
        "--max-size",
        type=kinds.positive_number,
        metavar="MB",
        default=5,
        help="megabytes of the file, at most: pictures are made smaller until "
        "it fits (default: 5)",
    )


def _page(text: str) -> str:
    """The path of a page."""
    if pathlib.Path(text).suffix.lower() not in SUFFIXES:
        raise argparse.ArgumentTypeError(
            f"must be an .html file. Received: {text!r}"
        )
    return text


def run(options: argparse.Namespace) -> int:
    """Writes the page; returns the exit code."""
    folders = options.runs or [newest_run().path]
    several = len(folders) > 1
    out = options.out or (NAME if several else None)
    for run in map(RunFolder, folders):
        if not run.config_path.is_file():
            run.read_config()  # Its error says which runs there are.
        check_apart_from_run(run.model_path, out)
    path = reports.write(
        folders,
        out,
        title=options.title,
        max_bytes=max(1, int(options.max_size * _MEGABYTE)),
    )
    size = path.stat().st_size / _MEGABYTE
    print(f"{len(folders)} run{'s' * several}, {size:.2g} MB: {path}")
    return 0


def write_at_end(folder: RunFolder) -> pathlib.Path | None:
    """Writes the page of a run that has stopped; an error is only a warning.

    Args:
        folder: The folder of the run.

    Returns:
        Its path, or `None` if it could not be written.
    """
    try:
        return reports.write(folder.path)
    except Exception as error:  # The model is saved, whatever it is.
        kinds.print_error(f"the report is not written: {error}", "warning")
        return None
