"""The training and the test step of an adversarial model in TensorFlow."""

from typing import Any

import tensorflow as tf


class Trainer:
    """A mix-in: what `keras.Model` calls for each batch on TensorFlow.

    The model says what a batch does (`train_batch`, `test_batch`); this class
    only hands over the logs, under any `tf.distribute` strategy.
    """

    distribute_strategy: Any
    train_batch: Any
    test_batch: Any
    update_metrics: Any
    check_data_seen: Any

    def scope(self):
        """Context in which the model's variables have to be made."""
        return self.distribute_strategy.scope()

    def check_first_batch(self) -> None:
        """Raises an error if the first batch was out of range."""
        self.check_data_seen()

    def train_step(self, data):
        """Trains on one batch and returns the logs."""
        return self._replica_logs(self.train_batch(data))

    def test_step(self, data):
        """Evaluates one batch and returns the logs."""
        logs, pairs = self.test_batch(data)
        self.update_metrics(pairs)
        return self._replica_logs(logs)

    def _replica_logs(self, logs):
        # Between workers Keras reduces each value along its first axis, which
        # a scalar does not have.
        strategy = self.distribute_strategy
        if isinstance(strategy, tf.distribute.MultiWorkerMirroredStrategy):
            return {name: value[None] for name, value in logs.items()}
        return logs
