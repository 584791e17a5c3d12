"""Adam on latents, and on the noise of a style generator."""

import dataclasses
import math
from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_gan import backend
from keras_gan.latents.matching import Matching
from keras_gan.latents.spaces import LatentSpace
from keras_gan.latents.starts import Starts

Tensor = Any

# Shares of the steps, and a share of the deviation of styles.
_RISE, _FALL = 0.05, 0.25
_SHAKEN, _SHAKE = 0.75, 0.05
# Smaller maps of noise are not reduced further.
_SMALLEST = 8


@dataclasses.dataclass(frozen=True)
class Plan:
    """How to optimize.

    Attributes:
        steps: Number of steps.
        learning_rate: The largest one.
        noise_weight: Factor of the noise's correlations.
        shakes: Whether noise is added to the latents, which fades out.
    """

    steps: int
    learning_rate: float
    noise_weight: float
    shakes: bool

    def rate(self, step: int) -> float:
        """The learning rate of a step, from 0."""
        share = (step + 1) / self.steps
        fall = 0.5 - 0.5 * math.cos(
            math.pi * min(1.0, (1.0 - step / self.steps) / _FALL)
        )
        return self.learning_rate * fall * min(1.0, share / _RISE)

    def shake(self, step: int) -> float:
        """The noise on latents at a step, as a share of their deviation."""
        left = max(0.0, 1.0 - step / self.steps / _SHAKEN)
        return _SHAKE * left**2 * self.shakes


class Descent:
    """Latents whose images come nearer to given ones, each to its own.

    Args:
        space: Their space.
        matching: The distance of images.
        wanted: For each latent, what `matching` compares its image with.
        begun: Latents to start from, `(count, ...)`, and their classes.
        plan: How to optimize.
    """

    def __init__(
        self,
        space: LatentSpace,
        matching: Matching,
        wanted: Sequence[np.ndarray],
        begun: Starts,
        plan: Plan,
    ) -> None:
        self._space, self._matching, self._plan = space, matching, plan
        points, labels, self._deviations = begun
        self.labels = labels
        tensor = ops.convert_to_tensor
        self._wanted = [tensor(one) for one in wanted]
        self._labels = None if labels is None else tensor(labels)
        self._points = keras.Variable(points, name="points")
        self._noise = [
            keras.Variable(one.repeat(len(points), axis=0), name="noise")
            for one in space.noise.values
        ]
        self._variables = [self._points, *self._noise]
        self._optimizer = keras.optimizers.Adam(plan.learning_rate)
        self._optimizer.build(self._variables)
        self._update = backend.compiled(self._updated)

    @property
    def points(self) -> np.ndarray:
        """The latents as they are now."""
        return ops.convert_to_numpy(self._points)

    @property
    def noise(self) -> list[np.ndarray]:
        """The noise of each latent's image, one array for each noise layer."""
        return [ops.convert_to_numpy(one) for one in self._noise]

    def run(
        self,
        rng: np.random.Generator,
        after_step: Callable[[float], None],
    ) -> None:
        """Takes all steps.

        Args:
            rng: Generator of random numbers.
            after_step: Called after each step with the mean distance before it.
        """
        shape = self._points.shape
        deviations = self._deviations.reshape(-1, *(1,) * (len(shape) - 1))
        for step in range(self._plan.steps):
            scale = self._plan.shake(step)
            shake = np.zeros(shape, "float32")
            if scale:
                shake += scale * deviations * rng.standard_normal(shape)
            self._optimizer.learning_rate = self._plan.rate(step)
            distance = self._update(
                ops.convert_to_tensor(shake), self._labels, self._wanted
            )
            after_step(float(ops.convert_to_numpy(distance)))

    def _updated(self, shake: Tensor, labels: Tensor, wanted: Any) -> Tensor:
        [gradients], distance = backend.gradients(
            lambda: self._loss(shake, labels, wanted), [self._variables]
        )
        # TensorFlow and PyTorch have none where nothing depends on the noise.
        gradients = [
            ops.zeros(variable.shape) if one is None else one
            for one, variable in zip(gradients, self._variables, strict=True)
        ]
        backend.apply_gradients(self._optimizer, gradients, self._variables)
        for variable in self._noise:
            variable.assign(_normalized(variable))
        return distance

    def _loss(
        self, shake: Tensor, labels: Tensor, wanted: Any
    ) -> tuple[list[Tensor], Tensor]:
        points = self._points + shake
        # Tensors: to layers, a variable would be a weight of their own.
        noise = [one + 0.0 for one in self._noise]
        images = self._space.tensors(points, labels, noise)
        distances = self._matching.distances(images, wanted)
        # A sum: each latent has gradients of its own distance.
        loss = ops.sum(distances)
        for one in noise:
            loss = loss + self._plan.noise_weight * correlation(one)
        return [loss], ops.mean(distances)


def correlation(noise: Tensor) -> Tensor:
    """How much neighbors in noise resemble each other, on several scales.

    ```
    sum over axes and resolutions of (mean of n * roll(n))^2
    ```

    Args:
        noise: Floats `(batch, height, width, 1)`.

    Returns:
        A scalar, the sum over the batch.
    """
    total = 0.0
    while True:
        for axis in (1, 2):
            products = noise * ops.roll(noise, 1, axis=axis)
            means = ops.mean(products, axis=(1, 2, 3))
            total = total + ops.sum(ops.square(means))
        if min(noise.shape[1:3]) <= _SMALLEST:
            return total
        noise = ops.average_pool(noise, 2, 2, padding="valid")


def _normalized(noise: Tensor) -> Tensor:
    """Noise with mean 0 and mean square 1 in each image."""
    noise = noise - ops.mean(noise, axis=(1, 2, 3), keepdims=True)
    squares = ops.mean(ops.square(noise), axis=(1, 2, 3), keepdims=True)
    return noise * ops.rsqrt(squares + 1e-8)
