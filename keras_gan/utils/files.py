"""Files that are written whole or not at all."""

import contextlib
import hashlib
import os
import pathlib
import stat
from collections.abc import Iterator

_ASIDE = ".writing-"
# Bytes of a name, the most on common systems less what comes before it.
_LONGEST = 255 - 20


@contextlib.contextmanager
def replacing(
    path: str | os.PathLike, *, shared: bool = False, flush: bool = True
) -> Iterator[pathlib.Path]:
    """Yields a temporary path to write to, and then renames it to `path`.

    A full disk, an error or a killed process leaves the old file as it was.
    The temporary file of a killed process is overwritten by the next writer,
    unless it is shared.

    Args:
        path: File to replace, in a folder that exists.
        shared: Whether several processes may write this file at once. Each
            then has a temporary file of its own.
        flush: Whether to wait until it is on the disk, which is slow for many
            small files. Otherwise a power failure may leave an empty file.
    """
    path = pathlib.Path(path)
    aside = temporary_path(path, f"{os.getpid()}-" if shared else "")
    try:
        with naming(path):
            # What is there may be a link to somebody else's file.
            aside.unlink(missing_ok=True)
            yield aside
            if flush:
                _flush(aside)
            os.replace(aside, path)
            if flush:
                _flush_folder(path.parent)
    finally:
        aside.unlink(missing_ok=True)


@contextlib.contextmanager
def naming(path: str | os.PathLike) -> Iterator[None]:
    """Names a file in errors of the system that name none.

    Args:
        path: The file that is written inside the context.
    """
    try:
        yield
    except OSError as error:
        if error.errno is None or error.filename is not None:
            raise
        raise OSError(error.errno, error.strerror, str(path)) from error


def mount_point(path: str | os.PathLike) -> str:
    """Returns where the disk of a path is mounted.

    Args:
        path: A path, which need not exist.

    Example:

    >>> mount_point("/")
    '/'
    """
    place = os.path.realpath(path)
    while not os.path.ismount(place) and os.path.dirname(place) != place:
        place = os.path.dirname(place)
    return place


def temporary_path(path: pathlib.Path, process: str = "") -> pathlib.Path:
    """The temporary path of `replacing`, which a killed process may leave."""
    # The suffix stays: some writers choose the format by it.
    name = path.name
    if len(os.fsencode(name)) > _LONGEST:
        name = name[-_LONGEST // 4 :]
    return path.with_name(f"{_ASIDE}{process}{name}")


def is_temporary(path: pathlib.Path) -> bool:
    """Whether a file is one of `replacing`, left by a killed process."""
    return path.name.startswith(_ASIDE)


def sha256(path: str | os.PathLike) -> str:
    """Returns the SHA-256 of a file as hexadecimal digits."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def kind_of_file(mode: int) -> str:
    """What a file is that is no regular one, in words.

    Args:
        mode: `st_mode` of the file.

    Example:

    >>> kind_of_file(stat.S_IFIFO)
    'a pipe'
    """
    kinds = {
        stat.S_IFDIR: "a folder",
        stat.S_IFIFO: "a pipe",
        stat.S_IFSOCK: "a socket",
        stat.S_IFCHR: "a device",
        stat.S_IFBLK: "a device",
        stat.S_IFLNK: "a link",
    }
    return kinds.get(stat.S_IFMT(mode), "not a regular file")


def _flush(path) -> None:
    """Waits until the content of a file is on the disk."""
    with open(path, "rb+") as file:
        os.fsync(file.fileno())


def _flush_folder(path) -> None:
    """The same for the names in a folder, where folders can be opened."""
    with contextlib.suppress(OSError):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
