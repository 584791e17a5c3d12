"""Means of the logged values over an epoch."""

import keras
from keras import ops


class LogTracker(keras.metrics.Metric):
    """Running means of several values in one variable.

    A `keras.metrics.Mean` for each value costs five small operations a step and
    value; on small networks those are felt. Here all values of a step are one
    vector. The states are sums, so replicas and workers may be merged.

    Args:
        names: Names of the values.
        name: Name of the tracker.
    """

    def __init__(self, names, name="logs"):
        super().__init__(name=name)
        self.names = list(names)
        self.total = self.add_variable(
            (len(self.names),), initializer="zeros", name="total"
        )
        self.count = self.add_variable((), initializer="zeros", name="count")

    def update_state(self, logs: dict, num_images) -> None:
        """Adds one batch: a dict of scalars that are means over it."""
        # An empty batch (a replica that got none) has no means to speak of.
        weight = ops.cast(num_images, "float32")
        values = ops.stack(
            [ops.cast(logs[name], "float32") for name in self.names]
        )
        self.total.assign_add(values * weight)
        self.count.assign_add(weight)

    def result(self) -> dict:
        """Mean of each value over all images seen since the reset."""
        means = self.total / ops.maximum(self.count, 1.0)
        return {name: means[i] for i, name in enumerate(self.names)}


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
