"""What a network says about images, from one pass, as penalties see it."""

import functools
from collections.abc import Callable
from typing import Any

import keras

from keras_gan import backend

Tensor = Any
"""A tensor of whatever framework Keras runs on."""


class Scored:
    """Images and what a network says about them, each computed once.

    The pass is made when something of it is first asked for. `input_gradients`
    goes back along that pass.

    Args:
        score: Callable, images `(batch, ...)` -> logits `(batch, ...)`, or a
            list of outputs with the logits first.
        images: Tensor `(batch, ...)`.
        keeps_gradients: Whether the pass is recorded for `input_gradients`,
            which otherwise make a pass of their own.

    Attributes:
        images: The images.
        outputs: List of everything the network returned, the logits first.
        logits: The first of `outputs`.
        input_gradients: Gradient of the sum of the logits with respect to the
            images, a tensor of their shape that can be differentiated again.

    Example:

    >>> images = ops.ones((4, 2))
    >>> scored = Scored(lambda x: ops.sum(x * x, axis=1), images)
    >>> ops.convert_to_numpy(scored.input_gradients)[0].tolist()
    [2.0, 2.0]
    """

    def __init__(
        self,
        score: Callable[[Tensor], Any],
        images: Tensor,
        *,
        keeps_gradients: bool = True,
    ) -> None:
        self.images = images
        self._score = score
        self._keeps_gradients = keeps_gradients and _is_floating(images)

    @property
    def outputs(self) -> list:
        return self._pass[0]

    @property
    def logits(self) -> Tensor:
        return self._pass[0][0]

    @functools.cached_property
    def input_gradients(self) -> Tensor:
        if not _is_floating(self.images):
            raise TypeError(
                "`images` must be floating-point numbers for gradients with "
                f"respect to them. Received: dtype {_dtype(self.images)}. Cast "
                "them, and scale bytes with `images / 127.5 - 1.0`."
            )
        found = self._pass
        if not self._keeps_gradients:
            found = self._recorded_pass()
        return found[1]()

    @functools.cached_property
    def _pass(self) -> tuple:
        if not self._keeps_gradients:
            return self._outputs_of(self.images), None
        return self._recorded_pass()

    def _recorded_pass(self) -> tuple:
        return backend.pass_with_input_gradients(self._outputs_of, self.images)

    def _outputs_of(self, images: Tensor) -> list:
        outputs = self._score(images)
        return list(outputs) if isinstance(outputs, list | tuple) else [outputs]


class Scores:
    """Real and fake images as one network scores them.

    What a turn of training hands to losses and penalties. It may be called like
    the network itself: the real and the fake images are not scored again.

    Args:
        score: Callable, images `(batch, ...)` -> logits `(batch, ...)`, or a
            list of outputs with the logits first.
        real_images: Tensor `(batch, ...)`.
        fake_images: Tensor `(batch, ...)`.
        keeps_gradients: As in `Scored`.

    Attributes:
        real: `Scored` of the real images.
        fake: `Scored` of the fake images.

    Example:

    >>> images = ops.ones((4, 2))
    >>> scores = Scores(lambda x: ops.sum(x, axis=1), images, -images)
    >>> ops.convert_to_numpy(scores.real.logits).tolist()
    [2.0, 2.0, 2.0, 2.0]
    """

    def __init__(
        self,
        score: Callable[[Tensor], Any],
        real_images: Tensor,
        fake_images: Tensor,
        *,
        keeps_gradients: bool = True,
    ) -> None:
        self._score = score
        self.real = Scored(score, real_images, keeps_gradients=keeps_gradients)
        self.fake = Scored(score, fake_images, keeps_gradients=keeps_gradients)

    def __call__(self, images: Tensor) -> Tensor:
        """Returns the logits of images."""
        return self.scored(images, keeps_gradients=False).logits

    def scored(self, images: Tensor, *, keeps_gradients: bool = True) -> Scored:
        """Returns images with their scores, from the pass made already, if any.

        Args:
            images: Tensor `(batch, ...)`.
            keeps_gradients: As in `Scored`, for a new pass.
        """
        for known in (self.real, self.fake):
            if known.images is images:
                return known
        return Scored(self._score, images, keeps_gradients=keeps_gradients)


def input_gradients(score: Callable[[Tensor], Any], images: Tensor) -> Tensor:
    """Returns the gradient of the summed scores with respect to the images.

    Args:
        score: Callable, images `(batch, ...)` -> logits. `Scores`, which a
            penalty is called with in training, reuse the pass they have made.
        images: Float tensor `(batch, ...)`.

    Returns:
        Tensor of the shape of `images`, itself differentiable.

    Raises:
        TypeError: If the images are integers, which have no gradient.

    Example:

    >>> slopes = input_gradients(lambda x: 3.0 * x[:, :1], ops.ones((4, 2)))
    >>> ops.convert_to_numpy(slopes)[0].tolist()
    [3.0, 0.0]
    """
    if isinstance(score, Scores):
        return score.scored(images).input_gradients
    return Scored(score, images).input_gradients


def _dtype(images: Tensor) -> str:
    return keras.backend.standardize_dtype(images.dtype)


def _is_floating(images: Tensor) -> bool:
    return keras.backend.is_float_dtype(_dtype(images))
