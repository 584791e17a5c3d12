"""Random shifts of feature maps of sounds."""

from typing import Any

import keras
from keras import ops

from keras_gan import backend
from keras_gan.utils.arguments import integer


@keras.saving.register_keras_serializable(package="keras_gan")
class PhaseShuffle(keras.layers.Layer):
    """Shifts each sound of a batch by a random number of samples.

    Transposed convolutions leave noise of fixed phase in generated sounds, by
    which a discriminator could tell them apart without listening to the rest.
    In training each sound is shifted by its own number, and what moves in at
    one end is the mirror image of what is there:

    ```
    y[t] = x[t + s],    s uniform in {-shift, ..., shift}
    ```

    All channels of a sound move alike. Outside training nothing moves.

    Args:
        shift: Largest shift, in samples of the map, at least 0. The map must
            be longer.
        seed: Integer seed of the shifts. None: a random one.
        **kwargs: As in `keras.layers.Layer`.

    Input shape: `(batch, length, channels)`. Output shape: the same.

    Raises:
        ValueError: If `shift` is not an integer of at least 0, or, when the
            layer is built, if the length is unknown or too short.

    Example:

    >>> x = np.arange(5.0).reshape(1, 5, 1)
    >>> PhaseShuffle(1, seed=3)(x, training=True).shape[1]
    5

    Reference:
        [Donahue et al., 2019](https://arxiv.org/abs/1802.04208)
    """

    def __init__(
        self, shift: int = 2, *, seed: int | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.shift = integer("shift", shift, at_least=0)
        self.seed = seed
        self.seed_generator = backend.ReplicaSeedGenerator(seed)

    def build(self, input_shape: Any) -> None:
        length = input_shape[1]
        if length is None or length <= self.shift:
            raise ValueError(
                "The length of the map must be known, and greater than "
                f"`shift`. Received: shift={self.shift} and a map of shape "
                f"{tuple(input_shape[1:])}. Shift less, or leave the layer "
                "out where maps are short."
            )
        self.built = True

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        if not training or not self.shift:
            return inputs
        batch, length = ops.shape(inputs)[0], inputs.shape[1]
        shifts = keras.random.randint(
            (batch, 1),
            -self.shift,
            self.shift + 1,
            seed=self.seed_generator,
        )
        # Rows of all sounds below each other: a gather along the first axis
        # is several times faster than any other, also in its gradients.
        first = length * ops.expand_dims(ops.arange(batch), 1)
        rows = first + _reflected(ops.arange(length) + shifts, length)
        channels = inputs.shape[2]
        samples = ops.reshape(inputs, (-1, channels))
        shifted = ops.take(samples, ops.reshape(rows, (-1,)), axis=0)
        return ops.reshape(shifted, (-1, length, channels))

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "shift": self.shift, "seed": self.seed}


def _reflected(places: Any, length: int) -> Any:
    """Places outside of a sound mirrored at its first or last sample."""
    last = length - 1
    return last - ops.abs(last - ops.abs(places))
