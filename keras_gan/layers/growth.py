"""How far a network has grown."""

import contextlib
import contextvars
import math
from collections.abc import Iterator
from typing import Any

import keras
from keras import ops

from keras_gan.utils.arguments import integer

_MOST = 2**24  # What float32 counts in steps of 1.

# Of each thread: callbacks may draw images while a step is compiled.
_levels: contextvars.ContextVar[int | None] = contextvars.ContextVar(
    "levels", default=None
)


@keras.saving.register_keras_serializable(package="keras_gan")
class Growth(keras.layers.Layer):
    """How many of its levels a network uses, as a number that grows.

    A network that is grown progressively trains its coarsest level first. Then
    one finer level after the other is faded in, each for `fade_steps` training
    steps after `steps_per_stage` steps without a change. The layer counts the
    steps of the models of this package and returns

    ```
    growth = min(k + clip((r - steps_per_stage) / fade_steps, 0, 1), num_levels)
    k, r = divmod(steps, steps_per_stage + fade_steps)
    ```

    for `FadeIn` and `GrowingStage`. The number of steps and the schedule are
    weights that are not trained, so that what is saved while a level is faded
    in goes on exactly there.

    Args:
        num_levels: Number of levels above the coarsest, at least 1.
        steps_per_stage: Steps before a level is faded in, 0 or more.
        fade_steps: Steps in which it is faded in, 0 or more. With 0 for both,
            the network is complete from the start.
        **kwargs: As in `keras.layers.Layer`.

    Input: any tensor, which makes the layer part of a network. Output: a
    float32 scalar in [0, `num_levels`].

    Raises:
        ValueError: If an argument is out of its range.

    Example:

    >>> growth = Growth(2, steps_per_stage=10, fade_steps=10)
    >>> images = np.zeros((1, 8, 8, 1))
    >>> float(growth(images))
    0.0
    >>> for _ in range(15):
    ...     growth.count_step()
    >>> float(growth(images))
    0.5

    Reference:
        Karras et al., "Progressive Growing of GANs", arXiv 1710.10196.
    """

    def __init__(
        self,
        num_levels: int,
        *,
        steps_per_stage: int,
        fade_steps: int,
        **kwargs: Any,
    ) -> None:
        super().__init__(autocast=False, **kwargs)
        self.num_levels = integer("num_levels", num_levels, at_least=1)
        self.steps_per_stage = _steps("steps_per_stage", steps_per_stage)
        self.fade_steps = _steps("fade_steps", fade_steps)

    def build(self, input_shape: Any) -> None:
        first = (self.steps_per_stage, self.fade_steps)
        # Not integers: those cannot be averaged over replicas.
        self.steps, *self.schedule = (
            self.add_weight(
                name=name,
                shape=(),
                initializer=keras.initializers.Constant(float(value)),
                dtype="float32",
                autocast=False,
                trainable=False,
                aggregation="only_first_replica",
            )
            for name, value in zip(
                ("steps", "steps_per_stage", "fade_steps"),
                (0, *first),
                strict=True,
            )
        )

    def call(self, inputs: Any) -> Any:
        return self.value()

    def value(self) -> Any:
        """Returns the growth, a float32 scalar."""
        steps, before, fade = (
            ops.convert_to_tensor(one) for one in (self.steps, *self.schedule)
        )
        whole = float(self.num_levels)
        period = ops.maximum(before + fade, 1.0)
        level = ops.floor(steps / period)
        share = (steps - level * period - before) / ops.maximum(fade, 1.0)
        growth = ops.clip(level + ops.clip(share, 0.0, 1.0), 0.0, whole)
        return ops.where(before + fade > 0, growth, whole)

    def count_step(self) -> None:
        """Counts a training step; models call it at the end of each."""
        self.steps.assign(ops.minimum(self.steps + 1.0, float(_MOST)))

    def set_schedule(self, steps_per_stage: int, fade_steps: int) -> None:
        """Changes the schedule.

        Args:
            steps_per_stage: As in the layer.
            fade_steps: As in the layer.

        Raises:
            ValueError: If an argument is out of its range.
        """
        values = (
            _steps("steps_per_stage", steps_per_stage),
            _steps("fade_steps", fade_steps),
        )
        for variable, value in zip(self.schedule, values, strict=True):
            variable.assign(float(value))

    def start_at(self, growth: float) -> None:
        """Counts as many steps as the schedule needs for a growth.

        Args:
            growth: Number in [0, `num_levels`].
        """
        before, fade = (
            float(ops.convert_to_numpy(one)) for one in self.schedule
        )
        level = math.floor(growth)
        steps = level * (before + fade)
        if growth > level:
            steps += before + (growth - level) * fade
        self.steps.assign(float(min(round(steps), _MOST)))

    def real_images(self, images: Any) -> Any:
        """Returns real images with as much detail as generated ones have.

        Images of two neighboring levels are mixed in the share in which the
        finer one is faded in.

        Args:
            images: Tensor `(batch, height, width, channels)`, whose sides are
                divisible by 2 to the number of levels.

        Returns:
            A tensor of the same shape.
        """
        growth = self.value()
        finer = [ops.convert_to_tensor(images)]
        for _ in range(self.num_levels):
            finer.append(
                ops.average_pool(finer[-1], 2, 2, data_format="channels_last")
            )
        seen = finer.pop()
        for level in range(1, self.num_levels + 1):
            doubled = ops.repeat(ops.repeat(seen, 2, axis=1), 2, axis=2)
            seen = mixed(doubled, finer.pop(), growth, level)
        return seen

    def compute_output_spec(self, inputs: Any) -> Any:
        return keras.KerasTensor((), dtype="float32")

    def compute_output_shape(self, input_shape: Any) -> tuple:
        return ()

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "num_levels": self.num_levels,
            "steps_per_stage": self.steps_per_stage,
            "fade_steps": self.fade_steps,
        }


@contextlib.contextmanager
def levels_known(levels: int) -> Iterator[None]:
    """Context of programs in which the levels in use are known.

    Args:
        levels: Number of the finest one: growth is in (levels - 1, levels].
    """
    token = _levels.set(levels)
    try:
        yield
    finally:
        _levels.reset(token)


def known_to_be_used(level: int, until: int | None) -> bool | None:
    """Whether a part of a network is in use, or `None` if growth decides it.

    Args:
        level: Number of its level; it is in use if growth is above level - 1.
        until: Growth from which it is no longer in use, or `None`.
    """
    levels = _levels.get()
    if levels is None or (until == levels and level <= levels):
        return None
    return level <= levels and (until is None or until > levels)


def mixed(old: Any, new: Any, growth: Any, level: int) -> Any:
    """Returns tensors of a level and of the one before it, mixed.

    Args:
        old: What there was before the level.
        new: What the level computes.
        growth: The output of `Growth`.
        level: Number of the level, from 1 on.
    """
    share = ops.clip(growth - (level - 1.0), 0.0, 1.0)
    # At 1 this is exactly `new`, at 0 exactly `old`.
    return ops.cast(1.0 - share, old.dtype) * old + (
        ops.cast(share, new.dtype) * new
    )


def _steps(name: str, value: Any) -> int:
    value = integer(name, value, at_least=0)
    if value > _MOST:
        raise ValueError(
            f"`{name}` must be at most {_MOST}. Received: {value}. Choose "
            "fewer steps."
        )
    return value
