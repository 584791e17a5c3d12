"""Stops a run whose data or losses have gone wrong."""

import math

import keras


class FiniteLosses(keras.callbacks.Callback):
    """Reads the logs of each batch before any other callback does.

    `fit` puts it first, so that a run whose loss is NaN ends before a
    checkpoint callback can overwrite the last good file.
    """

    # Keras may then hand it the logs without holding up the next step; what it
    # raises in Keras' thread, Keras raises again in the main one.
    async_safe = True

    def set_model(self, model):
        """Notes the model, beside where Keras keeps it.

        On JAX, reading `self.model` amid an epoch moves the state into the
        model; from a thread beside the steps that would corrupt it.
        """
        super().set_model(model)
        self._check_first_batch = model.check_first_batch

    def on_train_begin(self, logs=None):
        """A new run: its first batch is checked again."""
        self._checked_data = False

    def on_epoch_begin(self, epoch, logs=None):
        """Notes where the run is, for the message."""
        self._epoch = epoch
        iterations = keras.ops.convert_to_numpy(self.model.optimizer.iterations)
        self._steps_before = int(iterations)

    def on_train_batch_end(self, batch, logs=None):
        """Checks the data once, and the losses always."""
        if not self._checked_data:
            self._checked_data = True
            self._check_first_batch()
        bad = [
            name
            for name, value in (logs or {}).items()
            if not math.isfinite(float(value))
        ]
        if bad:
            raise FloatingPointError(
                f"The loss is no longer finite: {', '.join(bad)} at epoch "
                f"{self._epoch + 1}, batch {batch + 1} (step "
                f"{self._steps_before + batch + 1} of the whole run). Nothing "
                "was saved after that. Check the images for NaN, lower the "
                "learning rates, raise the penalties' weights, or train in "
                "float32."
            )

    def on_epoch_end(self, epoch, logs=None):
        """Checks the data of the whole epoch."""
        self.model.check_data_seen()


def with_finite_losses(callbacks, model):
    """The callbacks of a run of `model` with `FiniteLosses` before them."""
    if isinstance(callbacks, keras.callbacks.CallbackList):
        if not any(isinstance(c, FiniteLosses) for c in callbacks.callbacks):
            check = FiniteLosses()
            check.set_model(model)
            callbacks.callbacks.insert(0, check)
        return callbacks
    if callbacks is None:
        return [FiniteLosses()]
    if isinstance(callbacks, list | tuple):
        return [FiniteLosses(), *callbacks]
    return [FiniteLosses(), callbacks]
