"""Rules for the probability of adaptive augmentation."""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import keras
from keras import ops

from keras_gan.utils.arguments import is_number, number_in

Tensor = Any
_SPEED = "It is in thousands of images; the paper's is 500."


class Signs(NamedTuple):
    """Signs of the logits of real images since the last change.

    Attributes:
        total: Sum of the signs of the logits.
        count: Number of images.
    """

    total: Tensor
    count: Tensor

    @property
    def mean(self) -> Tensor:
        """Near 0 if the discriminator is unsure, 1 if it is certain."""
        return self.total / ops.maximum(self.count, 1.0)


class Adaptive:
    """Raises the probability while the discriminator is overconfident.

    ```
    p <- clip(p + sign(mean sign - target) images / (1000 speed), 0, 1)
    ```

    Args:
        target: Desired mean sign.
        speed: Thousands of images in which p can go from 0 to 1.
    """

    initial = 0.0

    def __init__(self, target: float, speed: float) -> None:
        self._target = target
        self._images = 1000.0 * speed

    def __call__(self, probability, signs, updates, due):
        step = ops.sign(signs.mean - self._target) * signs.count / self._images
        moved = ops.clip(probability + step, 0.0, 1.0)
        return ops.where(due, moved, probability)


class Fixed:
    """Keeps the probability constant."""

    def __init__(self, probability: float) -> None:
        self.initial = probability

    def __call__(self, probability, signs, updates, due):
        return probability


class Scheduled:
    """Computes the probability from the number of discriminator updates.

    Args:
        schedule: Callable, number of updates -> probability, which is clipped
            to [0, 1].

    Raises:
        TypeError: If it does not return a number.
    """

    def __init__(self, schedule: Callable[[Tensor], Tensor]) -> None:
        self._schedule = schedule
        self.initial = min(max(_number(schedule(0)), 0.0), 1.0)

    def __call__(self, probability, signs, updates, due):
        return ops.clip(ops.cast(self._schedule(updates), "float32"), 0.0, 1.0)


def rule(probability, target: float, speed: float):
    """Returns the rule for the arguments of `AdaptiveAugment`.

    Raises:
        ValueError: If one of them is out of its range.
        TypeError: If `probability` has a wrong type.
    """
    if probability is None:
        return Adaptive(
            number_in("target", target, "[-1, 1]"),
            number_in("speed", speed, "(0, 1e30)", hint=_SPEED),
        )
    if is_number(probability):
        return Fixed(number_in("probability", probability, "[0, 1]"))
    if callable(probability):
        return Scheduled(probability)
    raise TypeError(
        "`probability` must be a number in [0, 1], a schedule (a callable of "
        "the number of discriminator updates), or None to adapt it. Received: "
        f"probability={probability!r} of type {type(probability).__name__}."
    )


def serialize(probability):
    """Returns `probability` as a plain value."""
    if callable(probability):
        return keras.saving.serialize_keras_object(probability)
    return probability


def deserialize(probability):
    """Reverses `serialize`."""
    if isinstance(probability, dict):
        return keras.saving.deserialize_keras_object(probability)
    return probability


def _number(given: Any) -> float:
    """Converts the result of a schedule, which may be a tensor."""
    try:
        finite = math.isfinite(given)
    except (TypeError, ValueError):
        finite = False
    if not finite:
        raise TypeError(
            "`probability`, if it is a schedule, must return a finite number. "
            f"Received: {given!r} for 0 updates of the discriminator. Return "
            "a number in [0, 1], or a scalar tensor."
        )
    return float(given)
