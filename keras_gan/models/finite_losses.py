"""Stops a run whose data is out of range or whose losses are not finite."""

import math
import threading

import keras

from keras_gan.models import finite_state


class FiniteLosses(keras.callbacks.Callback):
    """Checks the logs of each batch, and the model after each epoch.

    `fit` puts it first, so that a run whose loss or weights are NaN stops
    before a checkpoint callback overwrites the last good file.
    """

    # Keras may call it in another thread, without delaying the next step. Its
    # errors are raised again in the main thread.
    async_safe = True

    def __init__(self):
        super().__init__()
        self._counting = threading.Lock()

    def set_model(self, model):
        """Stores the model's method for checks of the first batch.

        On JAX, reading `self.model` during an epoch moves the state into the
        model, which from another thread would corrupt it.
        """
        super().set_model(model)
        self._check_first_batch = model.check_first_batch

    def on_train_begin(self, logs=None):
        """Resets the check of the first batch for a new run."""
        self._checked_data = False
        self._steps_before = 0

    def on_epoch_begin(self, epoch, logs=None):
        """Stores the epoch for the error message."""
        self._epoch = epoch
        self._steps = 0

    def on_train_batch_end(self, batch, logs=None):
        """Checks the data in the first batch, and the losses in each."""
        # Keras' threads may end batches out of order.
        with self._counting:
            self._steps = max(self._steps, batch + 1)
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
                f"{self._steps_before + batch + 1} of this call of `fit`). "
                "Nothing was saved after that. Check the images for NaN, lower "
                "the learning rates, increase the penalties' weights, or train "
                "in float32."
            )

    def on_epoch_end(self, epoch, logs=None):
        """Checks the data of the whole epoch and the model's state."""
        # The optimizer counts the updates of one player, not steps.
        self._steps_before += self._steps
        self.model.check_data_seen()
        finite_state.check(
            self.model,
            f"after epoch {epoch + 1} (step {self._steps_before} of this call "
            "of `fit`)",
        )


def with_finite_losses(callbacks, model):
    """Returns the callbacks with `FiniteLosses` before them."""
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
