"""Grids of generated samples during training."""

import pathlib
import re
import tempfile
import warnings
from typing import Any

import keras
import numpy as np
from numpy.typing import ArrayLike

from keras_gan import images as image_tools
from keras_gan.backend.devices import is_chief
from keras_gan.callbacks._tensorboard import TensorBoardWriter
from keras_gan.utils.arguments import integer

MAX_CLASS_COLUMNS = 20
MAX_FRAMES = 200


@keras.saving.register_keras_serializable(package="keras_gan")
class SampleSaver(keras.callbacks.Callback):
    """Writes a grid of samples after epochs, and an animated GIF of all grids.

    All grids are drawn from the same latents, so they show how the same samples
    develop; `samples-0003.png` is the grid after the third epoch. The latents
    depend on `seed` only: a resumed run continues with the same latents, and
    its animation includes the earlier grids. Training is not affected in any
    way. Of several worker processes, only the chief writes.

    For a conditional GAN each column shows one class, up to 20 classes. With
    more classes, they fill the grid in order.

    Args:
        directory: Folder for the grids; it is created if it does not exist.
        num_images: Number of samples in a grid.
        every: Write a grid every this many epochs, and after the last one.
        labels: Integers `(num_images,)` for a conditional GAN. Default: all
            classes in turn.
        seed: Integer that fixes the latents.
        columns: Number of samples in a row. Default: one per class, or a
            nearly square grid.
        value_range: `(low, high)` of the generator's images.
        animation: `True` writes `samples.gif` to `directory` when training
            ends, a path writes it there, `False` writes none.
        tensorboard: Folder for TensorBoard's log of the grids, or `None`.

    Raises:
        ValueError: If an argument is out of range, or, when training begins,
            if the model's images cannot be shown.
        OSError: When training begins, if a folder is not writable.

    Example:

    >>> images = np.zeros((8, 8, 8, 1), "float32")
    >>> gan = keras_gan.GAN(*keras_gan.networks.mlp((8, 8, 1), hidden=(16,)))
    >>> gan.compile()
    >>> saver = SampleSaver("samples", num_images=4)
    >>> history = gan.fit(images, epochs=2, callbacks=[saver], verbose=0)
    >>> sorted(path.name for path in saver.directory.iterdir())
    ['samples-0001.png', 'samples-0002.png', 'samples.gif']
    """

    def __init__(
        self,
        directory: image_tools.Path,
        num_images: int = 64,
        every: int = 1,
        *,
        labels: ArrayLike | None = None,
        seed: int = 0,
        columns: int | None = None,
        value_range: image_tools.Range = (-1, 1),
        animation: bool | image_tools.Path = True,
        tensorboard: image_tools.Path | None = None,
    ) -> None:
        super().__init__()
        for name, number in (("num_images", num_images), ("every", every)):
            integer(name, number, at_least=1)
        if columns is not None:
            integer("columns", columns, at_least=1)
        if labels is not None and np.shape(labels) != (num_images,):
            raise ValueError(
                f"`labels` must hold one label for each of {num_images} "
                f"images. Received: shape {np.shape(labels)}"
            )
        self.directory = pathlib.Path(directory)
        self.num_images = num_images
        self.every = every
        self.labels = None if labels is None else np.asarray(labels, "int32")
        self.seed = seed
        self.columns = columns
        self.value_range = image_tools.check_value_range(value_range)
        self.animation: Any = animation
        self.tensorboard = tensorboard
        self._writer: TensorBoardWriter | None = None
        self._epoch = self._saved_epoch = 0

    def on_train_begin(self, logs=None):
        """Checks model and folders, so that errors do not cost an epoch."""
        self._check_model()
        self._epoch = self._saved_epoch = 0
        if not is_chief():
            return
        folders: list[Any] = [self.directory, self.tensorboard]
        if self._animation_path:
            folders.append(self._animation_path.parent)
        for folder in filter(None, folders):
            _make_writable(pathlib.Path(folder))
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
            "num_images": self.num_images,
            "every": self.every,
            "labels": None if self.labels is None else self.labels.tolist(),
            "seed": self.seed,
            "columns": self.columns,
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

    @property
    def _num_classes(self) -> int | None:
        return getattr(self.model, "num_classes", None)

    def _check_model(self):
        if not hasattr(self.model, "generate"):
            raise ValueError(
                "`SampleSaver` needs a model with `generate`, such as "
                f"`keras_gan.GAN`. Received: {type(self.model).__name__}"
            )
        try:
            image_tools.check_image_shape(self.model.image_shape)
        except ValueError as error:
            raise ValueError(
                "`SampleSaver` cannot show the output of this GAN; train it "
                f"without this callback. {error}"
            ) from error
        if self.labels is None:
            return
        lowest, highest = self.labels.min(), self.labels.max()
        if lowest < 0 or highest >= (self._num_classes or 0):
            raise ValueError(
                "`labels` must be less than the number of the GAN's classes, "
                f"{self._num_classes or 'and this one has none'}. Received: "
                f"labels from {lowest} to {highest}. Leave them out, or use "
                "classes of the GAN."
            )

    def _save(self):
        labels = self.labels
        if labels is None and self._num_classes:
            labels = np.arange(self.num_images, dtype="int32")
            labels %= self._num_classes
        # Every worker draws: a generator whose layers exchange values between
        # workers would otherwise wait forever.
        images = self.model.generate(
            self.num_images, labels=labels, seed=self.seed
        )
        self._saved_epoch = self._epoch
        if not is_chief():
            return
        grid = image_tools.image_grid(
            images, self._grid_columns(), value_range=self.value_range
        )
        path = self.directory / f"samples-{self._epoch:04d}.png"
        image_tools.write_image(path, grid)
        if self._writer is not None:
            png = image_tools.encode_png(grid)
            self._writer.image("samples", grid, png, self._epoch)

    def _grid_columns(self):
        if self.columns is None and self.labels is None:
            num_classes = self._num_classes or 0
            if 0 < num_classes <= MAX_CLASS_COLUMNS:
                return num_classes
        return self.columns

    def _frames(self):
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


def _make_writable(folder: pathlib.Path) -> None:
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
