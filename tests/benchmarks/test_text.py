"""The benchmark of text: its judges, and the program around them."""

import argparse
import sys

import pytest

from keras_gan import AdversarialModel, datasets

# Another backend would change nothing.
pytestmark = pytest.mark.quickest

LINES = ["C", "CC", "CCO", "CCC", "CO", "OC", "C=O", "N", "CN", "CCN"] * 8


@pytest.fixture(scope="module")
def program(load_benchmark):
    return load_benchmark("text")


def test_parts_share_no_line(program):
    lines = datasets.TextLines(tuple(map(str, range(100))))
    training, half, other = program.parts(lines)
    assert [len(part) for part in (training, half, other)] == [90, 5, 5]
    assert sorted([*training, *half, *other], key=int) == list(lines)


def test_copies_are_not_new(program):
    options = argparse.Namespace(unit="characters", n=2, valid="smiles")
    scores = program.measured(
        ["CC", "CCO", "CCO", "C("], ["CC"], ["CC", "CO"], ["CC"], options
    )
    assert scores["unique and new"] == 0.5 and scores["valid"] == 0.75
    assert scores["distance"] > 0


def test_program_prints_both_models(program, tmp_path, monkeypatch, capsys):
    compiled = AdversarialModel.compile

    def eagerly(model, *arguments, **options):
        compiled(model, *arguments, **options | {"run_eagerly": True})

    monkeypatch.setattr(AdversarialModel, "compile", eagerly)
    path = tmp_path / "molecules.smi"
    path.write_text("\n".join(LINES))
    line = ["text.py", path, "--valid", "smiles", "--steps", 2, "--width", 4]
    line += ["--temperatures", 1]
    monkeypatch.setattr(sys, "argv", [str(word) for word in line])
    program.main()
    printed = capsys.readouterr().out.splitlines()
    assert [one.split(":")[0] for one in printed] == [
        "held-out lines",
        "TextGAN",
        "TextGAN, temperature 1",
        "likelihood",
        "likelihood, temperature 1",
    ]
    assert "TextGAN: 2 steps" in printed[1] and "valid" in printed[2]
