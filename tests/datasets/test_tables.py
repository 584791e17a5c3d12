"""`datasets.table`: tables from files."""

import datetime
import gzip
import sys

import numpy as np
import pytest

from keras_gan import datasets

# Another backend would change nothing.
pytestmark = pytest.mark.once

TEXT = (
    "age,name,born,seen,note,member\n"
    "31,Ann,1990-05-17,2026-01-31 12:30:00,x1,True\n"
    "\n"
    ",Bo,,2026-02-01T08:00,2020-01-01,False\n"
    "45,,1985-11-02,2026-02-01 08:00:00.5,,True\n"
)


@pytest.fixture
def pandas():
    return pytest.importorskip("pandas")


def check(table):
    assert list(table.columns) == TEXT.split("\n")[0].split(",")
    assert len(table) == 3
    assert table["age"].tolist()[::2] == [31, 45] and table["age"].isna()[1]
    born = table["born"].to_numpy("datetime64[D]")
    assert born[0] == np.datetime64("1990-05-17") and np.isnat(born[1])
    assert table["seen"].dt.hour.tolist() == [12, 8, 8]
    # Only one of them looks like a date.
    assert table["note"].tolist()[:2] == ["x1", "2020-01-01"]
    assert table["member"].dtype == bool


@pytest.mark.parametrize(
    ("name", "separator"), [("a.csv", ","), ("b.TSV", "\t")]
)
def test_text_files(tmp_path, pandas, name, separator):
    text = TEXT.replace(",", separator)
    (tmp_path / name).write_text(text)
    check(datasets.table(tmp_path / name))
    with gzip.open(tmp_path / f"{name}.gz", "wt") as file:
        file.write(text)
    check(datasets.table(tmp_path / f"{name}.gz"))


def test_parquet_files(tmp_path, pandas):
    pytest.importorskip("pyarrow")
    (tmp_path / "a.csv").write_text(TEXT)
    table = datasets.table(tmp_path / "a.csv")
    table.to_parquet(tmp_path / "a.parquet")
    pandas.testing.assert_frame_equal(
        datasets.table(tmp_path / "a.parquet"), table
    )


def test_times_with_zones_are_dates(tmp_path, pandas):
    (tmp_path / "a.csv").write_text(
        "z,offsets,mixed\n"
        "2026-01-31T12:30:00Z,2026-01-31 12:30:00+01:00,2026-01-31 12:30Z\n"
        ",2026-07-31 12:30:00+02:00,2026-01-31 12:30\n"
    )
    table = datasets.table(tmp_path / "a.csv")
    assert table["z"].dt.hour.tolist()[0] == 12 and table["z"].isna()[1]
    assert table["offsets"].dt.hour.tolist() == [11, 10]
    # Nobody knows the zone of the second one.
    assert pandas.api.types.is_string_dtype(table["mixed"].dtype)
    datasets.write_table(table, tmp_path / "b.csv")
    back = datasets.table(tmp_path / "b.csv")
    pandas.testing.assert_frame_equal(back, table)


def test_days_of_parquet_files_are_dates(tmp_path, pandas):
    pytest.importorskip("pyarrow")
    days = [datetime.date(2026, 1, 31), None, datetime.date(1900, 2, 1)]
    table = pandas.DataFrame({"day": days, "text": ["a", None, "b"]})
    table["text"] = table["text"].astype(object)
    table.to_parquet(tmp_path / "a.parquet")
    found = datasets.table(tmp_path / "a.parquet")
    assert found["day"].dt.year.tolist()[::2] == [2026, 1900]
    assert found["day"].isna()[1]
    assert found["text"].tolist()[::2] == ["a", "b"]


def test_the_index_of_a_parquet_file_is_a_column(tmp_path, pandas):
    pytest.importorskip("pyarrow")
    table = pandas.DataFrame({"id": ["x", "y"], "size": [1, 2]})
    table.set_index("id").to_parquet(tmp_path / "a.parquet")
    found = datasets.table(tmp_path / "a.parquet")
    assert found["id"].tolist() == ["x", "y"] and len(found.columns) == 2


def test_separators_at_the_ends_of_lines(tmp_path, pandas):
    (tmp_path / "a.csv").write_text("a,b\n1,x,\n2,y,\n")
    table = datasets.table(tmp_path / "a.csv")
    assert table["a"].tolist() == [1, 2] and table["b"].tolist() == ["x", "y"]


def test_parquet_has_columns_of_one_kind(tmp_path, pandas):
    table = {"a": np.array([1, "b"], object)}
    with pytest.raises(ValueError, match="column a.*Write a .csv"):
        datasets.write_table(table, tmp_path / "a.parquet")
    assert not list(tmp_path.iterdir())


def test_whole_numbers_stay_whole_beside_missing_ones(tmp_path, pandas):
    path = tmp_path / "a.csv"
    text = "age,size,large,all\n31,1.5,,1.0\n,,1e+300,2.0\n-4,2.0,7.0,3.0\n"
    path.write_text(text)
    table = datasets.table(path)
    datasets.write_table(table, path)
    assert path.read_text() == text
    pandas.testing.assert_frame_equal(datasets.table(path), table)


def test_options_go_to_pandas(tmp_path, pandas):
    (tmp_path / "a.csv").write_text("1;2\n3;4\n")
    table = datasets.table(tmp_path / "a.csv", sep=";", header=None)
    assert table.shape == (2, 2)


def test_a_first_line_of_values_is_suspected(tmp_path, pandas):
    (tmp_path / "a.csv").write_text("M,0.5,-1\nF,0.6,2\n")
    with pytest.warns(UserWarning, match="names.*Received: 0.5, -1. If these"):
        datasets.table(tmp_path / "a.csv")
    assert len(datasets.table(tmp_path / "a.csv", header=None)) == 2


def test_one_column_may_have_other_separators(tmp_path, pandas):
    (tmp_path / "a.csv").write_text("a;b\n1;2\n3\n")
    assert datasets.table(tmp_path / "a.csv").shape == (2, 1)


def test_a_day_that_is_on_no_calendar_stays_text(tmp_path, pandas):
    (tmp_path / "a.csv").write_text("day\n2026-02-28\n2026-02-30\n")
    table = datasets.table(tmp_path / "a.csv")
    assert table["day"].tolist() == ["2026-02-28", "2026-02-30"]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", b"", "rows of the same length.*Correct"),
        ("a.csv", b"a,b\n", "0 rows, 2 columns"),
        ("a.csv", b"a,b\n1,2\n1,2,3\n", "Expected 2 fields in line 3"),
        ("a.csv", b"a,b\n1,2,3\n4,5,6\n", "more fields than the first line"),
        ("a.csv", b"a,b\n\xff\xfe,1\n", "UTF-8.*Save it"),
        ("a.csv", b"a;b\n1;2\n", "one column, 'a;b', with ';'.*sep=';'"),
        ("a.tsv", b"a,b\n1,2\n", "one column, 'a,b', with ','"),
        ("a.parquet", b"nothing", "a.parquet must be a table"),
        ("a.xlsx", b"", "end in .csv.*a.xlsx"),
    ],
)
def test_what_is_no_table(tmp_path, pandas, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ValueError, match=message):
        datasets.table(tmp_path / name)


def test_a_compressed_file_that_is_cut_off(tmp_path, pandas):
    whole = gzip.compress(TEXT.encode())
    (tmp_path / "a.csv.gz").write_bytes(whole[:-20])
    with pytest.raises(ValueError, match="a.csv.gz must be a table.*Correct"):
        datasets.table(tmp_path / "a.csv.gz")


def test_no_file(tmp_path):
    with pytest.raises(FileNotFoundError, match="a.csv, where there is none"):
        datasets.table(tmp_path / "a.csv")


def test_without_pandas(tmp_path, monkeypatch):
    (tmp_path / "a.csv").write_text(TEXT)
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match=r'pip install "keras-gan\[tables\]"'):
        datasets.table(tmp_path / "a.csv")
