"""`LinearDecay`: a constant learning rate that falls to 0 at the end."""

import keras
from keras import ops

from keras_gan.utils.arguments import integer, non_negative


@keras.saving.register_keras_serializable(package="keras_gan")
class LinearDecay(keras.optimizers.schedules.LearningRateSchedule):
    """A learning rate that is constant at first and then falls to 0 linearly.

    With it, the last updates of translating networks are small, and their
    images stop changing. pix2pix, CycleGAN and StarGAN are trained this way.

    ```
    rate(n) = initial_learning_rate * min(1, 1 - (n - constant_steps) /
                                             decay_steps), at least 0
    ```

    where `n` is the number of updates so far. A discriminator with
    `discriminator_steps=k` is updated `k` times in each step, so its schedule
    needs `k` times as many.

    Args:
        initial_learning_rate: Learning rate at the start, 0 or more.
        constant_steps: Number of updates at that rate, 0 or more.
        decay_steps: Number of updates in which it falls to 0, at least 1.
        name: Name of the schedule.

    Raises:
        ValueError: If an argument is out of its range.

    Example:

    >>> rate = LinearDecay(2e-4, constant_steps=100, decay_steps=100)
    >>> [round(float(rate(n)) * 1e4, 3) for n in (0, 100, 150, 200, 300)]
    [2.0, 2.0, 1.0, 0.0, 0.0]
    >>> optimizer = keras.optimizers.Adam(rate, beta_1=0.5)

    Reference:
        [Zhu et al., 2017](https://arxiv.org/abs/1703.10593): 100 epochs at
        2e-4, then 100 in which it falls to 0.
    """

    def __init__(
        self,
        initial_learning_rate,
        constant_steps,
        decay_steps,
        *,
        name="linear_decay",
    ):
        super().__init__()
        self.initial_learning_rate = non_negative(
            "initial_learning_rate", initial_learning_rate
        )
        self.constant_steps = integer(
            "constant_steps", constant_steps, at_least=0
        )
        self.decay_steps = integer("decay_steps", decay_steps, at_least=1)
        self.name = name

    def __call__(self, step):
        """Returns the learning rate after a number of updates, float32."""
        late = ops.cast(step, "float32") - self.constant_steps
        left = ops.clip(1.0 - late / self.decay_steps, 0.0, 1.0)
        return self.initial_learning_rate * left

    def get_config(self):
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "constant_steps": self.constant_steps,
            "decay_steps": self.decay_steps,
            "name": self.name,
        }
