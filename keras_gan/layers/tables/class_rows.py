"""Layers of a generator of rows of given classes."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from keras_gan.layers.tables.segments import Segments


@keras.saving.register_keras_serializable(package="keras_gan")
class ClassCondition(keras.layers.Layer):
    """Turns classes into the conditions of a generator of tables.

    Args:
        first: Where the first class is in a condition.
        width: Length of a condition.
        **kwargs: As in `keras.layers.Layer`.

    Input shape: `(batch,)`, integers. Output shape: `(batch, width)`, float32.
    """

    def __init__(self, first: int, width: int, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "dtype": "float32"})
        self.first, self.width = int(first), int(width)
        self.built = True

    def call(self, classes: Any) -> Any:
        places = ops.cast(classes, "int32") + self.first
        return ops.one_hot(places, self.width, dtype="float32")

    def compute_output_spec(self, classes: Any) -> Any:
        return keras.KerasTensor((classes.shape[0], self.width), "float32")

    def get_config(self) -> dict[str, Any]:
        own = {"first": self.first, "width": self.width}
        return {**super().get_config(), **own}


@keras.saving.register_keras_serializable(package="keras_gan")
class ClassRows(keras.layers.Layer):
    """Turns what a generator makes into rows like those of real tables.

    Of each mode and category the largest entry becomes 1 and the others 0, and
    the column of the class is left out.

    Args:
        num_values: How many of the first entries are numbers.
        sizes: Number of options of each choice.
        without: Which of the choices is left out.
        **kwargs: As in `keras.layers.Layer`.

    Input shape: `(batch, num_values + sum(sizes))`. Output shape: `(batch,
    num_values + sum(sizes) - sizes[without])`, float32.
    """

    def __init__(
        self,
        num_values: int,
        sizes: Sequence[int],
        without: int,
        **kwargs: Any,
    ) -> None:
        super().__init__(**{**kwargs, "dtype": "float32"})
        self.num_values, self.without = int(num_values), int(without)
        self.sizes = tuple(int(size) for size in sizes)
        self._segments = Segments(self.sizes)
        self.built = True

    @property
    def _ends(self) -> tuple[int, int]:
        """Where the column begins and ends in a row."""
        start = self.num_values + sum(self.sizes[: self.without])
        return start, start + self.sizes[self.without]

    def call(self, rows: Any) -> Any:
        choices = self._segments.apply(_one_hot, rows[:, self.num_values :])
        rows = ops.concatenate([rows[:, : self.num_values], choices], axis=1)
        start, end = self._ends
        return ops.concatenate([rows[:, :start], rows[:, end:]], axis=1)

    def compute_output_spec(self, rows: Any) -> Any:
        width = rows.shape[1] - self.sizes[self.without]
        return keras.KerasTensor((rows.shape[0], width), "float32")

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "num_values": self.num_values,
            "sizes": list(self.sizes),
            "without": self.without,
        }


def _one_hot(segments: Any) -> Any:
    largest = ops.argmax(segments, axis=-1)
    return ops.one_hot(largest, segments.shape[-1], dtype="float32")
