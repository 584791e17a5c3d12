"""Batches of generated images that depend on seed and index only."""

from typing import Any, NamedTuple

import numpy as np
from keras import ops

from keras_gan import backend
from keras_gan.sampling.acceptance_counter import AcceptanceCounter
from keras_gan.sampling.filters import get
from keras_gan.sampling.generator_source import GeneratorSource
from keras_gan.sampling.sample_filter import SampleFilter
from keras_gan.utils.tensors import truncated_normal
from keras_gan.utils.truncation import truncation_of

# Draws after which a filter that accepts almost nothing is an error.
MAX_DRAWS = 4096
_CALIBRATION_IMAGES = 1024
# Minimum number of candidates at once.
_BATCH = 64
# A spawned stream, independent of those that batches draw latents from.
_CALIBRATION = (1,)


class Drawn(NamedTuple):
    """A batch of generated images.

    Attributes:
        images: Float32 array `(batch, ...)` in [-1, 1].
        labels: Int32 array `(batch,)`, or `None`.
        scores: Float32 array `(batch,)` of the filter; NaN without a filter.

    Example:

    >>> drawn = Drawn(np.zeros((2, 8, 8, 1)), None, np.full(2, np.nan))
    >>> drawn.images.shape
    (2, 8, 8, 1)
    """

    images: np.ndarray
    labels: np.ndarray | None
    scores: np.ndarray


class Drawer:
    """Draws batches of images that depend on the seed and their index only.

    Batches may be drawn in any order, and an interrupted run can continue where
    it stopped. With a filter, rejected images are drawn again until all places
    are filled; the fewer places are left, the more candidates each gets at
    once.

    Args:
        source: `GeneratorSource`.
        filter: As for `keras_gan.sampling.get`. It is bound to the source and
            calibrated immediately.
        truncation: Largest absolute value of a latent; of a generator with
            styles the share of each style's distance from the mean style that
            is kept; or `None`.
        seed: Integer of at least 0.
        max_draws: Number of images, of a class or overall, after which it is an
            error if the filter has accepted fewer than one in a thousand.

    Example:

    >>> gan = keras_gan.GAN(*keras_gan.networks.mlp((8, 8, 1)), seed=1)
    >>> drawer = Drawer(keras_gan.sampling.open_generator(gan), seed=1)
    >>> drawer.batch(4, 0).images.shape
    (4, 8, 8, 1)
    """

    def __init__(
        self,
        source: GeneratorSource,
        *,
        filter: Any = None,
        truncation: float | None = None,
        seed: int = 0,
        max_draws: int = MAX_DRAWS,
    ) -> None:
        self.source = source
        self.filter: SampleFilter | None = get(filter)
        self.truncation = truncation_of(source.generator, truncation)
        self.seed = seed
        self.max_draws = max_draws
        self._images = backend.compiled(self._images_of)
        if self.filter is not None:
            self.filter.bind(source)
            self._judge = backend.compiled(self.filter.judge)
            self.calibrate()

    def _images_of(self, latents, labels, pair):
        return self.source.images(
            latents, labels, backend.FixedSeeds(pair), self.truncation.share
        )

    def calibrate(self) -> None:
        """Calibrates the filter with generated images of every class."""
        if self.filter is None:
            return
        classes = self.source.num_classes
        turns = np.arange(_CALIBRATION_IMAGES)
        labels = None if classes is None else turns % classes
        images = [
            self._candidates(
                None if labels is None else labels[start : start + _BATCH],
                _BATCH,
                np.random.SeedSequence(
                    [self.seed, start], spawn_key=_CALIBRATION
                ),
            )[0]
            for start in range(0, _CALIBRATION_IMAGES, _BATCH)
        ]
        self.filter.calibrate(np.concatenate(images), labels)

    def check_filter(self, classes: Any = None) -> None:
        """Draws one image of each class to check that the filter accepts some.

        Args:
            classes: Integers, the classes to try. Default: all.

        Raises:
            ValueError: If the filter rejects almost all images of a class.
        """
        if self.filter is None:
            return
        if classes is None and self.source.num_classes is not None:
            classes = np.arange(self.source.num_classes)
        number = 1 if classes is None else len(classes)
        for start in range(0, number, _BATCH):
            some = None if classes is None else classes[start : start + _BATCH]
            self.batch(min(_BATCH, number - start), start, some)

    def batch(self, size: int, index: int, labels: Any = None) -> Drawn:
        """Draws one batch.

        Args:
            size: Number of images.
            index: Index of the batch, from 0.
            labels: Integers `(size,)` if there are classes.

        Raises:
            ValueError: If the filter rejects almost all images.
        """
        if labels is not None:
            labels = np.asarray(labels, "int32")
        if self.filter is None:
            images, _ = self._candidates(labels, size, [self.seed, index, 0])
            return Drawn(images, labels, np.full(size, np.nan, "float32"))
        return self._filtered(self.filter, size, index, labels)

    def _filtered(self, filter, size, index, labels):
        images = np.zeros((size, *self.source.image_shape), "float32")
        scores = np.full(size, np.nan, "float32")
        counter = AcceptanceCounter(filter, labels, self.max_draws)
        empty, number, width = np.arange(size), 0, size
        while len(empty):
            # At first one candidate per place, then several for each of the
            # places that are left.
            places = np.resize(empty, width)
            wanted = None if labels is None else labels[places]
            drawn, uniform = self._candidates(
                wanted, width, [self.seed, index, number]
            )
            accepted, judged = (
                ops.convert_to_numpy(one)
                for one in self._judge(drawn, wanted, uniform)
            )
            good = np.flatnonzero(accepted)
            filled, first = np.unique(places[good], return_index=True)
            chosen = good[first]
            images[filled], scores[filled] = drawn[chosen], judged[chosen]
            empty = np.setdiff1d(empty, filled)
            counter.add(places, accepted)
            counter.check(empty)
            number, width = number + 1, max(size, _BATCH)
        return Drawn(images, labels, scores)

    def _candidates(self, labels, size, seed):
        """Images, and a draw from [0, 1) for each."""
        random = np.random.default_rng(seed)
        shape = (size, self.source.latent_dim)
        if self.truncation.bound is None:
            latents = random.standard_normal(shape).astype("float32")
        else:
            uniform = random.uniform(-1.0, 1.0, shape)
            latents = truncated_normal(uniform, self.truncation.bound)
        uniform = random.random(size, dtype="float32")
        noise = random.integers(2**31, size=2, dtype="int32")
        images = self._images(ops.convert_to_numpy(latents), labels, noise)
        return ops.convert_to_numpy(images), uniform
