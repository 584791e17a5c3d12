"""Calls an augmenter on random images to check shapes and gradients."""

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
from keras_gan.penalties import Scored
from keras_gan.utils.inner_layers import inner_layers

_NUM_CALLS = 3
_MAX_IMAGES = 16
_MAX_NUMBERS = 2**20
# Side length where the networks do not fix the image size.
_DEFAULT_SIDE = 32


def random_images(image_shape) -> np.ndarray:
    """Returns a small batch of noise in [-1, 1]."""
    shape = [_DEFAULT_SIDE if side is None else side for side in image_shape]
    count = np.clip(_MAX_NUMBERS // np.prod(shape), 2, _MAX_IMAGES)
    draw = np.random.default_rng(0).uniform
    return draw(-1, 1, (int(count), *shape)).astype("float32")


@contextlib.contextmanager
def unchanged(augmenter) -> Iterator[None]:
    """Context that restores an augmenter's variables and random states."""
    variables = list(augmenter.variables)
    variables += augmenters.random_states([augmenter])
    values = [np.array(ops.convert_to_numpy(one)) for one in variables]
    # Some Keras layers draw in Python while a graph is traced.
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
    """What an augmenter has to support.

    Attributes:
        augmenter: The layer that the user passed, which may contain others.
        order: 2 if a penalty needs second derivatives, otherwise 1.
        xla: Whether XLA may compile the training step. Layers that it cannot
            compile get `supports_jit = False`, as Keras' own do.
    """

    augmenter: Any
    order: int = 1
    xla: bool = False

    def name(self, layer) -> str:
        """A layer's name for a message, with that of the augmenter."""
        if layer is self.augmenter:
            return named(layer)
        return f"{named(layer)} inside {named(self.augmenter)}"


def outputs_of(augmenter, images, trial=None, pair=None):
    """Returns the augmented images of a training step.

    Args:
        augmenter: The augmenter.
        images: Float array `(batch, ...)`.
        trial: What it has to support.
        pair: As in `augmenter_layers.augment`.

    Raises:
        ValueError: If a training step cannot call the augmenter.
    """
    function = backend.compiled(
        lambda x: augmenters.augment(augmenter, x, pair)
    )
    trial = trial or Trial(augmenter)
    with _explaining(augmenter, images, trial):
        return function(ops.convert_to_tensor(images))


def check_gradients(layer, images, trial: Trial):
    """Checks that each layer of an augmenter is differentiable.

    Args:
        layer: The augmenter or a layer inside it.
        images: Float array `(batch, ...)`, the inputs of the layer.
        trial: What the augmenter has to support.

    Returns:
        The outputs of the layer, an array.

    Raises:
        ValueError: If a layer is not differentiable; the message names it.
    """
    parts = augmenters.chain(layer)
    if parts != [layer]:
        for part in parts:
            images = check_gradients(part, images, trial)
        return images
    choices = _alternatives(layer)
    if type(layer).__module__.startswith("keras_gan.") and not choices:
        return ops.convert_to_numpy(outputs_of(layer, images, trial))
    for part in choices:
        scaled = _rescaled(images, getattr(part, "value_range", None))
        check_gradients(part, scaled, trial)
    outputs = _check_first_derivatives(layer, images, trial)
    if trial.order == 2:
        _check_second_derivatives(layer, images, trial)
    if trial.xla and layer.supports_jit:
        layer.supports_jit = backend.compiles_in_xla(
            _with_gradients(layer), ops.convert_to_tensor(images)
        )
    return outputs


def named(layer) -> str:
    """A layer's name and class, for a message."""
    return f"{layer.name!r} ({type(layer).__name__})"


def _alternatives(layer) -> list:
    """The sublayers among which a layer of a known package chooses."""
    package = type(layer).__module__.split(".")[0]
    is_chooser = package in ("keras", "keras_cv", "keras_gan")
    if not is_chooser or isinstance(layer, keras.Model):
        return []
    return inner_layers(layer, recursive=False)


def _rescaled(images, value_range):
    if value_range is None:
        return images
    low, high = images.min(), images.max()
    start, end = value_range
    scaled = (images - low) / (high - low) * (end - start) + start
    return scaled.astype("float32")


def _score(layer):
    """Returns a score that depends nonlinearly on every output; and these."""

    def score(images):
        outputs = ops.cast(layer(images, training=True), "float32")
        rows = ops.reshape(outputs, (ops.shape(outputs)[0], -1))
        places = ops.cast(ops.arange(ops.shape(rows)[1]), "float32")
        curve = (rows + 0.1 * ops.square(rows)) * ops.cos(1.7 * places)
        return [ops.sum(curve), outputs]

    return score


def _with_gradients(layer):
    """Returns a function, images -> outputs and gradients of their score."""

    def outputs_and_gradients(images):
        scored = Scored(_score(layer), images)
        return scored.outputs[1], scored.input_gradients

    return outputs_and_gradients


def _check_first_derivatives(layer, images, trial):
    function = backend.compiled(_with_gradients(layer))
    for _ in range(_NUM_CALLS):
        with _explaining(layer, images, trial):
            outputs, gradients = function(ops.convert_to_tensor(images))
        outputs, gradients = (
            ops.convert_to_numpy(ops.cast(one, "float32"))
            for one in (outputs, gradients)
        )
        if not np.isfinite(gradients).all():
            raise ValueError(_lacks("finite gradients", layer, trial))
        if _has_zero_gradients(outputs, gradients):
            raise ValueError(_lacks("a gradient", layer, trial))
    return outputs


def _has_zero_gradients(outputs, gradients) -> bool:
    """Whether an image whose output is not constant has a zero gradient."""
    gradients = np.abs(gradients).reshape(len(gradients), -1).max(axis=1)
    spread = np.ptp(outputs.reshape(len(outputs), -1), axis=1)
    if len(spread) != len(gradients):
        return not gradients.any()
    return bool(((gradients == 0) & (spread > 0)).any())


def _check_second_derivatives(layer, images, trial) -> None:
    def squared_slopes(images):
        slopes = Scored(_score(layer), images).input_gradients
        return ops.sum(ops.square(slopes))

    def second_derivatives(images):
        return backend.gradient_of(squared_slopes, images)

    function = backend.compiled(second_derivatives)
    try:
        values = ops.convert_to_numpy(function(ops.convert_to_tensor(images)))
    except Exception as error:
        message = _lacks("second derivatives", layer, trial)
        raise ValueError(message) from error
    if not np.isfinite(values).all():
        raise ValueError(_lacks("finite second derivatives", layer, trial))


def _lacks(what: str, layer, trial) -> str:
    """The error message for a layer without certain derivatives."""
    reason, cure = "the generator is trained through it", ""
    if "second" in what:
        reason = "a gradient penalty is computed through it"
        cure = ", or train without that penalty"
    return (
        "`augmenter` must be differentiable with respect to the images, "
        f"because {reason}. Received: the layer {trial.name(layer)}, which "
        f"does not have {what}. Leave it out (`keras_gan.layers.DiffAugment`, "
        '`AdaptiveAugment` and `augmenter("randaugment")` are '
        f"differentiable){cure}."
    )


@contextlib.contextmanager
def _explaining(layer, images, trial) -> Iterator[None]:
    """Explains in an error why a layer cannot be called."""
    try:
        yield
    except Exception as error:
        raise ValueError(
            "`augmenter` must be a differentiable layer that a training step "
            f"can call. Received: the layer {trial.name(layer)}, which raised "
            f"{type(error).__name__} on float32 images of shape "
            f"{images.shape}: {_reason(error)} Leave it out, or "
            f"{_cure(layer)}."
        ) from error


def _cure(layer) -> str:
    if layer.compute_dtype == "float32":
        return "use a layer for such images"
    # Not every layer works in the networks' dtype policy.
    return 'create it with `dtype="float32"`'


def _reason(error: Exception) -> str:
    """The most informative line of an error message."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", str(error))
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    # The first line of Keras' message only names the layer.
    lines = [x for x in lines if not x.startswith("Exception encountered")]
    return next(iter(lines), "no message.")
