"""Folders and files that only one process may write at a time."""

import contextlib
import os
import pathlib
import stat
from collections.abc import Iterator

from filelock import FileLock, SoftFileLock, Timeout

LOCK = ".lock"


@contextlib.contextmanager
def holding_folder(
    folder: pathlib.Path, *, new: bool = False
) -> Iterator[None]:
    """Creates a folder, if needed, and holds it for this process.

    The lock ends with the process, however that ends. A folder that is still
    empty at the end is removed, and so are its parents, if they were created.

    Args:
        folder: The folder.
        new: Whether it must not exist yet.

    Raises:
        FileExistsError: If it exists and must not.
        ValueError: If another process holds it.
        OSError: If it cannot be written.
    """
    folder = pathlib.Path(folder)
    with _made(folder, new), _locked(folder / LOCK, folder):
        yield


@contextlib.contextmanager
def holding_file(path: pathlib.Path) -> Iterator[None]:
    """Holds a file that this process will write; creates its folder.

    Args:
        path: The file, which may not exist yet.

    Raises:
        ValueError: If another process holds it.
        OSError: If its folder cannot be written.
    """
    path = pathlib.Path(path)
    lock = path.with_name(f"{LOCK}-{path.name}")
    with _made(path.parent), _locked(lock, path):
        yield


def is_lock(path: pathlib.Path) -> bool:
    """Whether a file is a lock, perhaps of a process that was killed."""
    return path.name == LOCK or path.name.startswith(f"{LOCK}-")


@contextlib.contextmanager
def _made(folder: pathlib.Path, new: bool = False) -> Iterator[None]:
    made = [p for p in (folder, *folder.parents) if not os.path.lexists(p)]
    try:
        try:
            folder.mkdir(parents=True, exist_ok=not new)
        except FileExistsError:
            made.clear()  # Another process was faster, and they are its own.
            raise
        yield
    finally:
        for path in made:
            with contextlib.suppress(OSError):  # It is not empty.
                path.rmdir()


@contextlib.contextmanager
def _locked(path: pathlib.Path, held: pathlib.Path) -> Iterator[None]:
    _check_own(path)
    lock = FileLock(path)
    try:
        lock.acquire(blocking=False)
    except Timeout as error:
        raise ValueError(
            f"`{held}` is in use by another process of keras-gan. Wait until "
            "it ends, or choose another folder or file."
        ) from error
    try:
        yield
    finally:
        # Before the release: nobody else can have it, and whoever waits for
        # this file looks for its name again.
        path.unlink(missing_ok=True)
        lock.release()


def _check_own(lock: pathlib.Path) -> None:
    """Refuses a file of that name that is not a lock.

    Locks are empty, but where the disk has none and the process is named.
    """
    try:
        found = lock.lstat()
    except OSError:  # It is not there, or its folder says what is wrong.
        return
    if not stat.S_ISREG(found.st_mode) or (
        found.st_size and SoftFileLock(lock).pid is None
    ):
        raise ValueError(
            f"`{lock}` is in the way, and keras-gan did not write it. Move it "
            "away, or choose another folder or file."
        )
