"""The same random quadrant of several maps."""

from typing import Any

import keras
from keras import ops

# A prime of which products fit into 32 bits and for which cubing is one-to-one.
_PRIME = 32_717
_FACTOR = 12_391


@keras.saving.register_keras_serializable(package="keras_gan")
class RandomQuadrant(keras.layers.Layer):
    """Crops one quadrant, the same for all inputs and the whole batch.

    A discriminator that draws the quadrant again from its map must keep
    details that the whole image at a small size does not show.

    ```
    quadrant = floor(4 r / p),  r = (a (seed + draws))^3 mod p
    ```

    The number comes from the integers of a `keras.random.SeedGenerator`
    rather than from its random numbers, which differ between backends, so
    that steps are the same on all of them and on several replicas. Outside
    training it is always the top left quadrant.

    Args:
        seed: Integer seed of the draws. None: a random one.
        **kwargs: As in `keras.layers.Layer`.

    Inputs: a list of tensors `(batch, height, width, channels)` with even
    sides, each of its own size. Output: a list of tensors
    `(batch, height / 2, width / 2, channels)`, of the same dtypes.

    Raises:
        ValueError: If a side is not even.

    Example:

    >>> maps, images = np.ones((2, 4, 4, 8)), np.ones((2, 16, 16, 3))
    >>> found = RandomQuadrant(seed=1)([maps, images], training=True)
    >>> [tuple(one.shape) for one in found]
    [(2, 2, 2, 8), (2, 8, 8, 3)]

    Reference:
        Liu et al., "Towards Faster and Stabilized GAN Training for
        High-fidelity Few-shot Image Synthesis", arXiv 2101.04775.
    """

    def __init__(self, *, seed: int | None = None, **kwargs: Any) -> None:
        # In half precision, images would lose digits.
        super().__init__(**{**kwargs, "autocast": False})
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def build(self, input_shape: Any) -> None:
        sides = [side for shape in input_shape for side in shape[1:3]]
        if any(side % 2 for side in sides):
            raise ValueError(
                "Sides must be even. Received: inputs of shapes "
                f"{[tuple(shape) for shape in input_shape]}. Pad or resize "
                "them."
            )
        self.built = True

    def call(self, inputs: Any, training: bool | None = None) -> list[Any]:
        number = self._draw() if training else 0
        return [_quadrant(one, number) for one in inputs]

    def _draw(self) -> Any:
        """Returns 0, 1, 2 or 3."""
        state = ops.mod(ops.cast(self.seed_generator.next(), "int32"), _PRIME)
        x = ops.mod(ops.mod(ops.sum(state), _PRIME) * _FACTOR, _PRIME)
        cube = ops.mod(ops.mod(x * x, _PRIME) * x, _PRIME)
        return ops.cast(cube * 4 // _PRIME, "int32")

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "seed": self.seed}


def _quadrant(x: Any, number: Any) -> Any:
    """One of the quadrants: top left, top right, bottom left, bottom right."""
    height, width = (side // 2 for side in x.shape[1:3])
    x = ops.where(number < 2, x[:, :height], x[:, height:])
    left, right = x[:, :, :width], x[:, :, width:]
    return ops.where(number % 2 == 0, left, right)
