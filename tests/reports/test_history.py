"""Reading `history.csv` in any state."""

import numpy as np
import pytest

from keras_gan.reports.history import read_history

# Another backend would change nothing.
pytestmark = pytest.mark.once

HEAD = "round,steps,seconds,d_loss\n"


def history_of(tmp_path, text):
    path = tmp_path / "history.csv"
    path.write_bytes(text.encode(errors="surrogateescape"))
    return read_history(path)


def test_columns_are_numbers(tmp_path):
    history = history_of(tmp_path, HEAD + "1,10,0.5,0.7\n2,20,0.4,\n")
    assert len(history) == 2 and not history.num_broken
    assert history.steps.tolist() == [10, 20]
    np.testing.assert_array_equal(history.logs["d_loss"], [0.7, np.nan])
    # What was not measured is not wrong.
    assert history.not_finite == {}


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "1e300", "x"])
def test_what_is_not_finite_is_told(tmp_path, value):
    history = history_of(tmp_path, HEAD + f"1,10,0.5,0.7\n2,20,1,{value}\n")
    assert history.not_finite == {"d_loss": [2]}
    np.testing.assert_array_equal(history.logs["d_loss"], [0.7, np.nan])


@pytest.mark.parametrize(
    "text, rows, broken",
    [
        ("", 0, 0),
        (HEAD, 0, 0),
        ("rou", 0, 1),
        ("a,b\n1,2\n", 0, 1),
        (HEAD + "1,10,0.5,0.7\n2,2", 1, 1),
        (HEAD + "1,10,0.5,0.7\n2,20\n3,30,1,1\n", 2, 1),
        (HEAD + "x,10,0.5,0.7\n", 0, 1),
        ("round,steps,seconds,steps\n1,1,1,1\n", 0, 1),
        ("\udcff\0\n", 0, 1),
    ],
)
def test_what_can_be_read_is_read(tmp_path, text, rows, broken):
    history = history_of(tmp_path, text)
    assert (len(history), history.num_broken) == (rows, broken)


def test_a_file_that_is_missing_is_an_empty_table(tmp_path):
    history = read_history(tmp_path / "history.csv")
    assert len(history) == 0 and history.logs == {}
