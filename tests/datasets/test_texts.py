"""`text`: lines of a file, with and without labels."""

import numpy as np
import pytest

from keras_gan import datasets

pytestmark = pytest.mark.quickest


def test_lines_of_a_file(tmp_path):
    path = tmp_path / "names.txt"
    # A mark at the beginning, other line ends, empty lines, letters of two.
    path.write_bytes("\ufeff anna\r\n\r\nZoe\u0308 \n  \nbob".encode())
    lines = datasets.text(path)
    assert list(lines) == ["anna", "Zo\xeb", "bob"]
    assert len(lines) == 3 and lines[2] == "bob" and lines.labels is None


def test_labels_are_before_a_tab():
    given = ["good\tI like it", "bad\tI do not ", "good\tnice", "bad\t"]
    lines = datasets.text(given)
    assert list(lines) == ["I like it", "I do not", "nice"]
    assert lines.class_names == ("bad", "good")
    assert lines.labels.tolist() == [1, 0, 1] and lines.labels.dtype == "int32"
    few = lines.take([2, 0])
    assert list(few) == ["nice", "I like it"] and few.labels.tolist() == [1, 1]
    assert few.class_names == lines.class_names
    # A tab in some lines only is a character, unless labels are asked for.
    mixed = ["a\tb", "c"]
    assert list(datasets.text(mixed)) == mixed
    assert list(datasets.text(given[:1], labels=False)) == given[:1]
    with pytest.raises(ValueError, match="'c' without a tab"):
        datasets.text(mixed, labels=True)
    with pytest.raises(ValueError, match="'nice' without a label"):
        datasets.text([*given, "\tnice"])


def test_long_lines_are_left_out_and_counted():
    given = ["a\t" + "x" * 4, "b\ty", "b\tz"]
    with pytest.warns(UserWarning, match="1 of 3 lines of more than 3 char"):
        lines = datasets.text(given, max_length=3)
    assert list(lines) == ["y", "z"]
    np.testing.assert_array_equal(lines.labels, 0)
    words = datasets.text(["one two", "three"], unit="words", max_length=2)
    assert len(words) == 2


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "Received: no text"),
        (b"\n \n\t\n", "Received: no text"),
        (b"a" * 101, "1 longer ones"),
        (b"caf\xe9\n", "must be text in UTF-8"),
    ],
)
def test_files_without_lines(tmp_path, content, message):
    path = tmp_path / "a.txt"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=message):
        datasets.text(path)


def test_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError, match="there is none"):
        datasets.text(tmp_path / "a.txt")


def test_what_is_no_text():
    with pytest.raises(TypeError, match="float nan among them"):
        datasets.text(["anna", float("nan")])
