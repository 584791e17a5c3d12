"""Functions of the segments of a vector, such as one softmax per column."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from keras import ops


class Segments:
    """The segments of a vector, those of one size computed together.

    A table may have hundreds of columns, and an operation for each of them
    would take longer than all the arithmetic.

    Args:
        sizes: Number of entries of each segment.
    """

    def __init__(self, sizes: Sequence[int]) -> None:
        of_all = np.asarray(sizes, "int32")
        starts = np.cumsum(of_all) - of_all
        self._groups = [
            starts[of_all == size][:, None] + np.arange(size, dtype="int32")
            for size in np.unique(of_all)
        ]
        order = np.concatenate([one.ravel() for one in self._groups])
        self._back = np.argsort(order).astype("int32")

    def apply(self, function: Callable[[Any], Any], vectors: Any) -> Any:
        """Returns the vectors with a function applied to each segment.

        Args:
            function: Callable, tensor `(batch, segments, size)` -> tensor of
                that shape, of the last axis.
            vectors: Tensor `(batch, total of the sizes)`.
        """
        parts = []
        for group in self._groups:
            part = ops.take(vectors, group.ravel(), axis=1)
            part = function(ops.reshape(part, (-1, *group.shape)))
            parts.append(ops.reshape(part, (-1, group.size)))
        if len(parts) == 1:
            return parts[0]
        return ops.take(ops.concatenate(parts, axis=1), self._back, axis=1)
