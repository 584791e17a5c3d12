"""`Scores`: a network's outputs for real and generated images."""

import functools
from collections.abc import Callable
from typing import Any

import keras

from keras_gan import backend
from keras_gan.utils import added_losses

Tensor = Any
"""A tensor of the framework that Keras runs on."""


class Scored:
    """Images with a network's outputs and input gradients, each computed once.

    The network is called when an attribute is first used. `input_gradients`
    backpropagates through the same pass.

    Args:
        score: Callable, images `(batch, ...)` -> logits `(batch, ...)`, or a
            list of outputs with the logits first.
        images: Tensor `(batch, ...)`.
        keeps_gradients: Whether the pass is recorded for `input_gradients`. If
            not, `input_gradients` needs a second pass.

    Attributes:
        images: The images.
        outputs: List of the network's outputs, the logits first.
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
        self._keeps_gradients = keeps_gradients and is_floating(images)

    @property
    def outputs(self) -> list:
        return self._pass[0]

    @property
    def logits(self) -> Tensor:
        return self._pass[0][0]

    @functools.cached_property
    def input_gradients(self) -> Tensor:
        if keras.tree.is_nested(self.images):
            raise TypeError(
                "Gradients with respect to images need one tensor of images. "
                f"Received: {type(self.images).__name__} as data. Score only "
                "the images, and pass the rest through the network's closure: "
                '`turn.score(lambda x: network([x, labels]), batch["images"])`.'
            )
        if not is_floating(self.images):
            raise TypeError(
                "`images` must be floating-point numbers for gradients with "
                "respect to them. Received: dtype "
                f"{dtype_of(self.images)}. Cast them, and scale bytes with "
                "`images / 127.5 - 1.0`."
            )
        recorded = self._pass
        if not self._keeps_gradients:
            recorded = self._recorded_pass()
        return recorded[1]()

    @functools.cached_property
    def _pass(self) -> tuple:
        if not self._keeps_gradients:
            return self._outputs_of(self.images), None
        return self._recorded_pass()

    def _recorded_pass(self) -> tuple:
        layers: list = []

        def outputs_and_added(images):
            # In JAX, what is computed here must be returned.
            with added_losses.collected() as added:
                outputs = self._outputs_of(images)
            layers[:] = [layer for layer, _ in added]
            return [*outputs, *(loss for _, loss in added)]

        outputs, gradients = backend.pass_with_input_gradients(
            outputs_and_added, self.images
        )
        first = len(outputs) - len(layers)
        for layer, loss in zip(layers, outputs[first:], strict=True):
            added_losses.add(layer, loss)
        return outputs[:first], gradients

    def _outputs_of(self, images: Tensor) -> list:
        outputs = self._score(images)
        return list(outputs) if isinstance(outputs, list | tuple) else [outputs]


class Scores:
    """A network's outputs for a batch of real and of generated images.

    A turn of training passes it to losses and penalties. It can be called like
    the network itself; the real and the fake images are not scored twice.

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
        """Returns images with their scores, reusing an earlier pass.

        Args:
            images: Tensor `(batch, ...)`.
            keeps_gradients: As in `Scored`, if a new pass is needed.
        """
        for known in (self.real, self.fake):
            if known.images is images:
                return known
        return Scored(self._score, images, keeps_gradients=keeps_gradients)


def input_gradients(score: Callable[[Tensor], Any], images: Tensor) -> Tensor:
    """Returns the gradient of the summed scores with respect to the images.

    Args:
        score: Callable, images `(batch, ...)` -> logits. `Scores`, with which
            penalties are called in training, reuse an earlier pass.
        images: Float tensor `(batch, ...)`.

    Returns:
        Tensor of the shape of `images`, itself differentiable.

    Raises:
        TypeError: If the images are integers.

    Example:

    >>> slopes = input_gradients(lambda x: 3.0 * x[:, :1], ops.ones((4, 2)))
    >>> ops.convert_to_numpy(slopes)[0].tolist()
    [3.0, 0.0]
    """
    if isinstance(score, Scores):
        return score.scored(images).input_gradients
    return Scored(score, images).input_gradients


def dtype_of(images: Tensor) -> str:
    """The name of the data type of images."""
    return keras.backend.standardize_dtype(images.dtype)


def is_floating(images: Tensor) -> bool:
    """Whether images are one tensor of floating-point numbers."""
    if keras.tree.is_nested(images):
        return False
    return keras.backend.is_float_dtype(dtype_of(images))
