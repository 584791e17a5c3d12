"""Sounds to listen to and to look at during training."""

import math
from typing import Any

import keras
import numpy as np
from numpy.typing import ArrayLike

from keras_gan import images as image_tools
from keras_gan import sounds as sound_tools
from keras_gan.backend.devices import is_chief
from keras_gan.callbacks._grid_saver import GridSaver
from keras_gan.callbacks.sample_saver import MAX_CLASS_COLUMNS
from keras_gan.utils.arguments import integer


@keras.saving.register_keras_serializable(package="keras_gan")
class SoundSaver(GridSaver):
    """Writes generated sounds after epochs, and pictures of them.

    `samples-0003.wav` has the sounds of the third epoch one after another, with
    short pauses; `samples-0003.png` is a grid of their waveforms and
    spectrograms, in the same order, each column of one class. The latents are
    the same in every epoch. An animated GIF shows all grids. Training is not
    affected in any way. Of several worker processes, only the chief writes.

    Args:
        directory: Folder for the files; it is created if it does not exist.
        rate: Samples in a second.
        num_sounds: Number of sounds.
        labels: Integers `(num_sounds,)` for a conditional GAN. Default: all
            classes in turn.
        seed: Integer that fixes the latents.
        every: Write sounds every this many epochs, and after the last one.
        animation: `True` writes `samples.gif` to `directory` when training
            ends, a path writes it there, `False` writes none.
        tensorboard: Folder for TensorBoard's log of the grids, or `None`.

    Raises:
        ValueError: If an argument is out of range, or, when training begins,
            if the model makes no sounds.
        OSError: When training begins, if a folder is not writable.

    Example:

    >>> sounds = np.zeros((10, 64, 1), "float32")
    >>> gan = keras_gan.GAN(*keras_gan.networks.wavegan((64, 1), width=1))
    >>> gan.compile(loss="hinge", penalties=[])
    >>> saver = SoundSaver("samples", 8000, num_sounds=4)
    >>> history = gan.fit(sounds, batch_size=10, callbacks=[saver], verbose=0)
    >>> sorted(path.name for path in saver.directory.iterdir())
    ['samples-0001.png', 'samples-0001.wav', 'samples.gif']
    """

    def __init__(
        self,
        directory: image_tools.Path,
        rate: int,
        *,
        num_sounds: int = 16,
        labels: ArrayLike | None = None,
        seed: int = 0,
        every: int = 1,
        animation: bool | image_tools.Path = True,
        tensorboard: image_tools.Path | None = None,
    ) -> None:
        super().__init__(directory, every, (-1, 1), animation, tensorboard)
        self.rate = integer("rate", rate, at_least=1)
        self.num_sounds = integer("num_sounds", num_sounds, at_least=1)
        if labels is not None and np.shape(labels) != (num_sounds,):
            raise ValueError(
                f"`labels` must hold one label for each of {num_sounds} "
                f"sounds. Received: shape {np.shape(labels)}."
            )
        self.labels = None if labels is None else np.asarray(labels, "int32")
        self.seed = integer("seed", seed, at_least=0)
        self._sounds: Any = None

    def check_model(self) -> None:
        """Raises a `ValueError` if the model makes no sounds."""
        shape = getattr(self.model, "image_shape", ())
        if not hasattr(self.model, "generate") or len(shape) != 2:
            raise ValueError(
                "`SoundSaver` needs a GAN of sounds (length, channels), such "
                "as of `networks.wavegan`. Received: "
                f"{type(self.model).__name__} of shape {shape}. Use "
                "`SampleSaver` for images."
            )

    def draw(self) -> tuple[np.ndarray, int | None]:
        """Returns pictures of the sounds, and how many belong in a row."""
        labels = self.labels
        num_classes = getattr(self.model, "num_classes", None)
        if labels is None and num_classes:
            labels = np.arange(self.num_sounds, dtype="int32") % num_classes
        self._sounds = self.model.generate(
            self.num_sounds, labels=labels, seed=self.seed
        )
        pictures = [*map(sound_tools.sound_picture, self._sounds)]
        return np.stack(pictures), self._columns(num_classes or 0)

    def _columns(self, num_classes: int) -> int | None:
        """Nearly a square, in which each column is of one class."""
        if self.labels is not None or not 0 < num_classes <= MAX_CLASS_COLUMNS:
            return None
        side = math.sqrt(self.num_sounds)
        return num_classes * max(1, round(side / num_classes))

    def _save(self):
        super()._save()
        if is_chief():
            path = self.directory / f"samples-{self._epoch:04d}.wav"
            whole = sound_tools.joined(self._sounds, self.rate)
            sound_tools.write_wav(path, whole, rate=self.rate)

    def get_config(self):
        """Returns the arguments, as plain values."""
        config = {
            **super().get_config(),
            "rate": self.rate,
            "num_sounds": self.num_sounds,
            "labels": None if self.labels is None else self.labels.tolist(),
            "seed": self.seed,
        }
        del config["value_range"]
        return config
