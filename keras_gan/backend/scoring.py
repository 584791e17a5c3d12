"""Scores of images that remember what they have scored."""

from collections.abc import Callable
from typing import Any

import keras


class BaseScore:
    """Images -> logits that remembers each batch it has scored.

    A loss and several penalties ask for the logits of the same images, and some
    penalties for their gradients too. Each batch is passed through the network
    once, and `input_gradients` goes back along that pass.

    Args:
        function: Images `(batch, ...)` -> logits `(batch, 1)`. If it has a
            method `run`, images -> list of outputs of which the logits are the
            first, the others are remembered too.
    """

    def __init__(self, function: Callable) -> None:
        self._function = getattr(function, "run", None) or (
            lambda images: [function(images)]
        )
        self._passes: dict[int, tuple] = {}

    def __call__(self, images: Any) -> Any:
        return self.outputs(images)[0]

    def outputs(self, images: Any) -> list:
        """All that the network says of images, the logits first."""
        return self._pass(images)[0]

    def input_gradients(self, images: Any) -> Any:
        """Gradient of the summed scores with respect to the images."""
        check_floating(images)
        return self._pass(images)[1]()

    @classmethod
    def input_gradients_of(cls, score: Callable, images: Any) -> Any:
        """Gradient of the summed scores with respect to the images.

        Args:
            score: Callable, images `(batch, ...)` -> logits `(batch, 1)`. A
                `Score` reuses the pass it has made of these very images.
            images: Float tensor `(batch, ...)`.

        Returns:
            Tensor of the shape of `images`, itself differentiable.

        Raises:
            TypeError: If the images are integers, which have no gradient.
        """
        one = score if isinstance(score, cls) else cls(score)
        return one.input_gradients(images)

    def _pass(self, images):
        # The object itself is kept beside the result: an id is only unique
        # among living objects.
        key = id(images)
        if key not in self._passes:
            self._passes[key] = (images, self.forward(images))
        return self._passes[key][1]

    def forward(self, images: Any) -> tuple[list, Callable]:
        """Outputs of a new pass, and a function that gives the gradient."""
        raise NotImplementedError


def check_floating(images: Any) -> None:
    """Raises an error of images that have no gradient."""
    dtype = keras.backend.standardize_dtype(images.dtype)
    if not keras.backend.is_float_dtype(dtype):
        raise TypeError(
            "`images` must be floating-point numbers for gradients with "
            f"respect to them. Received: dtype {dtype}. Cast them, and "
            "scale bytes with `images / 127.5 - 1.0`."
        )
