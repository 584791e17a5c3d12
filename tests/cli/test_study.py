"""`keras-gan study`: the answer, the files, and what it refuses."""

import os
from pathlib import Path

import pytest

from keras_gan.evaluation import Study, training
from keras_gan.evaluation.arms import REFERENCE

# Another backend would change nothing.
pytestmark = pytest.mark.quickest

FILES = ["cells", "gains.png", "study.json", "table.md"]


@pytest.fixture(autouse=True)
def seen(monkeypatch, in_folder):
    """Cells that are measured, with results that are made up."""
    seen = []

    def measured(cell, budget):
        seen.append(cell)
        fair = [0.5 + cell.seed / 100] * 10
        return {REFERENCE: fair, "GAN": [one + 0.1 for one in fair]}

    monkeypatch.setattr(training, "measured", measured)
    return seen


def test_answer_and_files(run_command, seen):
    line = ("study", "digits", "--rare", "8:5", "--seeds", 10)
    code, output, errors = run_command(*line)
    assert code == 0
    assert "| GAN | 64.50 ± 0.96 | 10.00 ± 0.00 | " in output
    assert "A GAN helps on these data." in output
    assert errors.count("\n") == 10 and errors.startswith("8-0: ")
    assert sorted(os.listdir("study")) == FILES
    assert Path("study/table.md").read_text().split("\n")[0] in output
    assert len(Study.load("study/study.json").cells) == 10
    assert [(one.rare, (one.train[1] == 8).sum()) for one in seen] == [
        (8, 5)
    ] * 10
    assert run_command(*line, "--quiet")[0] == 0  # Nothing is measured again.
    assert len(seen) == 10
    assert run_command(*line[:-1], 11, "--quiet")[0] == 0
    assert len(seen) == 11


def test_each_class_in_turn_and_few_labels(run_command, seen):
    common = ("study", "digits", "--seeds", 2, "--quiet")
    assert run_command(*common, "--rare", 4, "--out", "rare")[0] == 0
    assert [one.rare for one in seen] == [*range(10)] * 2
    assert run_command(*common, "--labels", 3, "--out", "few")[0] == 0
    assert len(seen[-1].train[1]) == 30 and seen[-1].unlabeled is not None


@pytest.mark.parametrize(
    "options, message",
    [
        ((), "one of the arguments --rare --labels is required"),
        (("--rare", "8:5", "--labels", 3), "not allowed with"),
        (("--rare", "8:x"), "whole number"),
        (("--rare", "8:5", "8:6"), "different classes with a number each"),
        (("--rare", "5", "8:6"), "different classes with a number each"),
        (("--rare", "cat:5"), "The classes are 0, 1, 2"),
        (("--rare", "8:5000"), "No more images can remain"),
        (("--rare", "8:5", "--seeds", 1), "at least 2 cells"),
        (("--rare", "8:5", "--test", "2"), "`test` must be"),
        (("--rare", "8:5", "--augment", "magic"), "magic"),
    ],
)
def test_what_cannot_be_studied(run_fails, options, message, seen):
    assert message in run_fails("study", "digits", *options)
    assert not seen and not Path("study/study.json").exists()


def test_folders_of_others_are_left_alone(run_fails, seen):
    Path("study").mkdir()
    Path("study/thesis.txt").write_text("mine")
    message = run_fails("study", "digits", "--rare", "8:5")
    assert "with `thesis.txt` in it" in message and not seen
    assert os.listdir("study") == ["thesis.txt"]
    # Without results a table may be anybody's.
    Path("study/thesis.txt").rename("study/table.md")
    message = run_fails("study", "digits", "--rare", "8:5")
    assert "with `table.md` in it" in message
    assert Path("study/table.md").read_text() == "mine"
    Path("file").write_text("mine")
    message = run_fails("study", "digits", "--rare", "8:5", "--out", "file")
    assert "with a file" in message
