"""Tries an augmenter on random images: shapes and gradients."""

import contextlib
import random
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import keras
import numpy as np
from keras import ops

from keras_gan import backend
from keras_gan.models import augmenter_layers as augmenters
from keras_gan.penalties import input_gradients

_DRAWS = 3
_MOST_IMAGES = 16
_MOST_NUMBERS = 2**20
# Side of images whose size the networks leave open.
_ANY_SIDE = 32


def random_images(image_shape) -> np.ndarray:
    """A small batch of noise in [-1, 1]."""
    shape = [_ANY_SIDE if side is None else side for side in image_shape]
    count = np.clip(_MOST_NUMBERS // np.prod(shape), 2, _MOST_IMAGES)
    draw = np.random.default_rng(0).uniform
    return draw(-1, 1, (int(count), *shape)).astype("float32")


@contextlib.contextmanager
def unchanged(augmenter) -> Iterator[None]:
    """Restores all that an augmenter draws from, and what it keeps."""
    variables = list(augmenter.variables)
    variables += augmenters.random_states([augmenter])
    values = [np.array(ops.convert_to_numpy(one)) for one in variables]
    # Some layers of Keras choose in Python while a graph is made.
    states = random.getstate(), np.random.get_state()
    try:
        with backend.own_variable_scope():
            yield
    finally:
        for variable, value in zip(variables, values, strict=True):
            variable.assign(value)
        random.setstate(states[0])
        np.random.set_state(states[1])


class Trial(NamedTuple):
    """What a layer is tried for.

    Attributes:
        augmenter: The layer that the user gave; others are inside it.
        order: 2 where a penalty needs second derivatives, else 1.
        xla: Whether XLA may compile the training step. A layer that it cannot
            compile is marked so, as Keras marks its own.
    """

    augmenter: Any
    order: int = 1
    xla: bool = False

    def name(self, layer) -> str:
        """A layer in words, and in which one it is."""
        if layer is self.augmenter:
            return named(layer)
        return f"{named(layer)} inside {named(self.augmenter)}"


def outputs_of(augmenter, images, trial=None):
    """What an augmenter makes of images in a training step.

    Raises:
        ValueError: If it cannot be called there.
    """
    function = backend.compiled(lambda x: augmenters.augment(augmenter, x))
    trial = trial or Trial(augmenter)
    with _explaining(augmenter, images, trial):
        return function(ops.convert_to_tensor(images))


def check_gradients(layer, images, trial: Trial):
    """Checks that each part of an augmenter has gradients.

    Args:
        layer: The augmenter or a layer inside it.
        images: Float array `(batch, ...)` that is put into it.
        trial: What it is tried for.

    Returns:
        What comes out, an array.

    Raises:
        ValueError: If a part has none; the message names the part.
    """
    parts = augmenters.chain(layer)
    if parts != [layer]:
        for part in parts:
            images = check_gradients(part, images, trial)
        return images
    choices = _choices(layer)
    if type(layer).__module__.startswith("keras_gan.") and not choices:
        return ops.convert_to_numpy(outputs_of(layer, images, trial))
    for part in choices:
        scaled = _in_range(images, getattr(part, "value_range", None))
        check_gradients(part, scaled, trial)
    outputs = _check_first(layer, images, trial)
    if trial.order == 2:
        _check_second(layer, images, trial)
    if trial.xla and layer.supports_jit:
        layer.supports_jit = backend.compiles_in_xla(
            _first(layer), ops.convert_to_tensor(images)
        )
    return outputs


def named(layer) -> str:
    """A layer's name and class in words."""
    return f"{layer.name!r} ({type(layer).__name__})"


def _choices(layer) -> list:
    """The layers from which one of Keras, KerasCV or ours chooses."""
    package = type(layer).__module__.split(".")[0]
    is_chooser = package in ("keras", "keras_cv", "keras_gan")
    if not is_chooser or isinstance(layer, keras.Model):
        return []
    return layer._flatten_layers(include_self=False, recursive=False)


def _in_range(images, value_range):
    if value_range is None:
        return images
    low, high = images.min(), images.max()
    start, end = value_range
    scaled = (images - low) / (high - low) * (end - start) + start
    return scaled.astype("float32")


def _score(layer, kept: list):
    """A sum over outputs that moves with each of them, in a curve."""

    def score(images):
        outputs = layer(images, training=True)
        kept.append(outputs)
        rows = ops.cast(outputs, "float32")
        rows = ops.reshape(rows, (ops.shape(rows)[0], -1))
        places = ops.cast(ops.arange(ops.shape(rows)[1]), "float32")
        return ops.sum((rows + 0.1 * ops.square(rows)) * ops.cos(1.7 * places))

    return score


def _first(layer):
    def outputs_and_gradients(images):
        kept: list = []
        gradients = input_gradients(_score(layer, kept), images)
        return kept[0], gradients

    return outputs_and_gradients


def _check_first(layer, images, trial):
    function = backend.compiled(_first(layer))
    for _ in range(_DRAWS):
        with _explaining(layer, images, trial):
            outputs, gradients = function(ops.convert_to_tensor(images))
        outputs, gradients = (
            ops.convert_to_numpy(ops.cast(one, "float32"))
            for one in (outputs, gradients)
        )
        if not np.isfinite(gradients).all():
            raise ValueError(_without("finite gradients", layer, trial))
        if _is_dead(outputs, gradients):
            raise ValueError(_without("a gradient", layer, trial))
    return outputs


def _is_dead(outputs, gradients) -> bool:
    """Whether an image is still an image, but nothing passes back to it."""
    gradients = np.abs(gradients).reshape(len(gradients), -1).max(axis=1)
    spread = np.ptp(outputs.reshape(len(outputs), -1), axis=1)
    if len(spread) != len(gradients):
        return not gradients.any()
    return bool(((gradients == 0) & (spread > 0)).any())


def _check_second(layer, images, trial) -> None:
    def squared_slopes(images):
        slopes = input_gradients(_score(layer, []), images)
        return ops.sum(ops.square(slopes))

    def second_derivatives(images):
        return backend.gradient_of(squared_slopes, images)

    function = backend.compiled(second_derivatives)
    try:
        values = ops.convert_to_numpy(function(ops.convert_to_tensor(images)))
    except Exception as error:
        message = _without("second derivatives", layer, trial)
        raise ValueError(message) from error
    if not np.isfinite(values).all():
        raise ValueError(_without("finite second derivatives", layer, trial))


def _without(what: str, layer, trial) -> str:
    reason, cure = "the generator learns through it", ""
    if "second" in what:
        reason = "a penalty on gradients is taken through it"
        cure = ", or train without that penalty"
    return (
        f"`augmenter` must be differentiable in the images, because {reason}. "
        f"Received: the layer {trial.name(layer)}, which does not have {what}. "
        "Leave it out (`keras_gan.layers.DiffAugment`, `AdaptiveAugment` and "
        f'`augmenter("randaugment")` are differentiable){cure}.'
    )


@contextlib.contextmanager
def _explaining(layer, images, trial) -> Iterator[None]:
    """Says in our words that a layer cannot be called."""
    try:
        yield
    except Exception as error:
        raise ValueError(
            "`augmenter` must be a differentiable layer that a training step "
            f"can call. Received: the layer {trial.name(layer)}, which raised "
            f"{type(error).__name__} on float32 images of shape "
            f"{images.shape}: {_reason(error)} Leave it out, or "
            f"{_other(layer)}."
        ) from error


def _other(layer) -> str:
    if layer.compute_dtype == "float32":
        return "take one for such images"
    # Not every layer can compute in the policy of the networks.
    return 'make it with `dtype="float32"`'


def _reason(error: Exception) -> str:
    """The line of a message that says most."""
    lines = re.sub(r"\x1b\[[0-9;]*m", "", str(error)).split("\n")
    told = [one.strip() for one in lines if one.strip()]
    # Keras begins with where it was, which the name says already.
    told = [one for one in told if not one.startswith("Exception encountered")]
    return next(iter(told), "no message.")
