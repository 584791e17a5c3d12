"""Which files of a folder or zip are sounds, and what is in them."""

import collections
import os
import zipfile
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from keras_gan.datasets.checking import Progress, of_each, shown, warn_left_out
from keras_gan.datasets.files import in_folder, in_zip
from keras_gan.datasets.layout import layout
from keras_gan.datasets.listing import HIDDEN
from keras_gan.datasets.opening import holds_files
from keras_gan.datasets.sources import OpenFile, StoredFiles
from keras_gan.images import has_image_suffix
from keras_gan.sounds import has_wav_suffix, read_wav

# Sounds that are not read, of which one should hear that they are left out.
_OTHERS = (
    ".aac", ".aif", ".aiff", ".flac", ".m4a", ".mp3", ".ogg", ".opus", ".wma",
)  # fmt: skip


class StoredSound(NamedTuple):
    """What is in a file.

    Attributes:
        rate: Samples in a second.
        length: Number of samples.
        channels: Number of channels.
        is_silent: Whether all samples are 0.
    """

    rate: int
    length: int
    channels: int
    is_silent: bool


class Found(NamedTuple):
    """The sounds of a folder or zip.

    Attributes:
        stored: What is in each file that can be read, by name.
        classes: The class of each, or None.
        split: The split that they are, if there are any.
        skipped: Names of files that are left out.
        open: Function from a name to a binary file object.
        marks: As of `StoredFiles`.
    """

    stored: dict[str, StoredSound]
    classes: list[str | None]
    split: str | None
    skipped: tuple[str, ...]
    open: OpenFile
    marks: Callable[[Sequence[str]], list[int]]

    def files(self) -> StoredFiles:
        """The files, with their sizes in place of the shapes of images."""
        shapes = tuple((s.length, 1, s.channels) for s in self.stored.values())
        return StoredFiles(tuple(self.stored), shapes, self.open, self.marks)


def holds_sounds(path: str | os.PathLike) -> bool:
    """Whether a folder or zip is one of sounds, not of images.

    The first file in it that is either decides. So does the name of a single
    file, which is no data, but who opens it as sounds says what is.

    Args:
        path: Any path, which need not exist.

    Example:

    >>> import pathlib
    >>> pathlib.Path("drums").mkdir()
    >>> keras_gan.sounds.write_wav("drums/a.wav", np.zeros((8, 1)), rate=8000)
    >>> holds_sounds("drums"), holds_sounds("photos")
    (True, False)
    """
    for name in _names(os.fspath(path)):
        if has_wav_suffix(name) or _is_other(name):
            return True
        if has_image_suffix(name):
            return False
    return False


def find_sounds(
    path: str, split: str | None, progress: Progress | None, num_workers: int
) -> Found:
    """Finds the sounds of a folder or zip, and reads each once.

    So no broken file disturbs training later.

    Args:
        path: The folder or zip.
        split: As for `open_source`.
        progress: As for `open_source`.
        num_workers: Number of threads.

    Raises:
        FileNotFoundError: If there is no such folder or zip.
        ValueError: If no file can be read, or all sounds are silent.
    """
    found, open_file = _listed(path)
    placed = layout(path, _wav_names(path, found.names), split)
    names = list(placed.classes)
    with shown(progress, path, len(names), "sounds") as tell:
        stored, broken = _read_each(names, open_file, tell, num_workers)
    left_out = {**found.left_out, **broken}
    if not stored:
        name = next(iter(broken))
        raise ValueError(
            f"None of the {len(broken)} sounds of `{path}` can be read. The "
            f"first: {name} ({broken[name]}). Replace these files."
        )
    if all(sound.is_silent for sound in stored.values()):
        raise ValueError(
            f"`{path}` must hold something to be heard. Received: "
            f"{len(stored)} sounds, all of them silent. Record them again."
        )
    warn_left_out(path, left_out, "cannot be read", "sounds")
    aside = dict.fromkeys((*placed.beside, *placed.outside), "")
    warn_left_out(path, aside, "lie beside the folders", "sounds")
    return Found(
        stored,
        [placed.classes[name] for name in stored],
        placed.split,
        tuple(sorted(left_out | aside)),
        open_file,
        found.marks,
    )


def most_frequent(values: Iterable[int]) -> int:
    """Returns the value that most sounds have, the larger of two.

    Args:
        values: That of each sound.

    Example:

    >>> most_frequent([8000, 44100, 8000, 44100])
    44100
    """
    counts = collections.Counter(values)
    return max(counts, key=lambda value: (counts[value], value))


def _names(path: str) -> Iterable[str]:
    """Names of files, as they come."""
    if os.path.isdir(path):
        for folder, folders, names in os.walk(path):
            folders[:] = [n for n in folders if not n.startswith(HIDDEN)]
            for name in names:
                if not name.startswith(HIDDEN):
                    yield os.path.join(folder, name)
    elif not path.lower().endswith(".zip"):
        yield path
    else:
        try:
            with zipfile.ZipFile(path) as archive:
                yield from archive.namelist()
        except Exception:  # `zipfile` raises its own, or anything.
            return  # Whoever opens it says what is wrong.


def _is_other(name: str) -> bool:
    """Whether a file is a sound that is not read."""
    return os.path.splitext(name)[1].lower() in _OTHERS


def _listed(path: str) -> tuple[Any, Any]:
    """The files of a folder or zip, and what opens them."""
    is_file = os.path.isfile(path)
    if not (is_file and has_wav_suffix(path)):
        if holds_files(path):
            return in_zip(path) if is_file else in_folder(path)
    raise ValueError(
        "Sounds must be in a folder of WAV files, or a .zip of one. Received: "
        f"{path}. Put it into a folder; of a long sound `pieces=True` (on the "
        "command line `--pieces`) makes many."
    )


def _wav_names(path: str, names: list[str]) -> list[str]:
    """The names of WAV files; a warning of other sounds."""
    found = [name for name in names if has_wav_suffix(name)]
    others = [name for name in names if _is_other(name)]
    if not found:
        there = f"{len(names)} other files"
        if others:
            there = f"{len(others)} sounds of other kinds, such as {others[0]}"
        raise ValueError(
            f"`{path}` must hold WAV files, whose names end in .wav, in it or "
            f"in its subfolders. Received: {there}. `ffmpeg -i INPUT "
            "OUTPUT.wav` makes a WAV file of another sound."
        )
    warn_left_out(path, dict.fromkeys(others, ""), "are no WAV files", "sounds")
    return found


def _read_each(
    names: list[str], open_file: OpenFile, tell: Progress, num_workers: int
) -> tuple[dict[str, StoredSound], dict[str, str]]:
    """What is in each file that can be read, and why others cannot."""

    def read(number: int) -> StoredSound:
        with open_file(names[number]) as file:
            samples, rate = read_wav(file)
        length, channels = samples.shape
        return StoredSound(rate, length, channels, not np.any(samples))

    stored: dict[str, StoredSound] = {}
    broken: dict[str, str] = {}
    outcomes = of_each(read, len(names), num_workers)
    for number, (sound, why) in enumerate(outcomes):
        if why is None:
            stored[names[number]] = sound
        else:
            broken[names[number]] = why
        tell(number + 1, len(names))
    return stored, broken
