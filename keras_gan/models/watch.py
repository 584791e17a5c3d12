"""Stops a run whose data or losses have gone wrong."""

import math

import keras


class Watch(keras.callbacks.Callback):
    """Reads the logs of each batch before any other callback does.

    `GAN.fit` puts it first, so that a run whose loss is NaN ends before a
    checkpoint callback can overwrite the last good file.
    """

    # Keras may then hand it the logs without holding up the next step.
    async_safe = True

    def on_train_begin(self, logs=None):
        self._finding = None
        self._epoch = 0
        self._checked_images = False

    def on_epoch_begin(self, epoch, logs=None):
        self._epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        if self._finding is not None:
            return
        if not self._checked_images:
            self._checked_images = True
            self._finding = self.model.strange_images()
        bad = [
            name
            for name, value in (logs or {}).items()
            if not math.isfinite(float(value))
        ]
        if bad and self._finding is None:
            self._finding = FloatingPointError(
                f"The loss is no longer finite: {', '.join(bad)} at epoch "
                f"{self._epoch + 1}, batch {batch + 1} (generator update "
                f"{int(self.model.optimizer.iterations)}). Checkpoints "
                "written before this epoch's end are untouched. Check the "
                "images for NaN, lower the learning rates, raise the "
                "penalties' weights, or train in float32."
            )
        if self._finding is not None:
            self.model.stop_training = True

    def on_epoch_end(self, epoch, logs=None):
        if self._finding is not None:
            raise self._finding
