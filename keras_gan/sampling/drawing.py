"""Batches of generated images that depend on seed and number alone."""

from typing import Any, NamedTuple

import numpy as np
from keras import ops

from keras_gan import backend
from keras_gan.sampling.filters import get
from keras_gan.sampling.sample_filter import SampleFilter
from keras_gan.sampling.source import GeneratorSource

MAX_TRIES = 64
_CALIBRATION_IMAGES = 1024
_CALIBRATION_BATCH = 64
# Apart from the numbers of batches, which count from 0.
_CALIBRATION = 2**40


class Drawn(NamedTuple):
    """A batch of generated images.

    Attributes:
        images: Float32 array `(batch, ...)` in [-1, 1].
        labels: Int32 array `(batch,)`, or `None`.
        scores: Float32 array `(batch,)`, the filter's; NaN without a filter.

    Example:

    >>> drawn = Drawn(np.zeros((2, 8, 8, 1)), None, np.full(2, np.nan))
    >>> drawn.images.shape
    (2, 8, 8, 1)
    """

    images: np.ndarray
    labels: np.ndarray | None
    scores: np.ndarray


class Drawer:
    """Draws batches of images, each a function of the seed and its number.

    So they may be drawn in any order, or some of them only, and a run that was
    cut off goes on where it stopped. With a filter, places that it leaves empty
    are drawn again, up to `max_tries` times.

    Args:
        source: `GeneratorSource`.
        filter: As `keras_gan.sampling.get` takes it. It is bound to the source
            and calibrated at once.
        truncation: Bound on the latents' absolute values, or `None`.
        seed: Integer of 0 or more.
        max_tries: How often a place is drawn before the filter is given up.

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
        max_tries: int = MAX_TRIES,
    ) -> None:
        self.source = source
        self.filter: SampleFilter | None = get(filter)
        self.truncation = check_truncation(truncation)
        self.seed = seed
        self.max_tries = max_tries
        self._images = backend.compiled(source.images)
        if self.filter is not None:
            self.filter.bind(source)
            self._judge = backend.compiled(self.filter.judge)
            self.calibrate()

    def calibrate(self) -> None:
        """Shows the filter images of every class, as they are drawn."""
        if self.filter is None:
            return
        size, classes = _CALIBRATION_BATCH, self.source.num_classes
        turns = np.arange(_CALIBRATION_IMAGES)
        labels = None if classes is None else turns % classes
        images = [
            self._try(
                size,
                None if labels is None else labels[start : start + size],
                _CALIBRATION + start,
                0,
            )[0]
            for start in range(0, _CALIBRATION_IMAGES, size)
        ]
        self.filter.calibrate(np.concatenate(images), labels)

    def batch(self, size: int, index: int, labels: Any = None) -> Drawn:
        """Draws the batch of a number.

        Args:
            size: Images in it.
            index: Its number, 0 or more.
            labels: Integers `(size,)` where there are classes.

        Raises:
            ValueError: If the filter refuses too many images.
        """
        if labels is not None:
            labels = np.asarray(labels, "int32")
        if self.filter is None:
            images, _ = self._try(size, labels, index, 0)
            return Drawn(images, labels, np.full(size, np.nan, "float32"))
        return self._filtered(self.filter, size, index, labels)

    def _filtered(self, filter, size, index, labels):
        images = np.zeros((size, *self.source.image_shape), "float32")
        scores = np.full(size, np.nan, "float32")
        empty = np.ones(size, bool)
        for number in range(self.max_tries):
            drawn, uniform = self._try(size, labels, index, number)
            accepted, judged = (
                ops.convert_to_numpy(one)
                for one in self._judge(drawn, labels, uniform)
            )
            taken = empty & accepted
            images[taken], scores[taken] = drawn[taken], judged[taken]
            empty &= ~accepted
            if not empty.any():
                return Drawn(images, labels, scores)
        raise ValueError(rejected(empty, labels, filter, self.max_tries))

    def _try(self, size, labels, index, number):
        """Images of all places, and a draw from [0, 1) for each."""
        random = np.random.default_rng([self.seed, index, number])
        shape = (size, self.source.latent_dim)
        latents = random.standard_normal(shape)
        bound = self.truncation
        while bound is not None and (outside := np.abs(latents) > bound).any():
            latents[outside] = random.standard_normal(outside.sum())
        images = self._images(latents.astype("float32"), labels)
        uniform = random.random(size, dtype="float32")
        return ops.convert_to_numpy(images), uniform


def check_truncation(truncation: Any) -> float | None:
    """Returns the bound as a float, or raises an error that names it."""
    if truncation is None:
        return None
    # So small a bound would leave next to nothing of the normal distribution.
    if isinstance(truncation, bool) or not float(truncation) >= 0.01:
        raise ValueError(
            "`truncation` must be at least 0.01, the largest absolute value of "
            f"a latent. Received: {truncation!r}. None turns it off."
        )
    return float(truncation)


def rejected(
    empty: Any, labels: Any, filter: SampleFilter, max_tries: int
) -> str:
    """What to say of a filter that leaves places empty.

    Args:
        empty: Boolean array, the places without an image.
        labels: Integers, or `None`.
        filter: The filter.
        max_tries: How often each place was drawn.
    """
    share = 1.0 - np.mean(empty)
    of_classes = ""
    if labels is not None:
        classes = sorted(set(np.asarray(labels)[empty].tolist()))
        of_classes = f" Without an image are places of the classes {classes}."
    return (
        "`filter` must accept some of the images of every class. Received: "
        f"{filter.name!r}, which accepted an image for {share:.1%} of "
        f"{len(empty)} places within {max_tries} draws of each.{of_classes} "
        "Lower its demands, or train the GAN for longer."
    )
