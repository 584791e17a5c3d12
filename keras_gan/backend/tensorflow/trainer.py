"""Training and test steps of an adversarial model in TensorFlow."""

from typing import Any

import tensorflow as tf

from keras_gan.backend.steps import training_step
from keras_gan.backend.tensorflow.execution import within_program
from keras_gan.backend.tensorflow.replicas import replica_count


class Trainer:
    """A mix-in with the methods that `keras.Model` calls on TensorFlow.

    The model defines how a batch is processed (`train_batch`, `test_batch`);
    this class passes on the logs, under any `tf.distribute` strategy.
    """

    distribute_strategy: Any
    jit_compile: bool
    train_batch: Any
    test_batch: Any
    update_metrics: Any
    check_data_seen: Any
    check_step: Any
    unsaved_state: Any

    def scope(self):
        """Context in which the model's variables must be created."""
        return self.distribute_strategy.scope()

    def check_first_batch(self) -> None:
        """Raises an error if the first batch was out of range."""
        self.check_data_seen()

    def train_step(self, data):
        """Trains on one batch and returns the logs."""
        self.check_step(data)
        with training_step(), within_program(self.jit_compile):
            return self._replica_logs(self.train_batch(data))

    def test_step(self, data):
        """Evaluates one batch and returns the logs."""
        logs, pairs = self.test_batch(data)
        self.update_metrics(pairs)
        return self._replica_logs(logs)

    def _maybe_symbolic_build(self, iterator=None, data_batch=None):
        # All is built by `compile`. Keras would build it from a first batch,
        # which between workers it cannot have of data with several parts.
        pass

    def _trackable_children(self, save_type="checkpoint", **kwargs):
        # Keras leaves seeds and the state of penalties out of checkpoints.
        children = super()._trackable_children(  # type: ignore[misc]
            save_type, **kwargs
        )
        if save_type != "checkpoint":
            return children
        own = enumerate(self.unsaved_state())
        return {**children, **{f"state_{n}": v for n, v in own}}

    def _replica_logs(self, logs):
        # Keras reduces each value over several workers along its first axis,
        # which a scalar does not have.
        strategy = self.distribute_strategy
        if not isinstance(strategy, tf.distribute.MultiWorkerMirroredStrategy):
            return logs
        if replica_count() == len(strategy.extended.worker_devices):
            return logs
        return {name: value[None] for name, value in logs.items()}
