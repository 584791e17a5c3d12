"""Generated texts after epochs."""

import pathlib
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from keras_gan.backend.devices import is_chief
from keras_gan.callbacks._grid_saver import make_writable
from keras_gan.images import Path
from keras_gan.models import TextGAN
from keras_gan.utils.arguments import integer, number_in, positive_integer
from keras_gan.utils.files import replacing


@keras.saving.register_keras_serializable(package="keras_gan")
class TextSaver(keras.callbacks.Callback):
    """Writes generated texts after epochs, a file of lines each time.

    `samples-0003.txt` is of the third epoch, always from the same latents. Of
    a conditional model the classes take turns, and a line begins with the name
    of its class and a tab. Training is not affected in any way. Of several
    worker processes, only the chief writes.

    Args:
        directory: Folder for the files; it is created if it does not exist.
        num_texts: Number of texts.
        class_names: Names of the classes. Default: their numbers.
        temperature: As in `TextGAN.generate`.
        seed: Integer that fixes the latents and the draws.
        every: Write texts every this many epochs, and after the last one.

    Raises:
        ValueError: If an argument is out of range, or, when training begins,
            if the model makes no texts.
        OSError: When training begins, if the folder is not writable.

    Example:

    >>> names = ["anna", "bob"] * 4
    >>> preprocessor = keras_gan.layers.TextPreprocessor()
    >>> preprocessor.adapt(names)
    >>> pair = keras_gan.networks.text(preprocessor.sequence_shape, width=4)
    >>> saver = TextSaver("samples", num_texts=2)
    >>> saver.set_model(keras_gan.TextGAN(*pair, preprocessor, seed=1))
    >>> len(saver.lines())
    2
    """

    def __init__(
        self,
        directory: Path,
        *,
        num_texts: int = 64,
        class_names: Sequence[str] = (),
        temperature: float = 1.0,
        seed: int = 0,
        every: int = 1,
    ) -> None:
        super().__init__()
        self.directory = pathlib.Path(directory)
        self.num_texts = positive_integer("num_texts", num_texts)
        self.class_names = tuple(class_names)
        self.temperature = number_in("temperature", temperature, "(0, inf)")
        self.seed = integer("seed", seed, at_least=0)
        self.every = integer("every", every, at_least=1)
        self._epoch = self._saved_epoch = 0

    def on_train_begin(self, logs=None):
        """Checks model and folder, so that errors do not cost an epoch."""
        if not isinstance(self.model, TextGAN):
            raise ValueError(
                "`TextSaver` needs a model of texts, such as "
                f"`keras_gan.TextGAN`. Received: {type(self.model).__name__}. "
                "Use `SampleSaver` for models that draw images."
            )
        self._epoch = self._saved_epoch = 0
        self.lines()
        if is_chief():
            make_writable(self.directory)

    def on_epoch_end(self, epoch, logs=None):
        """Writes texts, every `every` epochs."""
        self._epoch = epoch + 1
        if self._epoch % self.every == 0:
            self._save()

    def on_train_end(self, logs=None):
        """Writes the last texts, if they are missing."""
        if self._epoch != self._saved_epoch:
            self._save()

    def lines(self) -> list[str]:
        """Returns the lines of the model as it is."""
        classes = self.model.num_classes
        labels = None
        if classes is not None:
            labels = np.arange(self.num_texts, dtype="int32") % classes
        texts = self.model.generate(
            self.num_texts,
            labels=labels,
            temperature=self.temperature,
            seed=self.seed,
            batch_size=self.num_texts,
        )
        if labels is None:
            return texts
        names = self.class_names or [str(n) for n in range(classes)]
        return [
            f"{names[label]}\t{text}"
            for label, text in zip(labels, texts, strict=True)
        ]

    def _save(self) -> None:
        # Every worker draws: a network whose layers exchange values between
        # workers would otherwise wait forever.
        lines = self.lines()
        self._saved_epoch = self._epoch
        if not is_chief():
            return
        path = self.directory / f"samples-{self._epoch:04d}.txt"
        with replacing(path) as aside:
            aside.write_text("".join(f"{x}\n" for x in lines), encoding="utf-8")

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments, as plain values."""
        return {
            "directory": str(self.directory),
            "num_texts": self.num_texts,
            "class_names": list(self.class_names),
            "temperature": self.temperature,
            "seed": self.seed,
            "every": self.every,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "TextSaver":
        """Makes a callback from what `get_config` returned."""
        return cls(**config)
