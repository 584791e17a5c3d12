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
        deviations: For each point, the root of the mean squared distance of
            styles of its class to their mean, floats `(images * starts,)`; 1
            in z.
    """

    points: np.ndarray
    labels: np.ndarray | None
    deviations: np.ndarray


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
    nearest = [
        pool.nearest(image, label, starts)
        for image, label in zip(images, wanted, strict=True)
    ]
    points = np.concatenate([near for near, _ in nearest])
    classes = [own for _, own in nearest if own is not None]
    chosen = np.concatenate(classes) if classes else None
    deviations = np.ones(len(points))
    if space.name == "w":
        own = [None] * len(points) if chosen is None else chosen.tolist()
        means, deviations = map(
            np.array, zip(*map(pool.styles, own), strict=True)
        )
        points[::starts] = means[::starts]
    return Starts(points, chosen, deviations)


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
        self._styles: dict[int | None, tuple[np.ndarray, float]] = {}

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

    def styles(self, label: int | None) -> tuple[np.ndarray, float]:
        """The mean of many styles of a class, and their deviation."""
        if label not in self._styles:
            labels = self._labels(label, _STYLES)
            points = self._space.draw(_STYLES, labels, self._rng)
            mean = points.mean(axis=0)
            squares = np.square(points - mean).sum(axis=1)
            self._styles[label] = mean, float(np.sqrt(squares.mean()))
        return self._styles[label]

    def _labels(self, label: int | None, count: int) -> np.ndarray | None:
        if label is None:
            return every_class(self._space, count)
        return np.full(count, label, "int32")
