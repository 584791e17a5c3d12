"""The files below a folder, links included."""

import os
import pathlib
import stat
import zlib
from collections.abc import Callable, Sequence

from keras_gan.utils.files import kind_of_file

HIDDEN = (".", "__MACOSX")
"""How the names of files and folders begin that are skipped."""

# At most so many files are read to tell them from others, and of each so much.
_MOST_READ = 1000
_MOST_BYTES = 2**16


class Listing:
    """Lists the files of a folder and of all folders in it.

    Links are followed. A folder is read once, under its own name if it has one
    here; a link to a folder around it is a cycle, and adds nothing.

    Args:
        root: The folder.

    Attributes:
        names: Paths below the folder, with `/` as the separator, sorted.
        left_out: `{path: reason}` of what cannot be read as a file, such as
            pipes and devices, and links to nothing.
        repeated: The same for folders that are read under another name.

    Raises:
        OSError: If the folder itself cannot be read.
    """

    def __init__(self, root: str | os.PathLike) -> None:
        self._root = root
        self.names: list[str] = []
        self.left_out: dict[str, str] = {}
        self.repeated: dict[str, str] = {}
        self._folders: dict[str, str] = {}
        self._links: list[tuple[str, str]] = []
        self._scan("", os.path.realpath(root))
        while self._links:
            links, self._links = sorted(self._links), []
            for name, path in links:
                self._follow(name, path)
        self.names.sort()

    def marks(self, names: Sequence[str]) -> list[int]:
        """The size of each file, and a checksum of some, evenly spread.

        Args:
            names: Some of its names; files may have vanished since.
        """
        step = -(-len(names) // _MOST_READ) or 1
        sizes = [self._of_file(name, _size) for name in names]
        return sizes + [self._of_file(name, _sum) for name in names[::step]]

    def _of_file(self, name: str, measure: Callable[[str], int]) -> int:
        try:
            return measure(f"{self._root}/{name}")
        except OSError:
            return -1

    def _scan(self, name: str, path: str) -> None:
        """Adds what is in a folder, and in the folders in it."""
        waiting = [(name, path)]
        while waiting:
            name, path = waiting.pop()
            if path in self._folders:
                self.repeated[name] = self._same_as(path)
                continue
            self._folders[path] = name
            try:
                with os.scandir(path) as entries:
                    waiting += self._folders_in(name, entries)
            except OSError as error:
                if not name:
                    raise
                self.left_out[name] = str(error.strerror)

    def _folders_in(self, folder: str, entries) -> list[tuple[str, str]]:
        """Adds the files of a folder; returns the names of its folders."""
        found = []
        for entry in entries:
            if entry.name.startswith(HIDDEN):
                continue
            name = f"{folder}/{entry.name}" if folder else entry.name
            if entry.is_symlink():
                self._links.append((name, entry.path))
            elif entry.is_dir(follow_symlinks=False):
                found.append((name, entry.path))
            elif entry.is_file(follow_symlinks=False):
                self.names.append(name)
            else:
                self.left_out[name] = kind_of_file(entry.stat().st_mode)
        return found

    def _follow(self, name: str, path: str) -> None:
        try:
            mode = os.stat(path).st_mode
        except OSError as error:
            self.left_out[name] = f"a link: {error.strerror}"
            return
        target = os.path.realpath(path)
        if stat.S_ISREG(mode):
            self.names.append(name)
        elif not stat.S_ISDIR(mode):
            self.left_out[name] = f"a link to {kind_of_file(mode)}"
        elif pathlib.Path(path).parent.is_relative_to(target):
            pass  # A cycle: the folder is being read.
        elif target in self._folders:
            self.repeated[name] = self._same_as(target)
        else:
            self._scan(name, target)

    def _same_as(self, path: str) -> str:
        other = self._folders[path] or "the data set's own folder"
        return f"the same folder as {other}"


def _size(path: str) -> int:
    return os.stat(path).st_size


def _sum(path: str) -> int:
    with open(path, "rb") as file:
        return zlib.crc32(file.read(_MOST_BYTES))
