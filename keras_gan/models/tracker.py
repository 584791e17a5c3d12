"""Means of the logged values over an epoch."""

import keras
from keras import ops

_MOST_NAMES = 64


class LogTracker(keras.metrics.Metric):
    """Running means of several values in one variable.

    A `keras.metrics.Mean` for each value costs five small operations per step
    and value, which small networks notice. Here all values of a step are one
    vector. The states are sums, so replicas and workers may be merged. The
    names are those of the first values.

    Args:
        first_names: Names that come first, in this order, where they occur.
        name: Name of the tracker.
    """

    def __init__(self, first_names=(), name="logs"):
        super().__init__(name=name)
        self.names: list[str] = []
        self._first_names = list(first_names)
        self.total = self.add_variable(
            (_MOST_NAMES,), initializer="zeros", name="total"
        )
        self.count = self.add_variable((), initializer="zeros", name="count")

    def update_state(self, logs: dict, num_images) -> None:
        """Adds one batch: a dict of scalars that are means over it."""
        if not self.names:
            self.names = self._ordered(logs)
        if set(self.names) != set(logs):
            raise ValueError(
                "All steps must log values of the same names. Received: "
                f"{sorted(logs)} after {sorted(self.names)}. Log 0 where a "
                "value is left out."
            )
        # An empty batch (a replica that got none) has no means to speak of.
        weight = ops.cast(num_images, "float32")
        values = ops.stack(
            [ops.cast(logs[name], "float32") for name in self.names]
        )
        values = ops.pad(values * weight, (0, _MOST_NAMES - len(self.names)))
        self.total.assign_add(values)
        self.count.assign_add(weight)

    def result(self) -> dict:
        """Mean of each value over all images seen since the reset."""
        means = self.total / ops.maximum(self.count, 1.0)
        return {name: means[i] for i, name in enumerate(self.names)}

    def _ordered(self, logs) -> list[str]:
        if len(logs) > _MOST_NAMES:
            raise ValueError(
                f"A model must log at most {_MOST_NAMES} values per step. "
                f"Received: {len(logs)}. Log fewer."
            )
        first = [name for name in self._first_names if name in logs]
        hidden = [name for name in logs if name.startswith("_")]
        others = [n for n in logs if n not in first and n not in hidden]
        return first + others + hidden


def merge(logs: list) -> dict:
    """One dict of several; values under the same name are averaged."""
    values: dict = {}
    for entry in logs:
        for name, value in entry.items():
            values.setdefault(name, []).append(value)
    return {
        name: entries[0] if len(entries) == 1 else sum(entries) / len(entries)
        for name, entries in values.items()
    }
