"""`keras-gan train LINES.txt`, and `generate` with its run."""

import json
from pathlib import Path

import keras
import pytest
from other_data import (
    KINDS,
    NAMES,
    SHORT,
    TINY_TEXT,
    look_here_for_data,
    write_names,
)
from page_checks import checked
from translation_runs import rows_of, settings_of

from keras_gan import models
from keras_gan.cli.command import _parser
from keras_gan.cli.texts.source import open_text
from keras_gan.datasets import text

# Another backend would change nothing.
pytestmark = pytest.mark.quickest

TRAIN = (*TINY_TEXT, *SHORT, "--seed", 1)


@pytest.fixture
def finished(finished_run):
    return finished_run("text")


@pytest.fixture
def here(copied_run):
    """Data and a run on it, in the current folder."""
    return copied_run("text")


def test_a_run_has_all_that_is_promised(finished):
    run = finished / "run"
    assert {path.name for path in run.iterdir()} == {
        "config.json", "history.csv", "logs", "model.keras", "report.html",
        "samples",
    }  # fmt: skip
    rows = rows_of(run)
    assert [row["steps"] for row in rows] == ["1", "2"]
    for name in ("d_loss", "g_nll", "val_g_nll", "val_ngram_distance"):
        assert float(rows[1][name]) > 0
    settings = settings_of(run)
    assert (settings["task"], settings["unit"]) == ("text", "characters")
    assert (settings["held_out"], settings["image_size"]) == (12, None)
    assert settings["conditional"] is False
    samples = (run / "samples" / "samples-0002.txt").read_text("utf-8")
    assert samples.count("\n") == 64
    model = keras.saving.load_model(run / "model.keras")
    assert isinstance(model, models.TextGAN) and model.latent_dim == 3
    assert model.warm_start == 1
    rates = [float(part.learning_rate) for part in model.optimizer.parts]
    assert max(rates) / min(rates) == pytest.approx(20)
    words = checked(run / "report.html").words
    assert "Makes lines of text, like the 120 lines of names.txt." in words
    assert "Lines per second" in words and "--no-conditional" in words
    assert samples.split("\n")[0] in words


def test_lines_are_made(here, run_command):
    line = ("generate", "run", "--num", 30, "--seed", 3, "--out")
    code, output, _ = run_command(*line, "lines.txt")
    assert code == 0 and "30 lines, seed 3: lines.txt" in output
    lines = Path("lines.txt").read_text("utf-8").split("\n")
    assert len(lines) == 31
    assert set("".join(lines)) <= set("".join(NAMES))
    run_command(*line, "same.txt")
    assert Path("same.txt").read_bytes() == Path("lines.txt").read_bytes()
    run_command(*line, "cold.txt", "--temperature", 0.001)
    cold = Path("cold.txt").read_text("utf-8").split("\n")
    assert len(set(cold)) < len(set(lines))
    code, output, _ = run_command("generate", "run")
    assert code == 0 and "run/generated-1.txt" in output


def test_lines_of_classes(in_folder, run_command, run_fails, eagerly):
    content = "\n".join(["good\tnice", "bad\tugly"] * 30)
    Path("reviews.txt").write_text(content)
    line = ("train", "reviews.txt", *TRAIN, "--no-report", "--out")
    code, output, errors = run_command(*line, "run")
    assert (code, errors) == (0, "")
    assert "54 lines of 2 classes" in output
    sample = Path("run/samples/samples-0001.txt").read_text().split("\n")
    assert [one.split("\t")[0] for one in sample[:2]] == ["bad", "good"]
    more = ("--num-lines", 6, "--out", "good.tsv", "--labels", "good")
    assert run_command("generate", "run", *more)[0] == 0
    made = Path("good.tsv").read_text().splitlines()
    assert len(made) == 6 and all(one.startswith("good\t") for one in made)
    plain = ("plain", "--no-conditional", "--quiet")
    assert run_command(*line, *plain)[0] == 0
    assert settings_of("plain")["conditional"] is False
    error = run_fails("generate", "plain", "--labels", "good")
    assert "`--labels` needs a conditional GAN" in error


def test_labels_of_one_line_each_are_no_classes(
    in_folder, run_command, eagerly
):
    lines = [f"{number}.jpg\ta dog" for number in range(29)]
    Path("captions.txt").write_text("\n".join([*lines, "1.jpg\ta cat"]))
    line = ("train", "captions.txt", *TRAIN, "--no-report", "--steps", 1)
    code, output, errors = run_command(*line, "--out", "run")
    assert code == 0 and "27 lines of up to 5 characters" in output
    assert "28 of 30 lines have a label of their own" in errors
    assert settings_of("run")["conditional"] is False
    code, output, errors = run_command(*line, "--out", "all", "--conditional")
    assert (code, errors) == (0, "") and "27 lines of 29 classes" in output


def test_a_run_begins_with_another_that_knows_the_characters(here, run_fails):
    begin = ("--from", "run", "--no-jit", "--batch-size", 8, "--steps", 1)
    write_names("strange.txt", ["bob", "xann", "ey\xe9"] * 20)
    error = run_fails("train", "strange.txt", *begin, "--out", "other")
    assert "must know the characters of all lines" in error
    assert "Received: 'x', 'y', '\xe9', which it does not know" in error
    error = run_fails("train", "names.txt", *begin, "--unit", "words")
    assert "`--unit` is that of the run" in error
    error = run_fails("train", "names.txt", *begin, "--max-length", 5)
    assert "`--max-length` must be at most 4, the longest line" in error
    assert not Path("other").exists()


def test_one_label_is_no_condition_of_a_run_that_begins_with_classes(
    here, eagerly, run_command
):
    look_here_for_data(KINDS["text"], conditional=True)
    write_names("one.txt", [f"all\t{name}" for name in NAMES])
    line = ("train", "one.txt", "--from", "run", *TINY_TEXT[4:], "--steps", 1)
    code, _, errors = run_command(*line, "--no-report", "--out", "on")
    assert (code, errors) == (0, "")
    assert settings_of("on")["conditional"] is False


def test_lines_are_held_back_with_their_labels(in_folder):
    Path("a.txt").write_text("\n".join(f"{n % 3}\t{n}" for n in range(40)))
    source = open_text(_parser().parse_args(["train", "a.txt"]))
    assert (len(source), len(source.held_out)) == (36, 4)
    whole = sorted([*source.training, *source.held_out], key=int)
    assert whole == list(map(str, range(40)))
    for part in (source.training, source.held_out):
        assert part.labels.tolist() == [int(one) % 3 for one in part]


# Comparing --------------------------------------------------------------------


def test_lines_are_compared(here, run_command, run_fails):
    code, output, errors = run_command("evaluate", "names.txt", "run")
    assert (code, errors) == (0, "")
    # A run is compared with the lines that it did not learn.
    assert "of 12 real and 12 fake lines\ncompared with the lines th" in output
    assert "\nnew  " in output
    code, output, _ = run_command("evaluate", "names.txt", "run", "--json")
    assert json.loads(output)["real_lines"] == "held out"
    Path("more.txt").write_text("\n".join(NAMES[:5]), encoding="utf-8")
    code, output, _ = run_command("evaluate", "more.txt", "run")
    assert output.endswith("of 5 real and 5 fake lines\n")
    assert "new" not in output
    more = ("--train", "names.txt", "--valid", "smiles", "--json")
    code, output, _ = run_command("evaluate", "names.txt", "names.txt", *more)
    values = json.loads(output)
    assert (values["ngram_distance"], values["new"]) == (0.0, 0.0)
    assert values["unique"] == pytest.approx(8 / 120)
    assert values["self_bleu"] == values["real_self_bleu"]
    # Of boron and oxygen there is bob.
    assert values["valid"] == 1 / 8 and values["num_fake"] == 120
    error = run_fails("augment", "names.txt", "--out", "more")
    assert "must be images or a table. Received: names.txt, which i" in error
    error = run_fails("evaluate", "run", "names.txt")
    assert "REAL must be a file of lines" in error
    error = run_fails("evaluate", "names.txt", "digits")
    assert "or the run of a text. Received: digits" in error
    error = run_fails("evaluate", "names.txt", "run", "--metrics", "fid")
    assert "`--metrics` is for images, sounds or tables" in error
    error = run_fails("evaluate", "digits", "digits", "--valid", "smiles")
    assert "`--valid` is for lines of text" in error


# Mistakes ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("none.txt",), "none.txt, where there is none"),
        (("empty.txt",), "Received: no text"),
        (("latin.txt",), "must be text in UTF-8"),
        (("names.txt", "--max-length", 1), "6 longer ones. Pass a larger `max"),
        (("long.txt",), "`max_length` (on the command line `--max-length`)"),
        (("names.txt", "--conditional"), "a tab and a text in each line"),
        (("one.txt", "--conditional"), "Received: one label"),
        (("names.txt", "--label", "x"), "no meaning for this task"),
        (("names.txt", "--unit", "bytes"), "invalid choice"),
        (("digits", "--unit", "words"), "no meaning for this task"),
    ],
)
def test_mistakes_are_one_line_and_leave_nothing(
    in_folder, run_fails, arguments, message
):
    Path("names.txt").write_text("\n".join(NAMES[:6]), encoding="utf-8")
    Path("empty.txt").write_text("\n \n")
    Path("latin.txt").write_bytes(b"caf\xe9\n")
    Path("long.txt").write_text("a" * 101)
    Path("one.txt").write_text("x\ta\nx\tb\n")
    before = sorted(in_folder.iterdir())
    assert message in run_fails("train", *arguments, *SHORT)
    assert sorted(in_folder.iterdir()) == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--out", "a.png"), "must end in .txt"),
        (("--out", "names.txt"), "`names.txt` exists already"),
        (("--num-images", 3), "`--num-images` is for images"),
        (("--where", "a=b"), "`--where` is for images or tables"),
    ],
)
def test_lines_that_cannot_be_made(here, run_fails, arguments, message):
    assert message in run_fails("generate", "run", *arguments)
    assert not list(Path().glob("run/generated-*"))


def test_generated_lines_can_be_read_again(here, run_command):
    run_command("generate", "run", "--num", 50, "--out", "lines.txt")
    # But for empty ones.
    assert 0 < len(text("lines.txt")) <= 50
