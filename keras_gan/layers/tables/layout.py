"""`Layout`: where the columns of a table are in a row of numbers."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from keras import ops


class Layout:
    """Where the columns of a table are in a row of numbers.

    A row has one number in [-1, 1] for each column of numbers, then one-hot
    vectors: of the mode of each column of numbers, last of each category.

    ```
    row = [numbers | modes, one-hot each | categories, one-hot each]
    ```

    In memory and on its way into a training step it is shorter: the numbers,
    and for each one-hot vector the index of its 1, which is called a code.

    Args:
        num_values: Number of columns of numbers.
        mode_sizes: Numbers of modes of columns that have two or more.
        category_sizes: Numbers of categories of columns with two or more.

    Attributes:
        width: Numbers in a row.
        sizes: Sizes of all one-hot vectors, in their order.
        condition_width: Numbers in the one-hot vectors of categories.

    Example:

    >>> layout = Layout(1, [3], [2])
    >>> row = layout.rows(np.array([[0.5]]), np.array([[2, 0]]))
    >>> ops.convert_to_numpy(row).tolist()
    [[0.5, 0.0, 0.0, 1.0, 1.0, 0.0]]
    """

    def __init__(
        self,
        num_values: int,
        mode_sizes: Sequence[int],
        category_sizes: Sequence[int],
    ) -> None:
        self.num_values = int(num_values)
        self.mode_sizes = tuple(int(size) for size in mode_sizes)
        self.category_sizes = tuple(int(size) for size in category_sizes)
        self.sizes = self.mode_sizes + self.category_sizes
        self.width = self.num_values + sum(self.sizes)
        self.condition_width = sum(self.category_sizes)

    def rows(self, values: Any, codes: Any) -> Any:
        """Returns rows of numbers, a float32 tensor `(batch, width)`.

        Args:
            values: Tensor `(batch, num_values)`, in [-1, 1].
            codes: Integer tensor `(batch, len(sizes))`.
        """
        values = ops.cast(values, "float32")
        if not self.sizes:
            return values
        column = np.repeat(np.arange(len(self.sizes)), self.sizes)
        choice = np.concatenate([np.arange(size) for size in self.sizes])
        codes = ops.cast(codes, "int32")
        spread = ops.take(codes, column.astype("int32"), axis=1)
        ones = ops.cast(ops.equal(spread, choice.astype("int32")), "float32")
        return ops.concatenate([values, ones], axis=1)

    def compact(self, rows: Any) -> tuple[np.ndarray, np.ndarray]:
        """Returns the values and codes of rows; of several the largest entry.

        Args:
            rows: Array `(batch, width)`.

        Returns:
            Float32 array `(batch, num_values)` and int32 array
            `(batch, len(sizes))`.
        """
        rows = np.asarray(rows)
        ends = self.num_values + np.cumsum(self.sizes, dtype=int)
        codes = [
            rows[:, end - size : end].argmax(axis=1)
            for size, end in zip(self.sizes, ends, strict=True)
        ]
        empty = np.zeros((len(rows), 0), "int32")
        return (
            rows[:, : self.num_values].astype("float32"),
            np.stack(codes, axis=1).astype("int32") if codes else empty,
        )
