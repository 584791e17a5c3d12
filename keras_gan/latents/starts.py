"""Where projections start: at near latents in z, at the mean style in w."""

from typing import NamedTuple

import numpy as np

from keras_gan.latents.samples import every_class
from keras_gan.latents.spaces import LatentSpace

_CANDIDATES = 1_000
_MOST_VALUES = 2**24
_STYLES = 10_000


class Starts(NamedTuple):
    """Where to start from.

    Attributes:
        points: Float32 array `(images * starts, size)`, image by image.
        labels: Their classes, or `None` without classes.
        deviation: Root of the mean squared distance of points to their mean.
    """

    points: np.ndarray
    labels: np.ndarray | None
    deviation: float


def starting_points(
    space: LatentSpace,
    images: np.ndarray,
    labels: np.ndarray | None,
    starts: int,
    rng: np.random.Generator,
) -> Starts:
    """Chooses points whose images are near given images.

    Args:
        space: The space of the points.
        images: Floats `(count, height, width, channels)`.
        labels: Classes of the images; `None` without classes, or to choose.
        starts: Number of points for each image.
        rng: Generator of random numbers.
    """
    pool = _Pool(space, max(starts, _fitting(images)), rng)
    wanted = [None] * len(images) if labels is None else labels.tolist()
    points: list[np.ndarray] = []
    classes: list[np.ndarray] = []
    for image, label in zip(images, wanted, strict=True):
        near, own = pool.nearest(image, label, starts)
        if space.name == "w":
            near[0] = pool.mean(None if own is None else int(own[0]))
        points.append(near)
        classes += [] if own is None else [own]
    return Starts(
        np.concatenate(points),
        np.concatenate(classes) if classes else None,
        pool.deviation,
    )


def _fitting(images: np.ndarray) -> int:
    """How many candidates fit into memory."""
    return max(1, min(_CANDIDATES, _MOST_VALUES // images[0].size))


class _Pool:
    """Random points by their class, each drawn once."""

    def __init__(
        self, space: LatentSpace, count: int, rng: np.random.Generator
    ) -> None:
        self._space = space
        self._count = count
        self._rng = rng
        self._drawn: dict[int | None, tuple] = {}
        self._means: dict[int | None, np.ndarray] = {}
        self.deviation = 1.0

    def nearest(
        self, image: np.ndarray, label: int | None, starts: int
    ) -> tuple[np.ndarray, np.ndarray | None]:
        """The points whose images are nearest to one, and their classes."""
        if label not in self._drawn:
            labels = self._labels(label, self._count)
            points = self._space.draw(self._count, labels, self._rng)
            drawn = self._space.images(points, labels)
            self._drawn[label] = points, labels, drawn
        points, labels, drawn = self._drawn[label]
        errors = np.square(drawn - image).reshape(len(drawn), -1).mean(axis=1)
        chosen = errors.argsort(kind="stable")[:starts]
        return points[chosen], None if labels is None else labels[chosen]

    def mean(self, label: int | None) -> np.ndarray:
        """The mean of many points of a class."""
        if label not in self._means:
            labels = self._labels(label, _STYLES)
            points = self._space.draw(_STYLES, labels, self._rng)
            mean = points.mean(axis=0)
            squares = np.square(points - mean).sum(axis=1)
            self.deviation = float(np.sqrt(squares.mean()))
            self._means[label] = mean
        return self._means[label]

    def _labels(self, label: int | None, count: int) -> np.ndarray | None:
        if label is None:
            return every_class(self._space, count)
        return np.full(count, label, "int32")
