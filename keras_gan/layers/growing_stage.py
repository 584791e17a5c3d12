"""A part of a growing network that costs nothing before it is used."""

from typing import Any

import keras
from keras import ops

from keras_gan import backend
from keras_gan.layers.growth import known_to_be_used
from keras_gan.utils.arguments import integer


@keras.saving.register_keras_serializable(package="keras_gan")
class GrowingStage(keras.layers.Wrapper):
    """Computes a part of a network only while its level is in use.

    ```
    y = layer(x)  if level - 1 < growth < until  else 0
    ```

    The program decides it in each step, so one compiled step serves all
    levels, and those that are not in use take almost no time. In JAX on a CPU,
    whose branches are slow, training steps have a program for each level
    instead, and elsewhere all levels are computed.

    Args:
        layer: Functional `keras.Model` of one input. It must not change state
            or draw random numbers when it is called.
        level: Number of the level, 0 or more; level 0 is always in use.
        until: Growth from which the part is no longer in use. None: never.
        **kwargs: As in `keras.layers.Layer`.

    Inputs: a list of a tensor `(batch, ...)` and of the output of `Growth`.
    Output: as that of the model.

    Raises:
        ValueError: If `layer` is no functional model, or a number is out of
            its range.

    Example:

    >>> inputs = keras.Input((3,))
    >>> doubled = keras.Model(inputs, keras.layers.Rescaling(2.0)(inputs))
    >>> stage = GrowingStage(doubled, level=1)
    >>> x = np.ones((1, 3), "float32")
    >>> [float(stage([x, np.float32(g)])[0, 0]) for g in (0.0, 0.1, 1.0)]
    [0.0, 2.0, 2.0]

    Reference:
        Karras et al., "Progressive Growing of GANs", arXiv 1710.10196.
    """

    def __init__(
        self,
        layer: Any,
        level: int,
        *,
        until: int | None = None,
        **kwargs: Any,
    ) -> None:
        if not getattr(layer, "outputs", None):
            raise ValueError(
                "`layer` must be a functional model, `keras.Model(inputs, "
                f"outputs)`. Received: {layer!r}."
            )
        # The layers of the model cast their inputs; growth stays in float32.
        super().__init__(layer, autocast=False, **kwargs)
        self.level = integer("level", level, at_least=0)
        self.until = until
        if until is not None:
            self.until = integer("until", until, at_least=self.level)

    def call(self, inputs: Any) -> Any:
        x, growth = inputs
        is_used = known_to_be_used(self.level, self.until)
        if is_used is not None:
            return self.layer(x) if is_used else self._zeros(x)
        in_use = growth > self.level - 1.0
        if self.until is not None:
            in_use = ops.logical_and(in_use, growth < float(self.until))
        return backend.choose(
            in_use, lambda: self.layer(x), lambda: self._zeros(x)
        )

    def _zeros(self, x: Any) -> Any:
        """Zeros instead of what the model returns."""
        size = ops.shape(x)[0]
        zeros = [
            ops.zeros((size, *one.shape[1:]), one.dtype)
            for one in self.layer.outputs
        ]
        if backend.executing_eagerly():
            # In a program, what the other branch uses has gradients of 0;
            # here it would have none.
            zeros = [one + self._nothing(x, one.dtype) for one in zeros]
        return zeros if len(zeros) > 1 else zeros[0]

    def _nothing(self, x: Any, dtype: Any) -> Any:
        """A scalar 0 that depends on the input and on all trained weights."""
        used = [x, *map(ops.convert_to_tensor, self.layer.trainable_weights)]
        return sum(ops.cast(ops.sum(0.0 * one), dtype) for one in used)

    def compute_output_spec(self, inputs: Any) -> Any:
        size = inputs[0].shape[0]
        specs = [
            keras.KerasTensor((size, *one.shape[1:]), dtype=one.dtype)
            for one in self.layer.outputs
        ]
        return specs if len(specs) > 1 else specs[0]

    def compute_output_shape(self, input_shape: Any) -> Any:
        size = input_shape[0][0]
        shapes = [(size, *one.shape[1:]) for one in self.layer.outputs]
        return shapes if len(shapes) > 1 else shapes[0]

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        # It appears when the layer is built; the wrapper stores its own.
        config["layer"].pop("build_config", None)
        return {**config, "level": self.level, "until": self.until}
