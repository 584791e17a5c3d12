"""`write`: the folder of a run as one HTML page."""

import os
import pathlib
from collections.abc import Sequence

from keras_gan.reports.gallery import Detail
from keras_gan.reports.page import MARK, render
from keras_gan.reports.run import Run, read_run
from keras_gan.utils.arguments import integer
from keras_gan.utils.files import replacing

Path = str | os.PathLike

NAME = "report.html"
SUFFIXES = (".html", ".htm")
# The most detail first: what a page is made of until it is small enough.
_DETAILS = (
    Detail(1088, 640, 82, 12),
    Detail(900, 480, 74, 10),
    Detail(720, 360, 64, 8),
    Detail(540, 256, 50, 6),
    Detail(360, 160, 40, 4),
)


def write(
    runs: Path | Sequence[Path],
    path: Path | None = None,
    *,
    title: str | None = None,
    max_bytes: int = 5_000_000,
) -> pathlib.Path:
    """Writes one HTML page about one run, or about several side by side.

    The page is a single file that needs no server and loads nothing: samples
    now and through time, curves of all that was logged, metrics, the findings
    of `health.json`, pictures that other commands drew into the folder of the
    run, the commands that repeat and resume it, its settings and versions. It
    is also made of a run that is still going on, was killed or is damaged, and
    then says what is missing. No model is loaded.

    Args:
        runs: The folder of a run of `keras-gan train`, or several folders.
        path: The file; only a page of this function is replaced. Default:
            `report.html` in the folder of the run. Needed for several.
        title: Title of the page. Default: the names of the runs.
        max_bytes: Size of the file, at most. Pictures are made smaller until
            it is kept.

    Returns:
        The path of the file.

    Raises:
        FileNotFoundError: If one of `runs` is not the folder of a run.
        OSError: If a file cannot be read or written.
        ValueError: If a file that is no report exists there, the page cannot
            be made that small, or a run's `config.json` is damaged.

    Example:

    >>> folder = pathlib.Path("runs/mine")
    >>> folder.mkdir(parents=True)
    >>> _ = (folder / "config.json").write_text('{"settings": {"steps": 9}}')
    >>> write(folder).name
    'report.html'
    """
    integer("max_bytes", max_bytes, at_least=1)
    folders = [runs] if isinstance(runs, str | os.PathLike) else runs
    folders = list(dict.fromkeys(os.fspath(folder) for folder in folders))
    if not folders:
        raise ValueError("`runs` must name at least one run. Received: none.")
    path = _checked(path, folders)
    opened = [read_run(folder) for folder in folders]
    page = _small_page(opened, title, max_bytes)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path, shared=True) as aside:
            aside.write_bytes(page)
    except OSError as error:
        raise OSError(
            error.errno,
            f"The report cannot be written ({error.strerror}); choose another "
            "path, or make the folder writable",
            str(path),
        ) from error
    return path


def _small_page(
    runs: Sequence[Run], title: str | None, max_bytes: int
) -> bytes:
    """The page with as much detail as its size allows."""
    # Pictures of many runs are not worth a try in full.
    first = min(len(_DETAILS) - 1, (len(runs) - 1) // 3)
    for detail in _DETAILS[first:]:
        page = render(runs, detail, title)
        if len(page) <= max_bytes:
            return page
    raise ValueError(
        f"`max_bytes` is too small for these runs, which take {len(page):,} "
        f"bytes. Received: max_bytes={max_bytes}. Allow more, or report on "
        "fewer runs at once."
    )


def _checked(path: Path | None, folders: Sequence[Path]) -> pathlib.Path:
    """The path, if a page may be written there."""
    if path is None and len(folders) > 1:
        raise ValueError(
            f"`path` must be given for several runs. Received: {len(folders)} "
            "runs without it. Name an .html file."
        )
    path = pathlib.Path(folders[0], NAME) if path is None else path
    path = pathlib.Path(path)
    if path.suffix.lower() not in SUFFIXES or path.is_dir():
        raise ValueError(
            f"`path` must be an .html file. Received: {str(path)!r}. Choose "
            "another name."
        )
    if os.path.lexists(path) and MARK.encode() not in _beginning(path):
        raise ValueError(
            f"`{path}` exists already, and is no report of keras-gan. Choose "
            "another name, or remove it first."
        )
    return path


def _beginning(path: pathlib.Path) -> bytes:
    with open(path, "rb") as file:
        return file.read(1000)
