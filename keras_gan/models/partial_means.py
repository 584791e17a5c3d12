"""Means over a part of the values of a batch, also on several replicas."""

from keras import ops

from keras_gan import backend
from keras_gan.utils.tensors import batch_mean

# Instead of a division by zero, of a zero.
TINY = 1e-9


def share_of(weights):
    """Mean of the weights of the global batch, a scalar.

    Args:
        weights: Tensor `(batch, ...)`.
    """
    counts = ops.stack(
        [ops.sum(weights), ops.cast(ops.size(weights), "float32")]
    )
    number, size = ops.unstack(backend.replica_mean(counts), 2)
    return number / ops.maximum(size, TINY)


def mean_where(values, weights):
    """A replica's part of a mean over some values of the global batch.

    The model weights what replicas return by their shares of all examples, so
    this divides by the share of the values that count. The mean of none is 0.

    Args:
        values: Tensor `(batch, ...)`, as many of each example.
        weights: 1 for each value that counts and 0 for the others, of the same
            shape.
    """
    return batch_mean(values * weights) / ops.maximum(share_of(weights), TINY)
