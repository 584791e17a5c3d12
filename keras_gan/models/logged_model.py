"""The logs of adversarial models."""

from typing import Any

import keras

from keras_gan.models.batch import batch_size
from keras_gan.models.tracker import merge


class LoggedModel(keras.Model):
    """Means of the logs of an epoch, and metrics of real and generated data."""

    compiled: bool
    image_shapes: Any
    sample_metrics: list
    metric_scores: list
    _log_tracker: Any
    _train_logs: Any

    def flags(self, batch) -> dict:
        """Returns scalars that are 0 unless a batch is out of range."""
        return {}

    def flag_error(self, name: str) -> str:
        """Returns the error message for a flag that is not 0."""
        return f"The data must be in range. Received: {name} out of range."

    def current_state_logs(self) -> dict:
        """Returns current values for the logs, not means over the epoch."""
        return {}

    @property
    def metrics(self) -> list:
        """The means of the logs, and the metrics given to `compile`."""
        if not self.compiled:
            return []
        return [self._log_tracker, *self.sample_metrics]

    def get_metrics_result(self) -> dict:
        """Returns the values that `fit` and `evaluate` report."""
        values = self._log_tracker.result()
        shown = {n: v for n, v in values.items() if not n.startswith("_")}
        if self._log_tracker is self._train_logs:
            shown.update(self.current_state_logs())
        return shown

    def track(self, logs: list, batch) -> dict:
        """Adds the logs of a step to the epoch's means; returns the means."""
        values = merge(logs)
        values.update({f"_{n}": v for n, v in self.flags(batch).items()})
        self._log_tracker.update_state(values, batch_size(batch))
        return self.get_metrics_result()

    def update_metrics(self, pairs) -> None:
        """Updates the metrics with a batch of real and generated data."""
        names = list(pairs)
        # Not `names[0]`: JAX sorts the names of what a step returns.
        first = next(iter(self.image_shapes() or names), None)
        for metric, name in zip(
            self.sample_metrics, self.metric_scores, strict=True
        ):
            name = first if name is None else name
            if name not in pairs:
                raise ValueError(
                    "`metrics` must be given by the names of the model's "
                    f"scores, {sorted(names)}. Received: {name!r}. Rename it."
                )
            metric.update_state(*pairs[name])

    def check_data_seen(self) -> None:
        """Raises an error if data since the last reset was out of range."""
        for name, mean in self._log_tracker.result().items():
            if name.startswith("_") and float(mean):
                raise ValueError(self.flag_error(name[1:]))
