"""Means of the logged values over an epoch."""

import keras
from keras import ops

_MAX_NAMES = 64


class LogTracker(keras.metrics.Metric):
    """Running means of several values in one variable.

    A `keras.metrics.Mean` costs five small operations per value and step, which
    slows down small networks. Here all values of a step are one vector. The
    states are sums, so those of replicas and workers can be added. The names
    are set by the first update.

    Args:
        first_names: Names that come first, in this order, if they occur.
        name: Name of the tracker.
    """

    def __init__(self, first_names=(), name="logs"):
        super().__init__(name=name)
        self.names: list[str] = []
        self._first_names = list(first_names)
        self.total = self.add_variable(
            (_MAX_NAMES,), initializer="zeros", name="total"
        )
        self.count = self.add_variable((), initializer="zeros", name="count")

    def update_state(self, logs: dict, num_images) -> None:
        """Adds the logs of one batch, a dict of means over its images."""
        if not self.names:
            self.names = self._ordered(logs)
        if set(self.names) != set(logs):
            raise ValueError(
                "All steps must log the same names. Received: "
                f"{sorted(logs)} after {sorted(self.names)}. Log 0 if a step "
                "does not compute a value."
            )
        weight = ops.cast(num_images, "float32")
        values = ops.stack(
            [ops.cast(logs[name], "float32") for name in self.names]
        )
        # Means over the empty batch of a replica without data are NaN.
        values = ops.where(weight > 0, values * weight, 0.0)
        values = ops.pad(values, (0, _MAX_NAMES - len(self.names)))
        self.total.assign_add(values)
        self.count.assign_add(weight)

    def result(self) -> dict:
        """Returns the mean of each value over all images since the reset."""
        means = self.total / ops.maximum(self.count, 1.0)
        return {name: means[i] for i, name in enumerate(self.names)}

    def _ordered(self, logs) -> list[str]:
        if len(logs) > _MAX_NAMES:
            raise ValueError(
                f"A model must log at most {_MAX_NAMES} values per step. "
                f"Received: {len(logs)}. Log fewer."
            )
        first = [name for name in self._first_names if name in logs]
        hidden = [name for name in logs if name.startswith("_")]
        others = [n for n in logs if n not in first and n not in hidden]
        return first + others + hidden


def merge(logs: list) -> dict:
    """Merges the logs of all turns; a player's values are averaged.

    Args:
        logs: List of dicts, player's name -> dict of its logs.

    Raises:
        ValueError: If two players log the same name.
    """
    values: dict = {}
    owners: dict = {}
    for turn in logs:
        for player, entries in turn.items():
            for name, value in entries.items():
                if owners.setdefault(name, player) != player:
                    raise ValueError(
                        "Players must log different names. Received: "
                        f"{name!r} of {owners[name]!r} and of {player!r}. "
                        "Rename one in the logs that the loss returns."
                    )
                values.setdefault(name, []).append(value)
    return {
        name: entries[0] if len(entries) == 1 else sum(entries) / len(entries)
        for name, entries in values.items()
    }
