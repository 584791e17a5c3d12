"""The schedule of networks that grow, by the length of a run."""

import math
from typing import Any

import keras

from keras_gan.models.growing import growing_layers
from keras_gan.utils.arguments import integer, number_in


class ProgressiveGrowing(keras.callbacks.Callback):
    """Fits the schedule of growing networks to the number of steps of a run.

    Networks with L levels to come, of `networks.progressive` all above the
    coarsest, train L times at a size and fade in L levels, each for as many
    steps:

    ```
    steps_per_stage = fade_steps = share * total_steps / (2 L)
    ```

    The rest of the run is at full size. Networks that begin with those of
    another GAN (`GAN.take_weights`) grow on from the levels that it had. A
    model that has made steps since it was compiled keeps its schedule, so that
    a run can be resumed with the same callback.

    Args:
        total_steps: Number of training steps of the run, at least 1.
        share: Share of the run in which the networks grow, in (0, 1].

    Raises:
        ValueError: If an argument is out of its range, or, when training
            begins, if the model has no networks that grow.

    Example:

    >>> images = np.zeros((8, 8, 8, 1), "float32")
    >>> gan = keras_gan.GAN(*keras_gan.networks.progressive((8, 8, 1), width=2))
    >>> gan.compile(run_eagerly=True)  # Faster for a few steps.
    >>> growing = ProgressiveGrowing(total_steps=4)
    >>> history = gan.fit(
    ...     images, batch_size=2, callbacks=[growing], verbose=0
    ... )
    >>> history.history["growth"]
    [1.0]

    Reference:
        [Karras et al., 2018](https://arxiv.org/abs/1710.10196)
    """

    # It reads no logs of batches, so the next step need not wait for them.
    async_safe = True

    def __init__(self, total_steps: int, *, share: float = 0.5) -> None:
        super().__init__()
        self.total_steps = integer("total_steps", total_steps, at_least=1)
        self.share = number_in("share", share, "(0, 1]")

    def on_train_begin(self, logs=None):
        """Sets the schedule, unless the model has made steps."""
        layers = growing_layers([self.model])
        if not layers:
            raise ValueError(
                "`ProgressiveGrowing` needs a model of networks that grow, "
                "such as those of `keras_gan.networks.progressive`. Received: "
                f"{type(self.model).__name__} without a `Growth` layer. Leave "
                "the callback out."
            )
        if _value(self.model.optimizer.iterations):
            return
        for layer in layers:
            # Without steps no level is trained, though a schedule of 0 steps
            # counts all of them.
            growth = _value(layer.value()) if _value(layer.steps) else 0.0
            levels = layer.num_levels - math.floor(growth)
            if levels:
                steps = int(self.share * self.total_steps / (2 * levels))
                layer.set_schedule(max(1, steps), max(1, steps))
                layer.start_at(growth)


def _value(scalar: Any) -> float:
    return float(keras.ops.convert_to_numpy(scalar))
