"""Keeps track of the classes of the images that a layer has returned."""

from typing import Any

import keras
import numpy as np
from keras import ops

from keras_gan import backend

Tensor = Any

# Bound on what is missing, in batches.
_MEMORY = 8.0
# Number of images due from which an image of any class is replaced.
_PATIENCE = 8.0


@keras.saving.register_keras_serializable(package="keras_gan")
class RunningMix(keras.layers.Layer):
    """Counts how many images of each class are missing so far.

    So later batches compensate for earlier ones. The state changes by additions
    only, none of which is lost if calls run at the same time.

    Args:
        shares: Array `(num_classes,)` that sums to 1.
        **kwargs: `name`, as of any Keras layer.
    """

    def __init__(self, shares: Any, **kwargs: Any) -> None:
        super().__init__(
            trainable=False, dtype="float32", autocast=False, **kwargs
        )
        self.shares = np.asarray(shares, "float32")
        self.missing = self._number("missing", self.shares.shape)
        self.due = self._number("due", ())
        self.built = True

    def wanted(self, number: Tensor) -> Tensor:
        """Returns the images wanted of each class among the next `number`."""
        missing = ops.convert_to_tensor(self.missing)
        return ops.maximum(ops.multiply(self.shares, number) + missing, 0)

    def note(self, rows: Tensor) -> None:
        """Counts returned images.

        Args:
            rows: Float `(batch, num_classes)`, the share of each class.
        """
        number = ops.sum(rows)
        missing = ops.convert_to_tensor(self.missing)
        change = ops.multiply(self.shares, number) - ops.sum(rows, axis=0)
        bound = _MEMORY * ops.maximum(number, 8.0)
        # A clipped change rather than the difference of two reads, between
        # which another thread may write.
        change = ops.clip(change, -bound - missing, bound - missing)
        backend.atomic_add(self.missing, change)

    def turn(self, fraction: float, surplus: Tensor) -> Tensor:
        """Returns whether to replace a single image, boolean `(1,)`.

        With a share of 0.3, each image makes another 0.3 images due to be
        replaced. They wait for an image of an overrepresented class, but not
        forever.

        Args:
            fraction: Share of images to replace.
            surplus: Float `(1,)`; positive if there are too many of its class.
        """
        due = ops.convert_to_tensor(self.due) + fraction
        # With tolerance: ten times 0.1 is slightly less than 1.
        now = ((due >= 1 - 1e-4) & (surplus > 0)) | (due >= _PATIENCE)
        paid = ops.cast(now[0], "float32")
        backend.atomic_add(self.due, fraction - paid)
        return now

    def _number(self, name, shape):
        return self.add_weight(
            shape=shape,
            initializer="zeros",
            trainable=False,
            autocast=False,
            aggregation="only_first_replica",
            name=name,
        )
