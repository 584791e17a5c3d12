"""Tables as the data of a model: `fit`, `evaluate` and their checks."""

import functools
import itertools
from typing import Any

import numpy as np

from keras_gan.models import table_checks, table_rows
from keras_gan.models.two_player_model import TwoPlayerModel

_BATCH_SIZE = 500


class TableData(TwoPlayerModel):
    """A model of two players whose data is a table, not images.

    Attributes:
        preprocessor: `layers.TablePreprocessor` of the table.
        pack: Number of rows that the discriminator sees at once.
    """

    preprocessor: Any
    pack: int
    _table: Any

    def fit(
        self,
        x=None,
        y=None,
        *,
        batch_size=None,
        validation_data=None,
        validation_batch_size=None,
        **kwargs,
    ):
        """Trains the players on a table.

        An epoch has as many rows as the table, in full batches, at least one;
        or `steps_per_epoch` batches.

        Args:
            x: The table, a `DataFrame` or a dict of arrays, with the columns
                that the preprocessor has learned.
            y: None: labels are a column of the table.
            batch_size: Rows in a batch, a multiple of the rows in a pack times
                `discriminator_steps`; None: 500. A replica whose part ends
                within a pack fills it up.
            validation_data: Another table with these columns.
            validation_batch_size: As `batch_size`, which is the default.
            **kwargs: As in `keras.Model.fit`.

        Returns:
            The `keras.callbacks.History` of the run.

        Raises:
            ValueError: If the table or another argument is not valid.
            FloatingPointError: If a loss or weight becomes NaN or infinite.
        """
        self._assert_compile_called("fit")
        batch_size = _BATCH_SIZE if batch_size is None else batch_size
        table_checks.check_options(y, kwargs)
        table_checks.check_batch(
            batch_size, self.pack * self.discriminator_steps
        )
        if validation_data is not None:
            size = validation_batch_size or batch_size
            table_checks.check_batch(size, self.pack)
            kwargs["validation_data"] = self._whole_packs(validation_data)
            kwargs["validation_batch_size"] = size
        kwargs["shuffle"] = False  # Rows are drawn in the step.
        places = self._hold(x, batch_size)
        if kwargs.get("steps_per_epoch") is None:
            return super().fit(places, batch_size=batch_size, **kwargs)
        # A copy each time: on replicas TensorFlow may compute in the memory of
        # an array that a Python generator returned.
        endless = ((places[:batch_size].copy(),) for _ in itertools.count())
        return super().fit(endless, **kwargs)

    def train_on_batch(self, x, y=None, **kwargs):
        """Trains on one batch of as many rows as a table has, drawn from it.

        Args:
            x: The table.
            y: None.
            **kwargs: As in `keras.Model.train_on_batch`.

        Returns:
            The losses and the other logs.
        """
        table_checks.check_options(y, kwargs)
        unit = self.pack * getattr(self, "discriminator_steps", 1)
        return super().train_on_batch(self._hold(x, unit), **kwargs)

    def evaluate(self, x=None, y=None, *, batch_size=None, **kwargs):
        """Computes losses and metrics on a table and as many generated rows.

        Args:
            x: The table; rows that do not fill a pack are left out.
            y: None.
            batch_size: Rows in a batch, a multiple of the rows in a pack; None:
                500.
            **kwargs: As in `keras.Model.evaluate`.

        Returns:
            The losses and accuracies, then each metric.
        """
        batch_size = _BATCH_SIZE if batch_size is None else batch_size
        # In `fit` Keras passes what `_whole_packs` made of validation data.
        if y is None or not isinstance(x, np.ndarray):
            table_checks.check_options(y, kwargs)
            table_checks.check_batch(batch_size, self.pack)
            x, y = self._whole_packs(x)
        return super().evaluate(x, y, batch_size=batch_size, **kwargs)

    def test_on_batch(self, x, y=None, **kwargs):
        """Does what `evaluate` does, on one batch.

        Args:
            x: The table; rows that do not fill a pack are left out.
            y: None.
            **kwargs: As in `keras.Model.test_on_batch`.

        Returns:
            The losses and accuracies, then each metric.
        """
        table_checks.check_options(y, kwargs)
        return super().test_on_batch(*self._whole_packs(x), **kwargs)

    def _hold(self, table, unit):
        """Keeps a table for training; returns the places of rows in an epoch.

        Compiled steps hold the rows themselves, so others need a new one.
        """
        arrays = self.preprocessor.encode(table)
        held = self._table.value
        if held is None or not held.same_as(*arrays):
            self._table.value = table_rows.TrainingRows(
                self.preprocessor.layout, *arrays
            )
            self.train_function = None
            # JAX takes equal functions for one, and would go on with a program
            # that holds the rows before; no two partial functions are equal.
            step = functools.partial(type(self).train_step, self)
            self.train_step = step  # type: ignore[method-assign]
        size = max(1, len(arrays[1]) // unit) * unit
        return np.arange(size, dtype="int32")

    def _whole_packs(self, table) -> tuple:
        values, codes = self.preprocessor.encode(table)
        size = len(codes) // self.pack * self.pack
        if not size:
            raise ValueError(
                f"The table must have {self.pack} rows or more, one pack. "
                f"Received: {len(codes)}. Pass more rows."
            )
        return values[:size], codes[:size]
