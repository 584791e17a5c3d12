"""Grids of translated images during training."""

import inspect
import math
from collections.abc import Iterable
from typing import Any

import keras
import numpy as np
from numpy.typing import ArrayLike

from keras_gan import images as image_tools
from keras_gan.callbacks._grid_saver import GridSaver

_MOST_ATTRIBUTES = 12  # A grid of a hundred columns is too wide to look at.


@keras.saving.register_keras_serializable(package="keras_gan")
class TranslationSaver(GridSaver):
    """Writes a grid of translations after epochs, and an animated GIF of them.

    All grids are of the same images, which the model is not trained on if you
    hold them back. `samples-0003.png` is the grid after the third epoch. Each
    example is a few images side by side:

    - source, translation and, where `targets` are given, the target
      (`Pix2Pix`);
    - source, translation, and the translation back, for the images of both
      domains (`CycleGAN`, or any model whose `translate` takes `to`);
    - source and a translation to each of the rows of `attributes` (`StarGAN`,
      or any model whose `translate` takes `attributes`).

    Sources that are smaller than their translations are enlarged, and a mask
    that a source holds as an additional channel is not shown. Training is not
    affected in any way. Of several worker processes, only the chief writes.

    Args:
        directory: Folder for the grids; it is created if it does not exist.
        sources: Array `(n, height, width, channels)` of images to translate;
            for two domains, of the first.
        targets: Array of the images that the translations should be; for two
            domains, images of the second. None: none are shown.
        attributes: Array `(m, num_attributes)`: each source is translated to
            each of these. Default: each of the first 12 attributes is set in
            turn, and the others stay if an image may have several.
        every: Write a grid every this many epochs, and after the last one.
        value_range: `(low, high)` of all images.
        animation: `True` writes `samples.gif` to `directory` when training
            ends, a path writes it there, `False` writes none.
        tensorboard: Folder for TensorBoard's log of the grids, or `None`.

    Raises:
        ValueError: If an argument is out of range, or, when training begins,
            if the model cannot translate the images.
        OSError: When training begins, if a folder is not writable.

    Example:

    >>> class Negative(keras.Model):
    ...     def translate(self, images):
    ...         return -images
    >>> sources = np.random.uniform(-1, 1, (6, 8, 8, 1)).astype("float32")
    >>> saver = TranslationSaver("samples", sources, -sources)
    >>> saver.set_model(Negative())
    >>> images, columns = saver.draw()
    >>> images.shape, columns
    ((18, 8, 8, 1), 3)
    """

    def __init__(
        self,
        directory: image_tools.Path,
        sources: ArrayLike,
        targets: ArrayLike | None = None,
        *,
        attributes: ArrayLike | None = None,
        every: int = 1,
        value_range: image_tools.Range = (-1, 1),
        animation: bool | image_tools.Path = True,
        tensorboard: image_tools.Path | None = None,
    ) -> None:
        super().__init__(directory, every, value_range, animation, tensorboard)
        self.sources = _checked("sources", sources)
        self.targets = None if targets is None else _checked("targets", targets)
        self.attributes = attributes
        if attributes is not None:
            self.attributes = np.asarray(attributes, "float32")
            if self.attributes.ndim != 2:
                raise ValueError(
                    "`attributes` must have the shape (m, num_attributes). "
                    f"Received: shape {self.attributes.shape}. Give one row "
                    "for each translation of a source."
                )

    def get_config(self):
        """Returns the arguments, as plain values."""
        arrays = {
            name: getattr(self, name)
            for name in ("sources", "targets", "attributes")
        }
        return {
            **super().get_config(),
            **{k: None if a is None else a.tolist() for k, a in arrays.items()},
        }

    def check_model(self) -> None:
        """Raises a `ValueError` if the model cannot translate the images."""
        if not hasattr(self.model, "translate"):
            raise ValueError(
                "`TranslationSaver` needs a model with `translate`, such as "
                f"`keras_gan.Pix2Pix`. Received: {type(self.model).__name__}. "
                "Use `SampleSaver` for models that draw images."
            )
        self.draw()  # What does not fit is an error now, not after an epoch.

    def draw(self) -> tuple[np.ndarray, int]:
        """Returns all images, uint8, and how many of them are in a row."""
        names = inspect.signature(self.model.translate).parameters
        kind = next((k for k in _KINDS if k in names), None)
        groups = [
            [_shown(c, columns[1], self.value_range) for c in columns]
            for columns in _KINDS[kind](self)
        ]
        shape = _largest(column for columns in groups for column in columns)
        images = np.concatenate(
            [
                np.stack([_fitted(c, shape) for c in columns], axis=1)
                for columns in groups
            ]
        )
        num_examples, width = images.shape[:2]
        across = max(1, round(math.sqrt(num_examples / width)))
        return images.reshape(-1, *shape), across * width

    def _to_targets(self) -> Iterable[list]:
        columns = [self.sources, self.model.translate(self.sources)]
        yield columns if self.targets is None else [*columns, self.targets]

    def _both_ways(self) -> Iterable[list]:
        ways = zip(
            (self.sources, self.targets),
            ("second", "first"),
            ("first", "second"),
            strict=True,
        )
        for images, there, back in ways:
            if images is not None:
                translated = self.model.translate(images, to=there)
                yield [
                    images,
                    translated,
                    self.model.translate(translated, to=back),
                ]

    def _to_attributes(self) -> Iterable[list]:
        wanted: Any = self.attributes
        if wanted is None:
            wanted = np.eye(self.model.num_attributes, dtype="float32")
            wanted = wanted[:_MOST_ATTRIBUTES]
            if not getattr(self.model, "exclusive", True):
                wanted[wanted == 0] = np.nan  # As it is.
        yield [
            self.sources,
            *(
                self.model.translate(
                    self.sources, np.tile(row, (len(self.sources), 1))
                )
                for row in wanted
            ),
        ]


# By the argument that `translate` takes.
_KINDS: dict[str | None, Any] = {
    "to": TranslationSaver._both_ways,
    "attributes": TranslationSaver._to_attributes,
    None: TranslationSaver._to_targets,
}


def _checked(name: str, images: ArrayLike) -> np.ndarray:
    images = np.asarray(images)
    if images.ndim != 4 or not images.size:
        raise ValueError(
            f"`{name}` must be images (n, height, width, channels). Received: "
            f"shape {images.shape}. Add missing axes, such as "
            "`images[..., None]` of grayscale images."
        )
    return images


def _shown(images, translated, value_range) -> np.ndarray:
    """Bytes of the channels of a picture, without a mask behind them."""
    channels = images.shape[-1]
    if channels == translated.shape[-1] + 1:
        channels -= 1
    channels = next(n for n in (4, 3, 1) if n <= channels)
    return image_tools.to_uint8(images[..., :channels], value_range)


def _largest(columns: Iterable[np.ndarray]) -> tuple[int, ...]:
    """The shape into which every image fits."""
    shapes = [column.shape[1:] for column in columns]
    return tuple(max(sides) for sides in zip(*shapes, strict=True))


def _fitted(images: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Bytes in a shape, without smoothing where pixels are repeated."""
    images = image_tools.convert_channels(images, shape[-1])
    factors = [
        size // own for size, own in zip(shape, images.shape[1:], strict=True)
    ]
    images = images.repeat(factors[0], axis=1).repeat(factors[1], axis=2)
    return np.stack(
        [image_tools.resize(image, (shape[0], shape[1])) for image in images]
    )
