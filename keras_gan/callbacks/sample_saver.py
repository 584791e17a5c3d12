"""Grids of generated samples during training."""

import keras
import numpy as np
from numpy.typing import ArrayLike

from keras_gan import images as image_tools
from keras_gan.callbacks._grid_saver import GridSaver
from keras_gan.utils.arguments import integer

MAX_CLASS_COLUMNS = 20


@keras.saving.register_keras_serializable(package="keras_gan")
class SampleSaver(GridSaver):
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
        integer("num_images", num_images, at_least=1)
        super().__init__(directory, every, value_range, animation, tensorboard)
        if columns is not None:
            integer("columns", columns, at_least=1)
        if labels is not None and np.shape(labels) != (num_images,):
            raise ValueError(
                f"`labels` must hold one label for each of {num_images} "
                f"images. Received: shape {np.shape(labels)}"
            )
        self.num_images = num_images
        self.labels = None if labels is None else np.asarray(labels, "int32")
        self.seed = seed
        self.columns = columns

    def get_config(self):
        """Returns the arguments, as plain values."""
        return {
            **super().get_config(),
            "num_images": self.num_images,
            "labels": None if self.labels is None else self.labels.tolist(),
            "seed": self.seed,
            "columns": self.columns,
        }

    @property
    def _num_classes(self) -> int | None:
        return getattr(self.model, "num_classes", None)

    def check_model(self) -> None:
        """Raises a `ValueError` if the model's images cannot be shown."""
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

    def draw(self) -> tuple[np.ndarray, int | None]:
        """Returns the samples, and how many of them are in a row."""
        labels = self.labels
        if labels is None and self._num_classes:
            labels = np.arange(self.num_images, dtype="int32")
            labels %= self._num_classes
        images = self.model.generate(
            self.num_images, labels=labels, seed=self.seed
        )
        return images, self._grid_columns()

    def _grid_columns(self):
        if self.columns is None and self.labels is None:
            num_classes = self._num_classes or 0
            if 0 < num_classes <= MAX_CLASS_COLUMNS:
                return num_classes
        return self.columns
