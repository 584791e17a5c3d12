"""`TablePreprocessor`: tables of mixed columns as rows of numbers, and back."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_gan.layers.tables.category_columns import CategoryColumns
from keras_gan.layers.tables.choosing import encoder_of, learn
from keras_gan.layers.tables.layout import Layout
from keras_gan.utils.arguments import integer, positive_integer
from keras_gan.utils.tables import columns_of, is_frame, table_of


@keras.saving.register_keras_serializable(package="keras_gan")
class TablePreprocessor(CategoryColumns, keras.layers.Layer):
    """Turns a table of mixed columns into rows of numbers, and back.

    `adapt` learns the columns of a table, a pandas `DataFrame` or a dict of
    arrays; then the layer returns its rows as a tensor, and `inverse` makes a
    table of such rows, with the names, order and data types of the columns.

    - Numbers and dates: a mixture of normal distributions gives the mode that
      a number belongs to, and its distance from the mean of that mode. Bounds
      and units (whole numbers, cents, days) of a column are kept.
    - Text, booleans and whole numbers of at most 10 different values are
      categories, one-hot.
    - Missing values are a mode or category of their own, and come back as
      missing values.
    - A column of one value takes no place in the rows.

    A mixture is fitted to at most `max_fit_rows` rows, drawn at random, so the
    time that `adapt` takes grows little with the length of the table.

    What was learned is part of `get_config`, so it is saved with the layer,
    and with each model that has it. It holds all categories, and bounds, modes
    and counts of the columns, but no rows.

    Args:
        categories: Names of columns of numbers or dates whose values are
            categories, however many there are.
        max_modes: Largest number of modes of a column of numbers.
        max_fit_rows: Largest number of rows that a mixture is fitted to.
        seed: Integer seed of draws: which rows mixtures are fitted to, and to
            which of several modes a number belongs.
        state: What another layer learned; set by `from_config`.
        **kwargs: As in `keras.layers.Layer`.

    Attributes:
        layout: `Layout` of the rows, None before `adapt`.

    Raises:
        ValueError, TypeError: If an argument is not valid.

    Example:

    >>> table = {"age": [31, 45, 62, 27] * 5, "sex": ["F", "M", "F", "F"] * 5}
    >>> preprocessor = TablePreprocessor()
    >>> preprocessor.adapt(table)
    >>> preprocessor(table).shape[0]
    20
    >>> preprocessor.inverse(preprocessor(table))["sex"][:2].tolist()
    ['F', 'M']

    Reference:
        [Xu et al., 2019](https://arxiv.org/abs/1907.00503) (mode-specific
        normalization).
    """

    def __init__(
        self,
        *,
        categories: Sequence[str] = (),
        max_modes: int = 10,
        max_fit_rows: int = 10_000,
        seed: int = 0,
        state: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if isinstance(categories, str):
            raise TypeError(
                "`categories` must be a list of names of columns. Received: "
                f"{categories!r}. Write [{categories!r}]."
            )
        self.categories = tuple(categories)
        self.max_modes = positive_integer("max_modes", max_modes)
        self.max_fit_rows = positive_integer("max_fit_rows", max_fit_rows)
        self.seed = integer("seed", seed, at_least=0)
        self.built = True
        self._set(state)

    def _set(self, state: dict[str, Any] | None) -> None:
        """Takes over what was learned, also from a file."""
        self.layout: Layout | None = None
        self._as_frame = False
        encoders: list[Any] = []
        if state is not None:
            self._as_frame = bool(state["frame"])
            encoders = [encoder_of(one) for one in state["columns"]]
        self._encoders = tuple(encoders)
        self._numbers = tuple(one for one in encoders if one.has_value)
        chosen = [one for one in encoders if one.num_choices > 1]
        self._modes = tuple(one for one in chosen if one.has_value)
        self._categories = tuple(one for one in chosen if not one.has_value)
        if state is not None:
            self.layout = Layout(
                len(self._numbers),
                [one.num_choices for one in self._modes],
                [one.num_choices for one in self._categories],
            )

    # Learning ----------------------------------------------------------------

    def adapt(self, table: Any) -> None:
        """Learns the columns of a table.

        Args:
            table: A pandas `DataFrame`, or a dict of one-dimensional arrays.

        Raises:
            TypeError: If a column has values of no known kind.
            ValueError: If the table is empty, `categories` names a column that
                it does not have, or a number is infinite.
        """
        columns = columns_of(table)
        unknown = set(self.categories) - set(columns)
        if unknown:
            raise ValueError(
                f"`categories` must be columns of the table, {list(columns)}. "
                f"Received: {sorted(unknown)}."
            )
        options: dict[str, Any] = {
            "max_modes": self.max_modes,
            "max_rows": self.max_fit_rows,
            "seed": self.seed,
        }
        learned = [
            learn(name, column, self.categories, **options).state
            for name, column in columns.items()
        ]
        self._set({"frame": is_frame(table), "columns": learned})

    # Rows of numbers ----------------------------------------------------------

    # A table is no tensor, so what Keras does around `call` does not apply.
    def __call__(self, table: Any) -> Any:
        return self.call(table)

    def call(self, table: Any) -> Any:
        """Returns the rows of a table as a float32 tensor `(rows, width)`.

        Args:
            table: A table with the columns of `adapt`.

        Raises:
            ValueError: If it has other columns, or values that `adapt` did not
                see where only those are allowed: categories, missing values.
        """
        values, codes = self.encode(table)
        return self.adapted().rows(
            ops.convert_to_tensor(values), ops.convert_to_tensor(codes)
        )

    def inverse(self, rows: Any) -> Any:
        """Returns the table of rows of numbers.

        Args:
            rows: Array or tensor `(rows, width)`, such as a generator makes.
                Of several categories the one with the largest number counts.

        Returns:
            A `DataFrame` or a dict of arrays, as `adapt` was given.

        Raises:
            ValueError: If the rows have another width.
        """
        layout = self.adapted()
        rows = ops.convert_to_numpy(rows)
        if rows.ndim != 2 or rows.shape[1] != layout.width:
            raise ValueError(
                f"`rows` must have the shape (rows, {layout.width}) of this "
                f"table. Received: {rows.shape}. Pass what a generator of "
                "this table made."
            )
        return self.decode(*layout.compact(rows))

    def encode(self, table: Any) -> tuple[np.ndarray, np.ndarray]:
        """Returns the values and codes of a table; see `Layout`.

        Args:
            table: As in `call`.

        Returns:
            Float32 array `(rows, numbers)`, int32 array `(rows, choices)`.

        Raises:
            ValueError: As in `call`.
        """
        self.adapted()
        columns = columns_of(table)
        self.check_names(columns)
        size = len(next(iter(columns.values())).values)
        values, modes, categories = [], [], []
        for number, encoder in enumerate(self._encoders):
            column = columns[encoder.state["name"]]
            if not encoder.has_value:
                categories.append((encoder, encoder.encode(column)))
                continue
            draws = np.random.default_rng([self.seed, number])
            value, code = encoder.encode(column, draws)
            values.append(value)
            modes.append((encoder, code))
        codes = [
            code for one, code in modes + categories if one.num_choices > 1
        ]
        return (
            _side_by_side(values, size, "float32"),
            _side_by_side(codes, size, "int32"),
        )

    def decode(self, values: np.ndarray, codes: np.ndarray) -> Any:
        """Returns the table of values and codes.

        Args:
            values: Float array `(rows, numbers)`.
            codes: Integer array `(rows, choices)`.

        Returns:
            As `inverse`.
        """
        self.adapted()
        none = np.zeros(len(codes), "int32")
        chosen = [one.state["name"] for one in self._modes + self._categories]
        code_of = dict(zip(chosen, codes.T, strict=True))
        names = [one.state["name"] for one in self._numbers]
        value_of = dict(zip(names, values.T, strict=True))
        columns = {}
        for encoder in self._encoders:
            name = encoder.state["name"]
            given = [value_of[name]] if encoder.has_value else []
            columns[name] = encoder.decode(*given, code_of.get(name, none))
        return table_of(columns, frame=self._as_frame)

    def check_names(self, table: Any) -> None:
        """Raises an error unless a table has the columns of `adapt`.

        Args:
            table: A table, or a dict with the names of its columns.

        Raises:
            ValueError: If one is missing, or there is another.
        """
        expected = {one.state["name"] for one in self._encoders}
        found = set(table)
        if expected != found:
            more, less = (
                ", ".join(map(str, sorted(names, key=str)))
                for names in (found - expected, expected - found)
            )
            with_more = f"with {more} besides" if more else ""
            without = f"without {less}" if less else ""
            raise ValueError(
                "The table must have the columns of the one that was learned. "
                "Received: a table "
                f"{' and '.join(filter(None, (with_more, without)))}. Rename, "
                "add or remove columns."
            )

    # Columns of categories ----------------------------------------------------

    def split(self, table: Any, column: str) -> tuple[Any, np.ndarray]:
        """Returns the rows of a table without a column, and that column.

        For classifiers of a column of categories; `TableGAN.class_source`
        makes more such rows.

        Args:
            table: A table with the columns of `adapt`.
            column: Name of a column of categories.

        Returns:
            Float32 tensor `(rows, width without the column)`, int32 array
            `(rows,)`: the numbers of the categories, from 0 in their order.

        Raises:
            ValueError: If there is no such column, or as in `call`.

        Example:

        >>> preprocessor = TablePreprocessor()
        >>> table = {"grade": [1, 2, 2], "old": [True, False, True]}
        >>> preprocessor.adapt(table)
        >>> preprocessor.split(table, "old")[1].tolist()
        [1, 0, 1]
        """
        layout = self.adapted()
        number = len(layout.mode_sizes) + self.number_of(column)
        values, codes = self.encode(table)
        rows = layout.rows(
            ops.convert_to_tensor(values), ops.convert_to_tensor(codes)
        )
        start = layout.num_values + sum(layout.sizes[:number])
        end = start + layout.sizes[number]
        rows = ops.concatenate([rows[:, :start], rows[:, end:]], axis=1)
        return rows, codes[:, number]

    def missing_numbers(self) -> list[tuple[int, int, float]]:
        """Returns where a number may be missing, and how often it is.

        Returns:
            `(place, code, share)` for each column of numbers with missing
            ones: that of its mode among the codes of `encode`, the code for a
            missing number, and the share of rows that have it.
        """
        self.adapted()
        return [
            (place, one.num_choices - 1, one.missing_share)
            for place, one in enumerate(self._modes)
            if one.missing_share
        ]

    def adapted(self) -> Layout:
        """Returns the layout of the rows.

        Raises:
            ValueError: If the layer has learned no table yet.
        """
        if self.layout is None:
            raise ValueError(
                "The preprocessor must know the table. Received: a layer that "
                "has learned none. Call `preprocessor.adapt(table)` first."
            )
        return self.layout

    def get_config(self) -> dict[str, Any]:
        state = None
        if self.layout is not None:
            columns = [dict(one.state) for one in self._encoders]
            state = {"frame": self._as_frame, "columns": columns}
        return {
            **super().get_config(),
            "categories": list(self.categories),
            "max_modes": self.max_modes,
            "max_fit_rows": self.max_fit_rows,
            "seed": self.seed,
            "state": state,
        }


def _side_by_side(columns: list, size: int, dtype: str) -> np.ndarray:
    if not columns:
        return np.zeros((size, 0), dtype)
    return np.stack(columns, axis=1).astype(dtype)
