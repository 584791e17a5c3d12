"""What a layer remembers of the classes that it has let through."""

from typing import Any

import keras
import numpy as np
from keras import ops

from keras_gan import backend

Tensor = Any

# Batches that the mix may be behind its shares before it forgets.
_MEMORY = 8.0
# Images that may be due before one of any class gives way.
_PATIENCE = 8.0


@keras.saving.register_keras_serializable(package="keras_gan")
class RunningMix(keras.layers.Layer):
    """How many images of each class are missing so far.

    So one batch makes up for another. It is kept and changed by additions
    only, none of which is lost where calls run at the same time.

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
        """Images wanted of each class when there will be `number` more."""
        missing = ops.convert_to_tensor(self.missing)
        return ops.maximum(ops.multiply(self.shares, number) + missing, 0)

    def note(self, rows: Tensor) -> None:
        """Counts images that are let through.

        Args:
            rows: Float `(batch, num_classes)`, the share of each class.
        """
        number = ops.sum(rows)
        missing = ops.convert_to_tensor(self.missing)
        change = ops.multiply(self.shares, number) - ops.sum(rows, axis=0)
        bound = _MEMORY * ops.maximum(number, 8.0)
        # The clipped change, not the difference of two readings, between which
        # another thread may write.
        change = ops.clip(change, -bound - missing, bound - missing)
        backend.atomic_add(self.missing, change)

    def turn(self, fraction: float, surplus: Tensor) -> Tensor:
        """Whether a single image gives way, boolean `(1,)`.

        A share of 0.3 makes 0.3 images due with each one. What is due waits for
        an image of which there are too many, though not for ever.

        Args:
            fraction: Share of images that give way.
            surplus: Float `(1,)`; more than 0 where there are too many.
        """
        due = ops.convert_to_tensor(self.due) + fraction
        # A hair less than 1: ten times 0.1 are not quite that.
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
