"""Where projections start: at near latents in z, at the mean style in w."""

from typing import NamedTuple

import numpy as np

from keras_gan.latents.samples import every_class
from keras_gan.latents.spaces import LatentSpace

_CANDIDATES = 1_000
_BATCH = 64
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

    def of(self, part: slice, starts: int) -> "Starts":
        """Returns the starts of a part of the images."""
        own = slice(part.start * starts, part.stop * starts)
        labels = None if self.labels is None else self.labels[own]
        return Starts(self.points[own], labels, self.deviations[own])


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
    pool = _Pool(space, max(starts, _CANDIDATES), rng)
    is_w = space.name == "w"
    if is_w and starts == 1 and (labels is not None or not _has_classes(space)):
        points = np.zeros((len(images), space.size), "float32")
    else:
        points, labels = pool.nearest(images, labels, starts)
    deviations = np.ones(len(points))
    if is_w:
        own = [None] * len(points) if labels is None else labels.tolist()
        means, deviations = map(
            np.array, zip(*map(pool.styles, own), strict=True)
        )
        points[::starts] = means[::starts]
    return Starts(points, labels, deviations)


def _has_classes(space: LatentSpace) -> bool:
    return space.source.num_classes is not None


class _Pool:
    """Random points by their class, each drawn once."""

    def __init__(
        self, space: LatentSpace, count: int, rng: np.random.Generator
    ) -> None:
        self._space = space
        self._count = count
        self._rng = rng
        self._styles: dict[int | None, tuple[np.ndarray, float]] = {}

    def nearest(
        self, images: np.ndarray, labels: np.ndarray | None, starts: int
    ) -> tuple[np.ndarray, np.ndarray | None]:
        """The points whose images are nearest to each one, and their classes.

        Args:
            images: Floats `(count, height, width, channels)`.
            labels: Their classes; `None` without classes, or for any.
            starts: Number of points for each image.
        """
        points = np.empty((len(images), starts, self._space.size), "float32")
        classes = np.empty((len(images), starts), "int32")
        own = np.full(len(images), -1) if labels is None else labels
        for label in dict.fromkeys(own.tolist()):
            some = np.flatnonzero(own == label)
            of_pool = self._labels(None if label < 0 else label, self._count)
            drawn = self._space.draw(self._count, of_pool, self._rng)
            errors = self._errors(images[some], drawn, of_pool)
            chosen = errors.argsort(axis=1, kind="stable")[:, :starts]
            points[some] = drawn[chosen]
            if of_pool is not None:
                classes[some] = of_pool[chosen]
        flat = points.reshape(-1, self._space.size)
        return flat, classes.ravel() if _has_classes(self._space) else None

    def _errors(
        self, images: np.ndarray, points: np.ndarray, labels: np.ndarray | None
    ) -> np.ndarray:
        """The mean squared error of each image to that of each point."""
        errors = np.empty((len(images), len(points)))
        # In parts: all images of the points may not fit into memory.
        for start in range(0, len(points), _BATCH):
            part = slice(start, start + _BATCH)
            of_points = None if labels is None else labels[part]
            drawn = self._space.images(points[part], of_points)
            for image, row in zip(images, errors, strict=True):
                squares = np.square(drawn - image)
                row[part] = squares.reshape(len(drawn), -1).mean(axis=1)
        return errors

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
