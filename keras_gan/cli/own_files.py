"""Files in a folder that a command has written, and may remove again."""

import contextlib
import itertools
import os
import pathlib
import stat
import zipfile
from collections.abc import Iterable, Iterator

from keras_gan.images.formats import open_picture
from keras_gan.utils.files import is_temporary, temporary_path
from keras_gan.utils.locks import holding_file, is_lock


def paths_inside(
    folder: pathlib.Path, names: Iterable[str], record: pathlib.Path
) -> list[pathlib.Path]:
    """Returns the paths of files that a record lists, all of them checked.

    Args:
        folder: The folder of the files.
        names: Relative paths, with `/` as the separator.
        record: The file that lists them, for the error.

    Raises:
        ValueError: If one leads out of the folder or through a link, or is
            not a regular file; it may have been written by somebody else.
    """
    known: set[pathlib.Path] = set()
    paths = []
    for name in names:
        parts = pathlib.PurePosixPath(name).parts
        outside = name.startswith("/") or "\0" in name or ".." in parts
        path = folder.joinpath(*parts)
        if outside or not _is_plain(folder, path, known):
            raise ValueError(
                f"`{record}` lists `{name}`, which is not a regular file in "
                "its folder. Nothing was removed. Choose another --out, or "
                "remove the folder yourself."
            )
        paths.append(path)
    return paths


def check_way(
    folder: pathlib.Path,
    needed: Iterable[pathlib.Path],
    own: Iterable[pathlib.Path],
    command: str,
) -> None:
    """Raises an error if a path that is needed is somebody else's.

    Args:
        folder: The folder of the files.
        needed: Paths in it that will be written.
        own: Paths that the command wrote before.
        command: Its name.

    Raises:
        ValueError: If one is taken, or leads through a link or a file.
    """
    known: set[pathlib.Path] = set()
    for path in sorted(set(needed).difference(own)):
        if os.path.lexists(path) or not _is_plain(folder, path, known):
            raise ValueError(
                f"`{path}` is in the way, and `keras-gan {command}` did not "
                "write it. Move it away, or choose another --out."
            )


def is_leftover(path: pathlib.Path) -> bool:
    """Whether a killed process may have left a file before it began."""
    return is_lock(path) or is_temporary(path)


def mark(command: str) -> str:
    """The mark that a command leaves in its files.

    Args:
        command: Name of the command, such as "generate".
    """
    return f"keras-gan {command}"


def check_replaceable(path: pathlib.Path, command: str) -> None:
    """Raises an error if a file exists that a command did not write.

    Args:
        path: A .png, .gif, .mp4, .wav or .npz, which may not exist yet.
        command: Name of the command.

    Raises:
        ValueError: If it has no mark of the command.
    """
    if os.path.lexists(path) and not _has_mark(path, mark(command)):
        raise ValueError(
            f"`{path}` exists already, and `keras-gan {command}` did not write "
            "it. Choose another name, or remove it first."
        )


def remove(folder: pathlib.Path, paths: Iterable[pathlib.Path]) -> None:
    """Removes files, and folders in `folder` that are then empty."""
    parents: set[pathlib.Path] = set()
    for path in paths:
        path.unlink(missing_ok=True)
        temporary_path(path).unlink(missing_ok=True)
        parents.update(_between(folder, path))
    for parent in sorted(parents, reverse=True):  # The inner ones first.
        with contextlib.suppress(OSError):  # It is not empty.
            parent.rmdir()


def _between(folder, path) -> Iterator[pathlib.Path]:
    """The folders around a path in `folder`, from the inner ones on."""
    return itertools.takewhile(lambda p: p != folder, path.parents)


def _is_plain(folder, path, known: set[pathlib.Path]) -> bool:
    """Whether it is a regular file, or missing, in real folders in `folder`."""
    if folder not in path.parents:
        return False
    for parent in _between(folder, path):
        if parent in known:
            break
        if os.path.lexists(parent) and not stat.S_ISDIR(parent.lstat().st_mode):
            return False
        known.add(parent)
    return not os.path.lexists(path) or stat.S_ISREG(path.lstat().st_mode)


def _has_mark(path: pathlib.Path, expected: str) -> bool:
    try:
        if path.suffix.lower() == ".npz":
            with zipfile.ZipFile(path) as archive:
                return archive.comment == expected.encode()
        if path.suffix.lower() in (".mp4", ".wav"):
            return expected.encode() in path.read_bytes()
        with path.open("rb") as file, open_picture(file) as picture:
            marks = [picture.info.get(key) for key in ("Software", "comment")]
            return expected in marks or expected.encode() in marks
    except Exception:  # Each decoder raises its own.
        return False


def reserve(path: pathlib.Path, held: contextlib.ExitStack) -> pathlib.Path:
    """Returns the path of a new file, and keeps other processes out.

    Args:
        path: What `--out` names.
        held: Keeps the others out until it is closed.

    Raises:
        OSError: If it cannot be written.
        ValueError: If it exists.
    """
    held.enter_context(holding_file(path))
    if os.path.lexists(path):
        raise ValueError(
            f"`{path}` exists already. Choose another --out, or remove it."
        )
    return path
