"""What a `TablePreprocessor` knows of columns of categories."""

from typing import Any

import numpy as np

from keras_gan.layers.tables.category_encoder import CategoryEncoder
from keras_gan.layers.tables.layout import Layout
from keras_gan.utils.tables import columns_of


class CategoryColumns:
    """A part of `TablePreprocessor`: categories by their names and numbers."""

    _encoders: tuple[Any, ...]
    _categories: tuple[CategoryEncoder, ...]

    def adapted(self) -> Layout:
        """Returns the layout of the rows, or raises an error."""
        raise NotImplementedError

    def category_names(self) -> list[str]:
        """Returns the names of the columns of categories."""
        self.adapted()
        return [one.state["name"] for one in self._categories]

    def counts(self) -> list[np.ndarray]:
        """Returns the rows of each category in `adapt`, by columns."""
        self.adapted()
        return [np.array(one.state["counts"]) for one in self._categories]

    def category(self, column: str, value: Any) -> tuple[int, int]:
        """Returns the numbers of a column of categories and of one of them.

        Args:
            column: Name of the column.
            value: The category as the table has it; None: missing.

        Raises:
            ValueError: If there is no such column or category.
        """
        number = self.number_of(column)
        return number, self._categories[number].code(value)

    def parse(self, column: str, text: str) -> Any:
        """Returns the category that a text stands for.

        Args:
            column: Name of a column of categories.
            text: The category as a CSV file has it; no characters: missing.

        Raises:
            ValueError: If there is no such column or category.

        Example:

        >>> preprocessor = keras_gan.layers.TablePreprocessor()
        >>> preprocessor.adapt({"grade": [1, 2, 2], "old": [True, False, True]})
        >>> preprocessor.parse("old", "true")
        True
        """
        return self._categories[self.number_of(column)].parse(text)

    def count(self, table: Any, column: str) -> dict[Any, int]:
        """Returns the rows of each category of a column, also of none.

        Args:
            table: A table.
            column: Name of a column of categories in it.

        Raises:
            ValueError: If there is no such column, or it has categories that
                `adapt` did not see.
        """
        encoder = self._categories[self.number_of(column)]
        columns = columns_of(table)
        if column not in columns:
            raise ValueError(
                f"The table must have the column {column!r}. Received: a table "
                f"of the columns {list(columns)}."
            )
        codes = encoder.encode(columns[column])
        counts = np.bincount(codes, minlength=encoder.num_choices)
        return dict(zip(encoder.categories, counts.tolist(), strict=True))

    def number_of(self, column: str) -> int:
        """Returns which of the columns of categories one is, from 0.

        Args:
            column: Its name.

        Raises:
            ValueError: If there is no such column of categories.
        """
        names = self.category_names()
        if column not in names:
            known = [one.state["name"] for one in self._encoders]
            what = (
                "of numbers or of one value" if column in known else "unknown"
            )
            raise ValueError(
                "The column must be one of categories: "
                f"{', '.join(names) or 'there are none'}. Received: "
                f"{column!r}, which is {what}. Numbers are categories if their "
                "column is named before the table is learned: by `--label` or "
                "`--categories`, in Python by `categories=`."
            )
        return names.index(column)
