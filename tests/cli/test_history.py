"""`history.csv`, whatever state a killed process left it in."""

import pytest
from edits import places, replaced

from keras_gan.cli.history import History, read_rows
from keras_gan.cli.step_limit import StepLimit

# Another backend would change nothing.
pytestmark = pytest.mark.quickest


def write(path, steps_before, logs):
    limit = StepLimit(steps_before, 100, 0)
    history = History(path, limit)
    history.on_train_begin()
    limit.steps += 10
    history.on_epoch_begin(0)
    history.on_epoch_end(0, logs)


def test_a_row_a_round(tmp_path):
    path = tmp_path / "history.csv"
    write(path, 0, {"d_loss": 0.5})
    header, row = read_rows(path)
    assert header == ["round", "steps", "seconds", "d_loss"]
    assert (row[0], row[1], row[3]) == ("1", "10", "0.5")


def test_rows_after_the_checkpoint_are_dropped(tmp_path):
    path = tmp_path / "history.csv"
    write(path, 0, {"d_loss": 0.5})
    write(path, 10, {"d_loss": 0.6})
    write(path, 10, {"d_loss": 0.7})
    assert [row[3] for row in read_rows(path)] == ["d_loss", "0.5", "0.7"]


@pytest.mark.parametrize("rest", ["", "rou", "round,steps,seconds,d_loss\n1,"])
def test_a_file_that_was_cut_off(tmp_path, rest):
    path = tmp_path / "history.csv"
    path.write_text(rest)
    write(path, 0, {"d_loss": 0.5})
    assert [row[3] for row in read_rows(path)] == ["d_loss", "0.5"]


@pytest.mark.parametrize(
    "text, words",
    [
        ("a,b\n1,2\n", "the columns are a, b"),
        ("round,steps,seconds,steps\n", "the columns are"),
        ("round,steps,seconds\n1,x,3\n", "line 2 counts 'x'"),
        ("round,steps,seconds\n1,-1,3\n", "line 2 counts '-1'"),
        ("round,steps,seconds\n1," + "9" * 5000 + ",3\n", "line 2 counts"),
        ("round,steps,seconds\n1,2\n1,2,3\n", "line 2 has 2 values, not 3"),
        ("round,steps,seconds\n\udcff\n", "utf-8"),
    ],
)
def test_a_file_that_was_edited(tmp_path, text, words):
    path = tmp_path / "history.csv"
    path.write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(ValueError, match=f"is damaged: .*{words}"):
        write(path, 0, {"d_loss": 0.5})
    assert path.read_bytes() == text.encode(errors="surrogateescape")


EDITS = ("", "x", "-1", "1e9", "nan", "9" * 30, "٣", '"', "\0", "\n")


def test_every_value_edited(tmp_path):
    path = tmp_path / "history.csv"
    table = [["round", "steps", "seconds", "d_loss"], ["1", "10", "0.5", "0.7"]]
    for place in (place for place in places(table) if place[1:]):
        for value in EDITS:
            rows = replaced(table, place, value)
            text = "".join(",".join(row) + "\n" for row in rows)
            path.write_text(text)
            try:
                write(path, 0, {"d_loss": 0.6})
            except ValueError as error:
                assert "history.csv` is damaged: " in str(error)
                assert path.read_text() == text
            else:
                assert "0.6" in read_rows(path)[-1]
                assert place[1] > 1 or value == "٣"


def test_values_that_a_later_version_logs_have_a_column_of_their_own(tmp_path):
    path = tmp_path / "history.csv"
    write(path, 0, {"d_loss": 0.5})
    write(path, 10, {"g_loss": 0.7, "d_loss": 0.6})
    assert [row[3:] for row in read_rows(path)] == [
        ["d_loss", "g_loss"], ["0.5", ""], ["0.6", "0.7"]
    ]  # fmt: skip
