"""`Sounds`: a folder or zip of WAV files, opened and checked."""

import math
import os
import warnings

import numpy as np

from keras_gan import sounds as sound_tools
from keras_gan.datasets.caching import KeptImages, fits_in_memory
from keras_gan.datasets.checking import Progress, reason
from keras_gan.datasets.files import labels_of, warn_alike
from keras_gan.datasets.sound_files import (
    StoredSound,
    find_sounds,
    most_frequent,
)
from keras_gan.datasets.sources import DatasetInfo, Source, StoredFiles
from keras_gan.utils.arguments import integer
from keras_gan.utils.machine import workers

LONGEST = 16_384
"""Samples of a sound, if no length is chosen, at most."""


class Sounds(Source):
    """Sounds of one rate, length and number of channels, for `load`.

    Args:
        path: As for `audio`.
        rate: As for `audio`.
        length: As for `audio`.
        channels: As for `audio`.
        pieces: As for `audio`.
        normalize: As for `audio`.
        split: As for `audio`.
        progress: As for `open_source`.
        num_workers: As for `open_source`.
        cache: Whether to keep sounds in memory once they are read, if they
            take at most half of what is free.

    Attributes:
        rate: Samples in a second.

    Raises:
        FileNotFoundError: If there is no such folder or zip.
        ValueError: As for `audio`.

    Example:

    >>> import pathlib
    >>> pathlib.Path("drums").mkdir()
    >>> keras_gan.sounds.write_wav("drums/a.wav", np.ones((80, 1)), rate=8000)
    >>> sounds = Sounds("drums", length=100)
    >>> sounds.rate, sounds.info.image_shape, len(sounds)
    (8000, (100, 1), 1)
    """

    def __init__(
        self,
        path: str | os.PathLike,
        *,
        rate: int | None = None,
        length: int | None = None,
        channels: int | None = None,
        pieces: bool = False,
        normalize: bool = False,
        split: str | None = None,
        progress: Progress | None = None,
        num_workers: int | None = None,
        cache: bool = True,
    ) -> None:
        _check_numbers(rate, length, channels)
        path, num_workers = os.fspath(path), workers(num_workers)
        found = find_sounds(path, split, progress, num_workers)
        self.rate = rate or _common_rate(path, found.stored)
        self._normalize = normalize
        self._stored = list(found.stored.values())
        lengths = [_new_length(sound, self.rate) for sound in self._stored]
        length = length or min(max(lengths), LONGEST)
        shape = (length, channels or _common_channels(self._stored))
        counts = _pieces(path, lengths, length, pieces)
        # The file of each sound, and the number of the piece of it.
        self._file = np.repeat(np.arange(len(counts)), counts)
        self._piece = np.concatenate([np.arange(count) for count in counts])
        labels, names = labels_of(found.classes)
        warn_alike(path, names or ())
        info = DatasetInfo(
            name=path,
            num_images=len(self._file),
            image_shape=shape,
            num_classes=None if names is None else len(names),
            class_names=names,
            skipped=found.skipped,
            split=found.split,
        )
        own = None if labels is None else labels[self._file]
        super().__init__(info, (-1.0, 1.0), own)
        self.num_workers = num_workers
        self.files: StoredFiles = found.files()
        fits = fits_in_memory(4 * len(self) * math.prod(shape))
        self._kept: KeptImages | None = None
        if cache and fits:
            self._kept = KeptImages(len(self), shape, "float32")

    @property
    def dtype(self) -> np.dtype:
        return np.dtype("float32")

    def read(self, indices: np.ndarray) -> np.ndarray:
        kept = self._kept
        if kept is None:
            return np.stack([self._read_one(i) for i in indices.tolist()])
        for index in indices.tolist():
            if not kept.has[index]:
                self._keep(kept, int(self._file[index]))
        return kept.images[indices]

    def _keep(self, kept: KeptImages, number: int) -> None:
        """Keeps all pieces of a file, which is decoded and resampled once."""
        samples = self._read_file(number)
        for index in np.flatnonzero(self._file == number).tolist():
            kept.put(index, self._piece_of(samples, index))

    def resident(self) -> np.ndarray | None:
        kept = self._kept
        return kept.images if kept is not None and kept.has.all() else None

    def _read_one(self, index: int) -> np.ndarray:
        return self._piece_of(self._read_file(int(self._file[index])), index)

    def _read_file(self, number: int) -> np.ndarray:
        """All samples of a file, in the rate and channels of all sounds."""
        name = self.files.names[number]
        try:
            with self.files.open(name) as file:
                samples, rate = sound_tools.read_wav(file)
            now = rate, len(samples)
            if now != self._stored[number][:2]:
                raise ValueError("its rate or length has changed")
        except (ValueError, OSError, MemoryError) as error:
            self.failure = ValueError(
                f"`{self.info.name}`: its sound {name} cannot be read any more "
                f"({reason(error)}). Restore it."
            )
            raise self.failure from error
        samples = sound_tools.convert_channels(
            samples, self.info.image_shape[1]
        )
        return sound_tools.resample(samples, rate, self.rate)

    def _piece_of(self, samples: np.ndarray, index: int) -> np.ndarray:
        length = self.info.image_shape[0]
        start = int(self._piece[index]) * length
        samples = samples[start : start + length]
        if self._normalize:
            samples = sound_tools.normalize(samples)
        # Filters overshoot a little.
        return np.clip(sound_tools.fit_length(samples, length), -1, 1)


def _check_numbers(rate, length, channels) -> None:
    for name, value in (("rate", rate), ("length", length)):
        if value is not None:
            integer(name, value, at_least=1)
    if channels not in (None, 1, 2):
        raise ValueError(
            "`channels` (on the command line `--channels`) must be 1 (mono), 2 "
            "(stereo) or left out (as most sounds are). Received: "
            f"channels={channels!r}. Choose one of these."
        )


def _new_length(sound: StoredSound, rate: int) -> int:
    """Samples of a sound at another rate."""
    return -(-sound.length * rate // sound.rate)


def _common_rate(path: str, stored: dict[str, StoredSound]) -> int:
    rates = [sound.rate for sound in stored.values()]
    rate = most_frequent(rates)
    others = sorted(set(rates) - {rate})
    if others:
        number = sum(one != rate for one in rates)
        warnings.warn(
            f"`{path}`: {number} of its sounds have another rate than {rate} "
            f"Hz, such as {others[0]} Hz, and are resampled. Pass `rate` "
            "(on the command line `--rate`) for another one.",
            stacklevel=3,
        )
    return rate


def _common_channels(stored: list[StoredSound]) -> int:
    """Mono or stereo, as most sounds; of more channels mono is made."""
    channels = most_frequent(sound.channels for sound in stored)
    return channels if channels in (1, 2) else 1


def _pieces(
    path: str, lengths: list[int], length: int, pieces: bool
) -> list[int]:
    """How many sounds each file becomes."""
    if pieces:
        # A rest of half the length or more is a sound, with silence added.
        return [max(1, (2 * own + length) // (2 * length)) for own in lengths]
    number = sum(own > length for own in lengths)
    if number:
        warnings.warn(
            f"`{path}`: {number} of its {len(lengths)} sounds are longer than "
            f"{length} samples, and their ends are left out. Pass a larger "
            "`length` (on the command line `--length`), or `pieces` "
            "(`--pieces`), which makes several sounds of each.",
            stacklevel=3,
        )
    return [1] * len(lengths)
