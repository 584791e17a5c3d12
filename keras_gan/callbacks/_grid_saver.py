"""What callbacks that write grids of images during training share."""

import abc
import pathlib
import re
import tempfile
import warnings
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np

from keras_gan import images as image_tools
from keras_gan.backend.devices import is_chief
from keras_gan.callbacks._tensorboard import TensorBoardWriter
from keras_gan.utils.arguments import integer

MAX_FRAMES = 200


class GridSaver(keras.callbacks.Callback, abc.ABC):
    """Writes a grid of images after epochs, and an animated GIF of all grids.

    A subclass implements `check_model` and `draw`.

    Args:
        directory: Folder for the grids; it is created if it does not exist.
        every: Write a grid every this many epochs, and after the last one.
        value_range: `(low, high)` of the images.
        animation: `True` writes `samples.gif` to `directory` when training
            ends, a path writes it there, `False` writes none.
        tensorboard: Folder for TensorBoard's log of the grids, or `None`.
    """

    def __init__(
        self,
        directory: image_tools.Path,
        every: int,
        value_range: image_tools.Range,
        animation: bool | image_tools.Path,
        tensorboard: image_tools.Path | None,
    ) -> None:
        super().__init__()
        self.directory = pathlib.Path(directory)
        self.every = integer("every", every, at_least=1)
        self.value_range = image_tools.check_value_range(value_range)
        self.animation: Any = animation
        self.tensorboard = tensorboard
        self._writer: TensorBoardWriter | None = None
        self._epoch = self._saved_epoch = 0

    @abc.abstractmethod
    def check_model(self) -> None:
        """Raises a `ValueError` if the model's images cannot be shown."""

    @abc.abstractmethod
    def draw(self) -> tuple[np.ndarray, int | None]:
        """Returns images of one shape, and how many of them are in a row."""

    def on_train_begin(self, logs=None):
        """Checks model and folders, so that errors do not cost an epoch."""
        self.check_model()
        self._epoch = self._saved_epoch = 0
        if not is_chief():
            return
        folders: list[Any] = [self.directory, self.tensorboard]
        if self._animation_path:
            folders.append(self._animation_path.parent)
        for folder in filter(None, folders):
            make_writable(pathlib.Path(folder))
        if self.tensorboard is not None:
            self._writer = TensorBoardWriter(self.tensorboard)

    def on_epoch_end(self, epoch, logs=None):
        """Writes a grid, every `every` epochs."""
        self._epoch = epoch + 1
        if self._epoch % self.every == 0:
            self._save()

    def on_train_end(self, logs=None):
        """Writes the last grid, if it is missing, and the animation."""
        if self._epoch != self._saved_epoch:
            self._save()
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        if self._animation_path and self._saved_epoch and is_chief():
            image_tools.write_animation(self._animation_path, self._frames())

    def get_config(self):
        """Returns the arguments, as plain values."""
        animation = self.animation
        if not isinstance(animation, bool):
            animation = str(animation)
        return {
            "directory": str(self.directory),
            "every": self.every,
            "value_range": list(self.value_range),
            "animation": animation,
            "tensorboard": self.tensorboard and str(self.tensorboard),
        }

    @classmethod
    def from_config(cls, config):
        """Makes a callback from what `get_config` returned."""
        return cls(**config)

    @property
    def _animation_path(self) -> pathlib.Path | None:
        if self.animation is True:
            return self.directory / "samples.gif"
        return pathlib.Path(self.animation) if self.animation else None

    def _save(self):
        # Every worker draws: a network whose layers exchange values between
        # workers would otherwise wait forever.
        images, columns = self.draw()
        self._saved_epoch = self._epoch
        if not is_chief():
            return
        grid = image_tools.image_grid(
            images, columns, value_range=self.value_range
        )
        path = self.directory / f"samples-{self._epoch:04d}.png"
        image_tools.write_image(path, grid)
        if self._writer is not None:
            png = image_tools.encode_png(grid)
            self._writer.image("samples", grid, png, self._epoch)

    def _frames(self) -> Iterator[np.ndarray]:
        """All grids of the directory in order, in the size of the latest."""
        paths = _grid_paths(self.directory)
        if len(paths) > MAX_FRAMES:
            kept = np.linspace(0, len(paths) - 1, MAX_FRAMES).round()
            paths = [paths[index] for index in kept.astype(int)]
        height, width, channels = image_tools.image_shape(paths[-1])
        for path in paths:
            try:
                frame = image_tools.read_image(path)
            except (OSError, ValueError) as error:
                warnings.warn(
                    f"The animation leaves out a grid: {error}.", stacklevel=2
                )
                continue
            frame = image_tools.convert_channels(frame, channels)
            yield image_tools.resize(frame, (height, width))


def _grid_paths(directory: pathlib.Path) -> list[pathlib.Path]:
    numbered = {
        int(match[1]): path
        for path in directory.iterdir()
        if (match := re.fullmatch(r"samples-(\d{4,})\.png", path.name))
    }
    return [numbered[epoch] for epoch in sorted(numbered)]


def make_writable(folder: pathlib.Path) -> None:
    """Makes a folder for samples, or raises an error that names it.

    Args:
        folder: The folder.

    Raises:
        OSError: If it cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise type(error)(
            error.errno,
            f"Samples cannot be written ({error.strerror}); choose another "
            "folder or make this one writable",
            str(folder),
        ) from error
