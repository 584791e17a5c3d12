"""`keras-gan train TABLE.csv`, and the other commands with its run."""

import contextlib
import json
import sys
import zipfile
from pathlib import Path

import keras
import numpy as np
import pytest
from other_data import KINDS, SHORT, TINY_TABLE, look_here_for_data, people
from page_checks import checked
from translation_runs import rows_of, settings_of

from keras_gan import datasets, models
from keras_gan.cli import jobs
from keras_gan.cli.command import _parser
from keras_gan.cli.loading import is_gan_of
from keras_gan.cli.planning import seconds_per_step
from keras_gan.cli.tables.rows import _parted
from keras_gan.cli.tables.source import open_table
from keras_gan.images import image_shape

pd = pytest.importorskip("pandas")
# Another backend would change nothing.
pytestmark = pytest.mark.quickest


@pytest.fixture
def finished(finished_run):
    return finished_run("table")


@pytest.fixture
def here(copied_run):
    """Data and a run on it, in the current folder."""
    return copied_run("table")


# Training ---------------------------------------------------------------------


def test_a_run_has_all_that_is_promised(finished):
    run = finished / "run"
    assert {path.name for path in run.iterdir()} == {
        "config.json", "history.csv", "logs", "model.keras", "report.html",
        "samples", "samples.gif",
    }  # fmt: skip
    rows = rows_of(run)
    assert [row["steps"] for row in rows] == ["1", "2"]
    assert {"d_loss", "g_loss", "g_condition_loss"} <= rows[0].keys()
    for name in ("val_column_shapes", "val_pair_trends"):
        assert 0 < float(rows[1][name]) < 1
    settings = settings_of(run)
    assert (settings["task"], settings["label"]) == ("table", "label")
    assert (settings["held_out"], settings["image_size"]) == (10, None)
    # Charts of seven columns, three in a row.
    assert image_shape(run / "samples" / "samples-0002.png") == (260, 386, 3)
    model = keras.saving.load_model(run / "model.keras")
    assert isinstance(model, models.TableGAN) and model.latent_dim == 3
    # At the end of its decay.
    for part in model.optimizer.parts:
        assert float(part.learning_rate) == pytest.approx(0.05 * 5e-4)
    words = checked(run / "report.html").words
    assert "Makes rows of 7 columns, like the 60 rows of people.csv." in words
    assert "Rows per second" in words and "--label label" in words


def test_minutes_are_planned_by_steps_that_leave_no_trace(here, eagerly):
    line = ("train", *KINDS["table"].train, "--out", "new", "--no-report")
    options = _parser().parse_args([str(word) for word in line])
    with contextlib.ExitStack() as held:
        job = jobs.begin(options, held)
        before = job.model.get_weights()
        assert 0 < seconds_per_step(job, np.inf) < 10
        for old, new in zip(before, job.model.get_weights(), strict=True):
            np.testing.assert_array_equal(old, new)


def test_rows_are_held_back_whatever_the_order_of_columns(in_folder):
    people().to_csv("people.csv", index=False)
    given = _parser().parse_args(
        ["train", "people.csv", "--columns", "sex,size"]
    )
    source = open_table(given)
    assert list(source.training.columns) == ["sex", "size"]
    assert (len(source), len(source.held_out)) == (50, 10)
    both = pd.concat([source.training, source.held_out])
    whole = people()[["sex", "size"]]
    pd.testing.assert_frame_equal(
        both.sort_values(["size", "sex"], ignore_index=True),
        whole.sort_values(["size", "sex"], ignore_index=True),
        check_dtype=False,
    )


def test_a_run_begins_with_another_of_the_same_columns(here, run_fails):
    begin = ("--from", "run", "--no-jit", *SHORT, "--out", "other")
    error = run_fails("train", "people.csv", *begin, "--width", 8)
    assert "`--width` is that of the run" in error
    people(40).rename(columns={"sex": "gender"}).to_csv("other.csv")
    error = run_fails("train", "other.csv", *begin)
    assert "with Unnamed: 0, gender besides and without sex." in error


def test_a_begun_run_has_the_columns_of_the_other_and_draws_of_its_own(
    here, eagerly, run_command
):
    columns = list(people().columns)
    look_here_for_data(KINDS["table"], columns=columns)
    people(40).assign(more=1.0).to_csv("other.csv", index=False)
    line = ("train", "other.csv", "--from", "run", *TINY_TABLE[4:])
    losses = []
    for seed in (2, 2, 3):
        run = f"on_{len(losses)}"
        more = ("--seed", seed, "--steps", 1, "--out", run, "--no-report")
        code, _, errors = run_command(*line, *more)
        assert (code, errors) == (0, "")
        assert settings_of(run)["columns"] == columns
        losses.append(rows_of(run)[0]["g_loss"])
    assert losses[0] == losses[1] != losses[2]


# Rows -------------------------------------------------------------------------


def test_rows_obey_their_conditions(here, run_command):
    where = ("--where", "sex=F", "--where", "label=100", "--seed", 3)
    code, output, _ = run_command(
        "generate", "run", "--num-rows", 30, *where, "--out", "rows.csv"
    )
    assert code == 0 and "30 rows, seed 3: rows.csv" in output
    rows = datasets.table("rows.csv")
    assert len(rows) == 30 and list(rows.columns) == list(people().columns)
    assert set(rows["sex"]) == {"F"} and set(rows["label"]) == {100}
    assert rows["nothing"].isna().all()
    low, high = people()["size"].min(), people()["size"].max()
    assert rows["size"].dropna().between(low, high).all()
    run_command(
        "generate",
        "run/model.keras",
        "--num-rows",
        30,
        *where,
        "--out",
        "b.csv",
    )
    assert Path("b.csv").read_bytes() == Path("rows.csv").read_bytes()
    code, output, _ = run_command("generate", "run")
    assert code == 0 and "run/generated-1.csv" in output
    assert len(datasets.table("run/generated-1.csv")) == 1_000


def test_rows_as_parquet(here, run_command):
    pytest.importorskip("pyarrow")
    line = ("generate", "run", "--num-rows", 5, "--out", "rows.parquet")
    assert run_command(*line)[0] == 0
    rows = datasets.table("rows.parquet")
    assert rows["born"].dtype.kind == "M" and rows["member"].dtype == bool


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--where", "sex=X"), "that was learned: 'F', 'M'. Received"),
        (("--where", "age=3"), "'age', which is unknown"),
        (("--where", "size=3"), "'size', which is of numbers"),
        (("--where", "sex"), "must be COLUMN=VALUE"),
        (("--where", "sex=F", "--where", "sex=M"), "sex twice"),
        (("--out", "a.png"), "must end in .csv or .parquet"),
        (("--out", "people.csv"), "`people.csv` exists already"),
        (("--num-images", 3), "`--num-images` is for images"),
        (("--truncation", 1), "`--truncation` is for images"),
    ],
)
def test_rows_that_cannot_be_made(here, run_fails, arguments, message):
    assert message in run_fails("generate", "run", *arguments)
    assert not list(Path().glob("run/generated-*"))


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("city=Rome=1", ("city=Rome", "1")),
        ("city=", ("city", "")),
        ("a==", ("a=", "")),
        ("other=x=y", ("other", "x=y")),
    ],
)
def test_names_of_columns_may_have_equals_signs(text, parts):
    assert _parted(text, ["city", "city=Rome", "a="]) == parts


# Comparing --------------------------------------------------------------------


def test_tables_are_compared(here, run_command):
    people(50, seed=1).to_csv("held_out.csv", index=False)
    line = ("evaluate", "held_out.csv", "run")
    code, output, errors = run_command(*line)
    assert (code, errors) == (0, "")
    names = [row.split()[0] for row in output.splitlines()]
    assert names == ["column_shapes", "pair_trends", "least", "of"]
    assert "50 real and 50 fake rows of 7 columns" in output
    # A run knows its own rows, and which of them it was not trained on.
    code, output, _ = run_command("evaluate", "people.csv", "run")
    assert "of 10 real and 10 fake rows" in output
    assert output.endswith(
        "compared with the rows that the run held back, not with those that "
        "it was trained on\n"
    )
    line = ("evaluate", "people.csv", "run/model.keras", "--json")
    values = json.loads(run_command(*line)[1])
    assert (values["real_rows"], values["num_real"]) == ("held out", 10)
    more = ("--train", "people.csv", "--label", "label", "--json")
    code, output, _ = run_command("evaluate", "people.csv", "people.csv", *more)
    values = json.loads(output)
    assert code == 0 and values["column_shapes"] == 1.0
    assert values["real_rows"] is None
    assert values["copies"] == values["real_copies"] == 1.0
    assert values["nearest_distance"] == pytest.approx(0, abs=1e-9)
    for name in ("gradient_boosting_f1", "logistic_regression_accuracy"):
        assert values[name] == values[f"real_{name}"]


def test_without_rows_held_back_all_were_trained_on(here, run_command):
    config = json.loads(Path("run/config.json").read_text())
    config["settings"]["held_out"] = 0
    Path("run/config.json").write_text(json.dumps(config))
    code, output, _ = run_command("evaluate", "people.csv", "run")
    assert code == 0 and "of 60 real and 60 fake rows" in output
    assert "note: the run was trained on these rows" in output


def test_tables_that_cannot_be_compared(here, run_fails):
    people().drop(columns="sex").to_csv("less.csv", index=False)
    error = run_fails("evaluate", "people.csv", "less.csv")
    assert "FAKE must have the columns of REAL." in error
    assert "a table without sex. Rename" in error
    error = run_fails("evaluate", *["people.csv"] * 2, "--train", "less.csv")
    assert "--train must have the columns of REAL." in error
    Path("photos").mkdir()
    error = run_fails("evaluate", "people.csv", "photos")
    assert "or the run of a table. Received: photos" in error
    error = run_fails("evaluate", "run", "people.csv")
    assert "REAL must be a .csv or .parquet file" in error
    error = run_fails("evaluate", "people.csv", "run", "--metrics", "fid")
    assert "`--metrics` is for images" in error
    error = run_fails("evaluate", "digits", "digits", "--label", "x")
    assert "`--label` is for tables" in error
    error = run_fails("evaluate", "people.csv", "run", "--label", "age")
    assert "`--label` must name columns of the table, size, born" in error


# Balancing --------------------------------------------------------------------


def test_a_rare_category_is_filled_up(here, run_command, run_fails):
    line = ("augment", "people.csv", "--run", "run", "--out")
    code, output, errors = run_command(*line, "even.csv", "--balance", "label")
    assert (code, errors) == (0, "")
    assert "100 rows, 40 of them generated: even.csv" in output
    assert "  7    50 + 0" in output and "  100  10 + 40" in output
    even = datasets.table("even.csv")
    pd.testing.assert_frame_equal(
        even[:60], datasets.table("people.csv"), check_dtype=False
    )
    assert set(even["label"][60:]) == {100}
    # The label of the run is what is balanced if nothing is said.
    for balance in ((), ("--balance", "uniform")):
        run_command(*line, "same.csv", *balance)
        assert Path("same.csv").read_bytes() == Path("even.csv").read_bytes()
        Path("same.csv").unlink()
    error = run_fails(*line, "other.csv", "--balance", "size")
    assert "'size', which is of numbers" in error
    error = run_fails(*line, "other.csv", "--counts", "7:3")
    assert "`--counts` is for images" in error
    people().assign(town="A").to_csv("more.csv", index=False)
    error = run_fails("augment", "more.csv", *line[2:], "other.csv")
    assert "a table with town besides" in error
    error = run_fails("augment", "digits", *line[2:], "other")
    assert "is the run of a table" in error
    error = run_fails("augment", "digits", "--out", "a", "--balance", "label")
    assert "must be uniform or none for images" in error
    assert not Path("other.csv").exists()


# Mistakes ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("none.csv",), "none.csv, where there is none"),
        (("empty.csv",), "0 rows, 2 columns"),
        (("equal.csv",), "all rows are equal"),
        (("large.csv",), "inf of column 'a', from 1e+300 to 2e+300"),
        (("lists.parquet",), "column 'a' of ndarray. Convert it"),
        (("people.csv", "--label", "age"), "`--label` must name columns"),
        (("people.csv", "--columns", "sex,age"), "Received: age."),
        (("people.csv", "--conditional"), "no meaning for this task"),
        (("people.csv", "--batch-size", 25), "a multiple of 10"),
        (("digits", "--task", "table"), "must end in .csv, .tsv"),
        (("digits", "--label", "x"), "no meaning for this task"),
    ],
)
def test_mistakes_are_one_line_and_leave_nothing(
    in_folder, run_fails, arguments, message
):
    people().to_csv("people.csv", index=False)
    Path("empty.csv").write_text("a,b\n")
    Path("equal.csv").write_text("a,b\n" + "1,2\n" * 30)
    Path("large.csv").write_text("a\n1e300\n2e300\n")
    pytest.importorskip("pyarrow")
    pd.DataFrame({"a": [[1], [2]]}).to_parquet("lists.parquet")
    before = sorted(in_folder.iterdir())
    assert message in run_fails("train", *arguments, *SHORT)
    assert sorted(in_folder.iterdir()) == before


def test_damaged_files_are_no_models_of_tables(in_folder):
    for number, content in enumerate((None, b"", b"PK\x05\x06" + bytes(18))):
        path = in_folder / f"{number}.keras"
        if content is not None:
            path.write_bytes(content)
        assert not is_gan_of("tables", path)
    for text in ("[]", "{}", "[" * 100_000):
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("config.json", text)
        assert not is_gan_of("tables", path)


def test_without_pandas(here, run_fails, monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    error = run_fails("train", "people.csv")
    assert 'pip install "keras-gan[tables]"' in error
