"""Style transfer by optimizing the pixels of one image."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_gan import backend
from keras_gan.features import FeatureMaps
from keras_gan.losses import TotalVariation, gram_matrix

_EPSILON = 1e-8

Report = Callable[[int, dict[str, float]], None]
"""Called with the number of a step and the losses after it."""


class Objective:
    """The loss of an image by its content, its style and its smoothness.

    ```
    content: mean over layers of |F(x) - F(content)|^2 / |F(content)|^2
    style:   mean over layers of |G(x) - G(style)|^2 / |G(style)|^2
    ```

    Args:
        content: Image `(1, height, width, channels)` in [-1, 1].
        style: Another one, of any size.
        maps: Features of the layers for the content, then those for the style.
        num_content: Number of layers for the content.
        weights: Factors of `"content"`, `"style"` and `"total_variation"`.
        start: Image `(1, height, width, channels)`.
    """

    def __init__(
        self,
        content: np.ndarray,
        style: np.ndarray,
        maps: FeatureMaps,
        num_content: int,
        weights: dict[str, float],
        start: np.ndarray,
    ) -> None:
        self._maps = maps
        self._num_content = num_content
        self._weights = weights
        self._targets = [
            *self._described(content)[:num_content],
            *self._described(style)[num_content:],
        ]
        self.image = keras.Variable(start.astype("float32"), name="image")
        self._evaluate = backend.compiled(self.gradient)

    def gradient(self) -> tuple[Any, dict[str, Any]]:
        """Returns the gradient of the loss at the image, and all losses."""
        [[gradient]], terms = backend.gradients(self._losses, [[self.image]])
        return gradient, terms

    def at(self, pixels: np.ndarray) -> tuple[np.ndarray, dict[str, float]]:
        """Returns the gradient at some pixels, and the losses.

        Args:
            pixels: As many numbers as the image has.
        """
        self.image.assign(pixels.reshape(self.image.shape).astype("float32"))
        gradient, terms = self._evaluate()
        pixels = ops.convert_to_numpy(gradient).astype("float64").ravel()
        return pixels, as_floats(terms)

    def _described(self, image: Any) -> list[Any]:
        """Features of the layers for the content, Gram matrices of the rest."""
        maps = [ops.cast(one, "float32") for one in self._maps(image)]
        grams = map(gram_matrix, maps[self._num_content :])
        return [*maps[: self._num_content], *grams]

    def _losses(self) -> tuple[list[Any], dict[str, Any]]:
        image = ops.convert_to_tensor(self.image)
        distances = [
            ops.sum(ops.square(found - wanted))
            / (ops.sum(ops.square(wanted)) + _EPSILON)
            for found, wanted in zip(
                self._described(image), self._targets, strict=True
            )
        ]
        content = distances[: self._num_content]
        style = distances[self._num_content :]
        terms = {
            "content": ops.mean(ops.stack(content)),
            "style": ops.mean(ops.stack(style)),
            "total_variation": TotalVariation()(None, image),
        }
        weighted = [self._weights[name] * one for name, one in terms.items()]
        loss = ops.sum(ops.stack(weighted))
        return [loss], {"loss": loss, **terms}


def by_lbfgs(objective: Objective, steps: int, report: Report) -> np.ndarray:
    """Minimizes by L-BFGS-B, whose bounds keep the pixels in [-1, 1].

    Args:
        objective: The loss, at the start.
        steps: Largest number of steps.
        report: Called with the start as step 0, and after each step.

    Returns:
        The image.
    """
    from scipy import optimize

    # The start, then the image that was tried last, which is the accepted one
    # whenever a step is done.
    tried: dict[str, float] = {}
    done = 0

    def loss(pixels: np.ndarray) -> tuple[float, np.ndarray]:
        gradient, terms = objective.at(pixels)
        if not tried:
            report(0, terms)
        tried.update(terms)
        return terms["loss"], gradient

    def after_step(_: np.ndarray) -> None:
        nonlocal done
        done += 1
        report(done, dict(tried))

    start = ops.convert_to_numpy(objective.image)
    found = optimize.minimize(
        loss,
        start.astype("float64").ravel(),
        jac=True,
        method="L-BFGS-B",
        bounds=optimize.Bounds(-1.0, 1.0),
        callback=after_step,
        # Only the number of steps ends it, or a loss that is flat.
        options={
            "maxiter": steps,
            "maxfun": 20 * steps,
            "ftol": 0.0,
            "gtol": 0.0,
        },
    )
    return found.x.reshape(start.shape).astype("float32")


def by_adam(objective: Objective, steps: int, report: Report) -> np.ndarray:
    """Minimizes by Adam, a fixed number of steps; see `by_lbfgs`."""
    image, optimizer = objective.image, keras.optimizers.Adam(0.03)
    optimizer.build([image])

    def update() -> dict[str, Any]:
        gradient, terms = objective.gradient()
        backend.apply_gradients(optimizer, [gradient], [image])
        image.assign(ops.clip(image, -1.0, 1.0))
        return terms

    update = backend.compiled(update)
    for step in range(steps):
        report(step, as_floats(update()))
    pixels = ops.convert_to_numpy(image)
    report(steps, objective.at(pixels)[1])
    return pixels


METHODS = {"l-bfgs": by_lbfgs, "adam": by_adam}


def as_floats(terms: dict[str, Any]) -> dict[str, float]:
    """Returns scalars of the framework as numbers."""
    return {
        name: float(ops.convert_to_numpy(one)) for name, one in terms.items()
    }
