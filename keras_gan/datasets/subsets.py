"""Some of the images of a source."""

import dataclasses

import numpy as np

from keras_gan.datasets.examples import Arrays, Examples
from keras_gan.datasets.sources import Source


def subset(source: Source, indices: np.ndarray) -> Source:
    """Returns some images or examples of a source, to hold back the others.

    Args:
        source: What `open_source` returned, or an `Examples`.
        indices: Numbers of the images, in their new order.

    Example:

    >>> from keras_gan.datasets import open_source
    >>> few = subset(open_source("digits"), np.array([7, 8, 9]))
    >>> len(few), few.labels.tolist()
    (3, [7, 8, 9])
    """
    indices = np.asarray(indices, "int64")
    if isinstance(source, Examples):
        return _SomeExamples(source, indices)
    return _SomeImages(source, indices)


class _SomeImages(Source):
    def __init__(self, source: Source, indices: np.ndarray) -> None:
        labels = None if source.labels is None else source.labels[indices]
        super().__init__(_info(source, indices), source.stored_range, labels)
        self.num_workers = source.num_workers
        self._source, self._indices = source, indices

    @property
    def dtype(self) -> np.dtype:
        return self._source.dtype

    def read(self, indices: np.ndarray) -> np.ndarray:
        try:
            return self._source.read(self._indices[indices])
        finally:
            self.failure = self._source.failure


class _SomeExamples(Examples):
    def __init__(self, examples: Examples, indices: np.ndarray) -> None:
        Source.__init__(self, _info(examples, indices), examples.stored_range)
        self.shapes, self.sources = examples.shapes, examples.sources
        self.num_workers = examples.num_workers
        self._examples, self._indices = examples, indices

    def draw(self, index: int, random: np.random.Generator) -> Arrays:
        return self._examples.draw(int(self._indices[index]), random)


def _info(source: Source, indices: np.ndarray):
    return dataclasses.replace(source.info, num_images=len(indices))
