"""Chooses how the columns of a table are encoded."""

import warnings
from collections.abc import Collection
from typing import Any

import numpy as np

from keras_gan.layers.tables.category_encoder import CategoryEncoder
from keras_gan.layers.tables.number_encoder import NumberEncoder
from keras_gan.utils.stack import level_outside
from keras_gan.utils.tables import Column

# Whole numbers with so few different values are labels, counts or grades.
_FEW = 10
# Text with more categories than this share of the rows names the rows.
_IDENTIFYING, _SMALL = 0.5, 100


def learn(
    name: str, column: Column, categories: Collection[str], **options: Any
) -> Any:
    """Returns the encoder of a column.

    Args:
        name: Name of the column.
        column: The column.
        categories: Names of columns of categories.
        **options: Of numbers, as in `fit_modes`.
    """
    if column.kind == "text":
        _warn_if_odd(name, column)
    if name in categories or _has_categories(column):
        return CategoryEncoder.learn(name, column)
    return NumberEncoder.learn(name, column, **options)


def encoder_of(state: dict[str, Any]) -> Any:
    """Returns the encoder with a state that another one learned.

    Args:
        state: The `state` of the other one.
    """
    return (NumberEncoder if "modes" in state else CategoryEncoder)(state)


def _has_categories(column: Column) -> bool:
    if column.kind in ("text", "boolean"):
        return True
    different = len(np.unique(column.values[~column.missing]))
    return different <= (_FEW if column.kind == "integer" else 1)


def _warn_if_odd(name: str, column: Column) -> None:
    """Warns of text that is better left out, or made numbers."""
    known = column.values[~column.missing].tolist()
    different = set(known)
    if len(known) < _SMALL or len(different) < _IDENTIFYING * len(known):
        return
    cure = "Leave it out, or group its values"
    if all(_is_numeral(str(one)) for one in different):
        cure = "Convert it to numbers"
    warnings.warn(
        f"Column {name!r} has {len(different)} different texts in {len(known)} "
        "rows. They would all be categories, and appear in generated tables as "
        f"they are, names of people, too. {cure}.",
        stacklevel=level_outside(),
    )


def _is_numeral(text: str) -> bool:
    return text.lstrip("-").replace(".", "", 1).isdigit()
