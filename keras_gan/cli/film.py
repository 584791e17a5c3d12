"""Where `keras-gan interpolate` writes: a GIF, a video or a folder."""

import abc
import contextlib
import pathlib

import numpy as np

from keras_gan import images as image_tools
from keras_gan.cli.generated_folder import GeneratedFolder
from keras_gan.cli.own_files import check_replaceable, mark
from keras_gan.utils.locks import holding_file, holding_folder

_COMMAND = "interpolate"


class Film(abc.ABC):
    """A file or folder that this process holds, and will write.

    Args:
        path: The file or folder.
        model: The file of the GAN.
    """

    is_film = True

    def __init__(self, path: pathlib.Path, model: pathlib.Path) -> None:
        self.path = path
        self.model = model

    @classmethod
    def opened(
        cls, path: pathlib.Path, model: pathlib.Path, held: contextlib.ExitStack
    ) -> "Film":
        """Keeps other processes out, and checks what is there."""
        held.enter_context(holding_file(path))
        check_replaceable(path, _COMMAND)
        return cls(path, model)

    @abc.abstractmethod
    def write(
        self, frames: list[np.ndarray], speed: float, seed: int, loops: bool
    ) -> None:
        """Writes all frames.

        Args:
            frames: uint8 arrays `(height, width, channels)`.
            speed: Frames per second.
            seed: Seed of the latents.
            loops: Whether the first frame follows the last one.
        """


class _Animation(Film):
    def write(self, frames, speed, seed, loops):
        image_tools.write_animation(
            self.path,
            frames,
            frames_per_second=speed,
            hold=None if loops else 2.0,
            software=mark(_COMMAND),
        )


class _Video(Film):
    @classmethod
    def opened(cls, path, model, held):
        image_tools.check_ffmpeg()
        return super().opened(path, model, held)

    def write(self, frames, speed, seed, loops):
        image_tools.write_video(
            self.path,
            frames,
            frames_per_second=speed,
            software=mark(_COMMAND),
        )


class _Folder(Film):
    is_film = False

    def __init__(self, path, model):
        super().__init__(path, model)
        self._folder = GeneratedFolder(path, _COMMAND)

    @classmethod
    def opened(cls, path, model, held):
        held.enter_context(holding_folder(path))
        return cls(path, model)

    def write(self, frames, speed, seed, loops):
        digits = len(str(len(frames) - 1))
        names = [f"{number:0{digits}d}.png" for number in range(len(frames))]
        with self._folder.begun(self.model, seed, names):
            for name, frame in zip(names, frames, strict=True):
                self._folder.write(name, frame)
        self._folder.note_replaced()


_FILMS: dict[str, type[Film]] = {
    "": _Folder,
    ".gif": _Animation,
    ".mp4": _Video,
}


def open_film(
    named: str, model: pathlib.Path, held: contextlib.ExitStack
) -> Film:
    """Opens what `--out` names, before any work is done.

    Args:
        named: The argument.
        model: The file of the GAN.
        held: Keeps other processes out of it, until it is closed.

    Raises:
        OSError: If it cannot be written.
        ValueError: If it is somebody else's, or cannot be made here.
    """
    path = pathlib.Path(named)
    kind = "" if path.is_dir() else path.suffix.lower()
    if kind not in _FILMS:
        raise ValueError(
            "`--out` must end in .gif or .mp4, or be a folder. Received: "
            f"{path}"
        )
    return _FILMS[kind].opened(path, model, held)
