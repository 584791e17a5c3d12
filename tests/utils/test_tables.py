"""Tables as columns of values, and back."""

import numpy as np
import pytest

from keras_gan.utils.tables import columns_of, table_of

# Another backend would change nothing.
pytestmark = pytest.mark.once

DAYS = np.array(["2020-02-29", "NaT", "1969-12-31"], "datetime64[D]")

# Values, the kind that is found, and how many are missing.
ARRAYS = {
    "float32": (np.array([0.5, np.nan, 2], "float32"), "number", 1),
    "int": (np.array([3, -1, 2]), "integer", 0),
    "uint8": (np.array([3, 255, 2], "uint8"), "integer", 0),
    "bool": (np.array([True, False, True]), "boolean", 0),
    "days": (DAYS, "date", 1),
    "str": (np.array(["a", "", "ccc"]), "text", 0),
    "objects": (np.array(["a", None, "b"], object), "text", 1),
    "mixed": (np.array(["a", 1, True], object), "text", 0),
    "whole": (np.array([1, None, 3], object), "integer", 1),
    "numbers": (np.array([1, None, 2.5], object), "number", 1),
    "nothing": (np.array([None] * 3, object), "text", 3),
}


@pytest.mark.parametrize("name", ARRAYS)
def test_arrays_come_back(name):
    array, kind, missing = ARRAYS[name]
    columns = columns_of({"x": array})
    assert columns["x"].kind == kind
    assert columns["x"].missing.sum() == missing
    back = table_of(columns, frame=False)["x"]
    assert back.dtype == array.dtype
    np.testing.assert_array_equal(back, array)


def test_frames_come_back():
    pd = pytest.importorskip("pandas")
    stamps = pd.Series(DAYS.astype("datetime64[us]"))
    table = pd.DataFrame(
        {
            "float": [0.5, np.nan, 2.0],
            "int": [3, -1, 2],
            "Int": pd.array([3, None, 2], "Int64"),
            "Float": pd.array([3.5, None, 2], "Float64"),
            "bool": [True, False, True],
            "boolean": pd.array([True, None, False], "boolean"),
            "stamp": stamps,
            "nanoseconds": stamps.astype("datetime64[ns]"),
            "zone": stamps.dt.tz_localize("Europe/Berlin"),
            "text": ["a", None, "b"],
            "string": pd.array(["a", None, "b"], "string"),
            "object": pd.Series(["a", None, "b"], dtype=object),
            "category": pd.Categorical(
                ["b", None, "a"], ["c", "b", "a"], ordered=True
            ),
            "codes": pd.Categorical([3, None, 1]),
        }
    )
    back = table_of(columns_of(table), frame=True)
    pd.testing.assert_frame_equal(back, table)


def test_lists_are_not_made_text():
    columns = columns_of({"a": ["x", float("nan"), None], "b": ["x", 1, True]})
    assert columns["a"].missing.tolist() == [False, True, True]
    assert columns["b"].values.tolist() == ["x", 1, True]
    assert table_of(columns, frame=False)["a"].tolist() == ["x", None, None]


@pytest.mark.parametrize("name", ["NaT", "NA"])
def test_missing_values_of_pandas(name):
    pd = pytest.importorskip("pandas")
    column = columns_of({"a": np.array(["x", getattr(pd, name)], object)})["a"]
    assert column.missing.tolist() == [False, True]


def test_two_columns_of_one_name():
    pd = pytest.importorskip("pandas")
    table = pd.DataFrame([[1, 2]], columns=["a", "a"])
    with pytest.raises(ValueError, match="different names.*'a' twice"):
        columns_of(table)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ([[1, 2]], "DataFrame or a dict.*list.*datasets.table"),
        ({}, "no columns"),
        ({"a": []}, "at least 1"),
        ({"a": [1, 2], "b": [1]}, "'a': 2, 'b': 1"),
        ({"a": np.ones((2, 2))}, r"'a' of shape \(2, 2\)"),
        ({"a": [[1], [1, 2]]}, "'a' of lists of different lengths"),
        ({"a": [1.0, np.inf]}, "infinity in column 'a'"),
        ({"a": [2**53, 1]}, r"smaller than 2\^53.*column 'a'"),
        ({"a": np.array([None, 10**400])}, r"smaller than 2\^53.*column 'a'"),
        ({"a": [1j]}, "column 'a' of complex128"),
        ({"a": np.array([object()])}, "column 'a' of object"),
        ({0: [1]}, "the name 0"),
    ],
)
def test_what_is_no_table(table, message):
    with pytest.raises((TypeError, ValueError), match=message):
        columns_of(table)
