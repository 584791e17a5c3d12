"""The latent spaces of a generator: its inputs z, and its styles w."""

import abc
from collections.abc import Sequence
from typing import Any

import numpy as np
from keras import ops

from keras_gan import backend
from keras_gan.latents.classes import within_classes
from keras_gan.latents.noise import NoiseLayers
from keras_gan.sampling import GeneratorSource, open_generator
from keras_gan.utils import style_space
from keras_gan.utils.arguments import choice, integer, is_integer
from keras_gan.utils.redirected_seeds import drawing_alone

Tensor = Any

_BATCH = 64
# Seeds of layers that draw other noise than that of styles.
_PAIR = np.array([20, 21], "int32")


class LatentSpace(abc.ABC):
    """A latent space of a generator, and the images at its points.

    Args:
        source: The generator.

    Attributes:
        name: `"z"` or `"w"`.
        shapes: Shapes that a point may have, the usual one first.
        noise: The noise layers, whose noise is the same for all images.
    """

    name: str
    shapes: tuple[tuple[int, ...], ...]

    def __init__(self, source: GeneratorSource) -> None:
        self.source = source
        self.noise = NoiseLayers(source.generator)
        self._compiled = backend.compiled(self.tensors)

    @property
    def size(self) -> int:
        """Number of dimensions."""
        return self.shapes[0][0]

    @abc.abstractmethod
    def tensors(self, points: Tensor, labels: Tensor, noise: Any) -> Tensor:
        """Float32 images of points; differentiable, also inside graphs.

        Args:
            points: Floats `(batch, ...)`.
            labels: Integers `(batch,)`, or `None` without classes.
            noise: One tensor for each noise layer.
        """

    @abc.abstractmethod
    def draw(
        self, count: int, labels: np.ndarray | None, rng: np.random.Generator
    ) -> np.ndarray:
        """Draws random points, float32 `(count, size)`.

        Args:
            count: Number of points.
            labels: Integers `(count,)`, or `None` without classes.
            rng: Generator of random numbers.
        """

    def images(
        self,
        points: np.ndarray,
        labels: np.ndarray | None = None,
        noise: Sequence[np.ndarray] | None = None,
    ) -> np.ndarray:
        """Returns images of points as an array, drawn in batches.

        Raises:
            ValueError: If the noise is not that of such images.
        """
        noise = self.noise.checked(noise, len(points))
        batches = []
        for start in range(0, len(points), _BATCH):
            part = slice(start, start + _BATCH)
            some = None if labels is None else labels[part]
            own = [one if len(one) == 1 else one[part] for one in noise]
            images = self._compiled(self.by_layer(points[part]), some, own)
            batches.append(ops.convert_to_numpy(images))
        return np.concatenate(batches)

    def checked(self, points: Any) -> np.ndarray:
        """Returns points as a float32 array, if they are of this space.

        Raises:
            ValueError: If their shape is another one, or one is not finite.
        """
        array = np.asarray(points)
        is_right = array.shape[1:] in self.shapes and len(array)
        if not is_right or array.dtype.kind not in "fiu":
            expected = " or ".join(
                f"(count, {', '.join(map(str, shape))})"
                for shape in self.shapes
            )
            raise ValueError(
                f"`latents` must be numbers of shape {expected} in the space "
                f"{self.name!r} of this generator. Received: an array of "
                f"{array.dtype} of shape {array.shape}."
            )
        if not np.isfinite(array).all():
            raise ValueError(
                "`latents` must be finite. Received: NaN or infinity."
            )
        return array.astype("float32")

    def points(
        self, latents: Any, labels: Any, rng: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray | None]:
        """Returns points and their labels; of a number, random points."""
        if is_integer(latents):
            count = integer("latents", latents, at_least=1)
            labels = checked_labels(self.source, labels, count)
            return self.draw(count, labels, rng), labels
        points = self.checked(latents)
        if labels is None and self.name == "w":  # The class is in the point.
            return points, None
        return points, checked_labels(self.source, labels, len(points))

    def by_layer(self, points: np.ndarray) -> np.ndarray:
        """Returns points of the largest of the shapes that they may have."""
        return points

    def deviations(self, vectors: np.ndarray) -> np.ndarray:
        """Standard deviations along unit vectors, of points of one class.

        Args:
            vectors: Floats `(count, size)`.
        """
        return np.ones(len(vectors), "float32")

    def _with_noise(self, noise: Any) -> Any:
        """Context in which the generator draws nothing by itself."""
        seeds = backend.FixedSeeds(_PAIR)
        alone = drawing_alone(seeds, [self.source.generator])
        return self.noise.given(noise, alone)


class InputSpace(LatentSpace):
    """The normally distributed inputs of the generator, z.

    Args:
        source: The generator.
    """

    name = "z"

    def __init__(self, source: GeneratorSource) -> None:
        self.shapes = ((source.latent_dim,),)
        super().__init__(source)

    def tensors(self, points, labels, noise):
        with self._with_noise(noise):
            return self.source.images(ops.convert_to_tensor(points), labels)

    def draw(self, count, labels, rng):
        return rng.standard_normal((count, self.size)).astype("float32")


class StyleSpace(LatentSpace):
    """The outputs of the mapping network, w: a style for all layers, or each.

    Args:
        source: A generator that has a mapping and a synthesis network.

    Raises:
        ValueError: If it has not.
    """

    name = "w"

    def __init__(self, source: GeneratorSource) -> None:
        parts = style_space.parts(source.generator)
        if parts is None:
            raise ValueError(
                '`space` must be "z" for a generator without styles. Received: '
                f'"{self.name}", and the generator {source.generator.name!r}.'
            )
        self.mapping, self.synthesis = parts
        self.num_styles, size = self.synthesis.inputs[0].shape[1:]
        self.shapes = ((size,), (self.num_styles, size))
        super().__init__(source)
        self._mapped = backend.compiled(self._styles_of)

    def tensors(self, points, labels, noise):
        points = ops.convert_to_tensor(points)
        if len(points.shape) == 2:
            points = ops.repeat(points[:, None], self.num_styles, axis=1)
        with self._with_noise(noise):
            images = self.synthesis(points, training=False)
        return ops.cast(images, "float32")

    def draw(self, count, labels, rng):
        latents = rng.standard_normal((count, self.source.latent_dim))
        return self.styles(latents.astype("float32"), labels)

    def by_layer(self, points):
        if points.ndim == 2:
            points = points[:, None].repeat(self.num_styles, axis=1)
        return points

    def styles(
        self, latents: np.ndarray, labels: np.ndarray | None
    ) -> np.ndarray:
        """Returns the styles of points of z, `(batch, size)`."""
        return ops.convert_to_numpy(self._mapped(latents, labels))

    def deviations(self, vectors):
        labels = None
        if self.source.num_classes is not None:
            labels = np.arange(_DRAWS) % self.source.num_classes
        styles = self.draw(_DRAWS, labels, np.random.default_rng(0))
        return np.std(within_classes(styles, labels) @ vectors.T, axis=0)

    def _styles_of(self, latents, labels):
        inputs: Any = ops.convert_to_tensor(latents)
        if self.source.num_classes is not None:
            inputs = [inputs, ops.cast(labels, "int32")]
        return ops.cast(self.mapping(inputs, training=False), "float32")


_DRAWS = 2_000
_SPACES = {"z": InputSpace, "w": StyleSpace}


def open_space(gan: Any, space: str | None = None) -> LatentSpace:
    """Opens a latent space of a trained generator.

    Args:
        gan: As for `keras_gan.sampling.open_generator`.
        space: `"z"` or `"w"`. None: w where the generator has styles.

    Raises:
        ValueError: If the generator has no such space.
    """
    if space is not None:
        choice("space", space, _SPACES)
    source = open_generator(gan)
    if space is None:
        has_styles = style_space.parts(source.generator) is not None
        space = "w" if has_styles else "z"
    return _SPACES[space](source)


def checked_labels(
    source: GeneratorSource, labels: Any, count: int
) -> np.ndarray | None:
    """Returns the labels of images, if they suit the generator.

    Args:
        source: The generator.
        labels: Integers `(count,)`, or one for all; `None` without classes.
        count: Number of images.

    Raises:
        ValueError: If they do not.
    """
    classes = source.num_classes
    if classes is None:
        if labels is not None:
            raise ValueError(
                "`labels` must be None for a generator without classes. "
                f"Received: {labels!r}."
            )
        return None
    array = np.asarray(-1 if labels is None else labels)
    if array.ndim == 0:
        array = np.full(count, array)
    is_right = array.shape == (count,) and array.dtype.kind in "iu"
    if not is_right or array.min() < 0 or array.max() >= classes:
        raise ValueError(
            f"`labels` must be {count} integers in [0, {classes}), or one for "
            f"all, for a generator with classes. Received: {labels!r}."
        )
    return array.astype("int32")
