"""Rows of a table, drawn for a training step or made for classes."""

from typing import Any

import keras
import numpy as np
from keras import ops

from keras_gan import backend
from keras_gan.layers.tables.class_rows import ClassCondition, ClassRows
from keras_gan.models.batch import Batch
from keras_gan.sampling import GeneratorSource


class TrainingRows:
    """The rows of a table, drawn so that rare categories are seen often.

    Of each row in a batch, first a column of categories is drawn, each as
    often as the others, then one of its categories, in proportion to the
    logarithm of its number of rows + 1, and last one of the rows that have it.
    That category is the condition, which the generator is told.

    ```
    p(category) = log(1 + rows) / sum over its column of log(1 + rows)
    ```

    Args:
        layout: `layers.tables.Layout` of the rows.
        values: Float32 array `(rows, numbers)`.
        codes: Int32 array `(rows, choices)`.
    """

    def __init__(self, layout: Any, values: Any, codes: Any) -> None:
        self.layout = layout
        self.arrays = values, codes
        self._values, self._codes = map(ops.convert_to_tensor, self.arrays)
        if layout.condition_width:
            self._sort(codes[:, len(layout.mode_sizes) :])

    def _sort(self, codes: np.ndarray) -> None:
        """Lists the rows of each category one after the other."""
        sizes = self.layout.category_sizes
        columns = list(zip(codes.T, sizes, strict=True))
        counts = np.concatenate(
            [np.bincount(column, minlength=size) for column, size in columns]
        )
        order = [np.argsort(column, kind="stable") for column, _ in columns]
        weights = np.log1p(counts)
        totals = np.add.reduceat(weights, np.cumsum(sizes) - sizes)
        chances = weights / np.repeat(totals, sizes) / len(sizes)
        # The last category that there is gets what rounding has left over.
        self._last = int(np.flatnonzero(counts)[-1])
        self._bounds = ops.convert_to_tensor(
            np.cumsum(chances).astype("float32")
        )
        self._order = ops.convert_to_tensor(
            np.concatenate(order).astype("int32")
        )
        starts = np.cumsum(counts) - counts
        self._starts = ops.convert_to_tensor(starts.astype("int32"))
        self._counts = ops.convert_to_tensor(counts.astype("int32"))

    def same_as(self, values: Any, codes: Any) -> bool:
        """Whether these are the rows of other arrays."""
        return all(map(np.array_equal, self.arrays, (values, codes)))

    def draw(self, size: Any, seed: Any) -> Batch:
        """Returns a batch of drawn rows with their conditions.

        Args:
            size: Number of rows.
            seed: `keras.random.SeedGenerator` to draw from.
        """
        uniform = keras.random.uniform((2, size), seed=seed)
        if not self.layout.condition_width:
            row = _index(uniform[0], len(self.arrays[1]))
            return self.at(row, None)
        category = ops.searchsorted(self._bounds, uniform[0], side="right")
        category = ops.minimum(ops.cast(category, "int32"), self._last)
        within = _index(uniform[1], ops.take(self._counts, category))
        place = ops.take(self._starts, category) + within
        return self.at(ops.take(self._order, place), category)

    def at(self, row: Any, category: Any) -> Batch:
        """Returns a batch of given rows.

        Args:
            row: Int32 tensor `(batch,)`, the numbers of the rows.
            category: Int32 tensor `(batch,)`, their categories among those of
                all columns, or None in a table without any.
        """
        values = ops.take(self._values, row, axis=0)
        codes = ops.take(self._codes, row, axis=0)
        return batch_of(self.layout, values, codes, category)


def batch_of(layout: Any, values: Any, codes: Any, category: Any) -> Batch:
    """Returns a batch of rows and conditions, both one-hot.

    Args:
        layout: `layers.tables.Layout` of the rows.
        values: Tensor `(batch, numbers)`.
        codes: Integer tensor `(batch, choices)`.
        category: As in `TrainingRows.at`.
    """
    conditions = None
    if category is not None:
        conditions = ops.one_hot(category, layout.condition_width)
    return Batch(layout.rows(values, codes), conditions, {})


def own_conditions(layout: Any, codes: Any, seed: Any) -> Any:
    """Returns one of the categories of each row, of a drawn column.

    Args:
        layout: `layers.tables.Layout` of the rows.
        codes: Integer tensor `(batch, choices)`.
        seed: `keras.random.SeedGenerator` to draw from.
    """
    sizes = np.array(layout.category_sizes, "int32")
    if not len(sizes):
        return None
    uniform = keras.random.uniform((ops.shape(codes)[0],), seed=seed)
    column = _index(uniform, len(sizes))
    codes = ops.cast(codes[:, len(layout.mode_sizes) :], "int32")
    code = ops.take_along_axis(codes, column[:, None], axis=1)[:, 0]
    starts = ops.convert_to_tensor(np.cumsum(sizes, dtype="int32") - sizes)
    return ops.take(starts, column) + code


def rounded_up(size: Any, unit: int) -> Any:
    """Returns the smallest multiple of a unit that is not below a size.

    Args:
        size: Integer, or integer tensor.
        unit: Positive integer.
    """
    return (size + unit - 1) // unit * unit


def in_packs(arrays: tuple, pack: int) -> tuple:
    """Returns rows in whole packs, which a replica's part may not be.

    Its last row is repeated; a batch on one device is left as it is.

    Args:
        arrays: Tensors of equal length.
        pack: Number of rows in a pack.
    """
    if backend.replica_count() == 1:
        return arrays
    size = ops.shape(arrays[0])[0]
    rows = ops.minimum(ops.arange(rounded_up(size, pack)), size - 1)
    return tuple(ops.take(one, rows, axis=0) for one in arrays)


def _index(uniform: Any, size: Any) -> Any:
    """Whole numbers below a size from numbers in [0, 1)."""
    scaled = uniform * ops.cast(size, "float32")
    index = ops.cast(ops.floor(scaled), "int32")
    # Rounding may have led to the size itself.
    return ops.minimum(index, ops.cast(size, "int32") - 1)


def class_source(model, column) -> GeneratorSource:
    """Makes the source of `TableGAN.class_source`.

    Args:
        model: The `TableGAN`.
        column: As there.

    Raises:
        ValueError: As there.
    """
    layout = model.preprocessor.layout
    number = model.preprocessor.number_of(column)
    sizes = layout.category_sizes
    latents = keras.Input((model.latent_dim,), name="latents")
    classes = keras.Input((), dtype="int32", name="labels")
    condition = ClassCondition(sum(sizes[:number]), layout.condition_width)
    made = model.sampler([latents, condition(classes)])[0]
    rows = ClassRows(
        layout.num_values,
        layout.sizes,
        without=len(layout.mode_sizes) + number,
    )(made)
    return GeneratorSource(
        keras.Model([latents, classes], rows, name="class_source"),
        model.latent_dim,
        tuple(rows.shape[1:]),
        sizes[number],
    )
