"""The benchmark of tables: its judges, and the program around them."""

import sys

import numpy as np
import pytest

from keras_gan import AdversarialModel

# Another backend would change nothing.
pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def program(load_benchmark):
    return load_benchmark("tables")


class Copies:
    """A model that knows its table by heart."""

    def __init__(self, seed):
        self.seed = seed

    def adapt(self, table):
        self.table = table

    def fit(self, table, epochs):
        assert table is self.table and epochs == 3

    def more(self, table, epochs):
        pass

    def generate(self, rows):
        return self.table.sample(rows, random_state=self.seed)


def test_modes_of_the_ring(program):
    modes, near = program.modes_of(program.ring(4_000, seed=1))
    # Within 3 deviations in the plane: 1 - exp(-9 / 2).
    assert modes == 8 and near == pytest.approx(0.98889, abs=0.01)
    rows = program.ring(4_000)
    right = rows["x"] > 0.5
    half = {name: values[right] for name, values in rows.items()}
    assert program.modes_of(half)[0] == 3
    center = {"x": np.zeros(9), "y": np.zeros(9)}
    assert program.modes_of(center) == (0, 0.0)


def test_wide_tables_have_both_kinds_of_columns(program):
    table = program.wide(30, 5)
    kinds = sorted(column.dtype.kind for column in table.values())
    assert kinds == ["U", "U", "f", "f", "f"]
    assert {len(column) for column in table.values()} == {30}


def test_program_prints_seeds_and_means(program, monkeypatch, capsys):
    pytest.importorskip("pandas")
    monkeypatch.setattr(program, "entries", lambda: [Copies])
    arguments = ["wine", "ring", "--epochs", "3", "--seeds", "2"]
    monkeypatch.setattr(sys, "argv", ["tables.py", *arguments])
    program.main()
    lines = capsys.readouterr().out.splitlines()
    names = [line.split(":")[0] for line in lines]
    assert names == [
        f"Copies, {row}, {source}"
        for source in ("wine", "ring")
        for row in ("seed 0", "seed 1", "mean")
    ]
    entries = lines[2].split(": ")[1].split(", ")
    means = dict(entry.rsplit(" ", 1) for entry in entries)
    # Copies are as useful as the table, and no more private than it.
    assert float(means["logistic_regression_f1"]) == pytest.approx(1, abs=0.03)
    assert float(means["distance"]) == 0.0
    assert 0.7 < float(means["shapes"]) < 1.0
    assert "modes 8.000" in lines[-1]


def test_speed_of_table_gan(program, monkeypatch):
    compiled = AdversarialModel.compile

    def compile(model, *arguments, **options):
        # To compile the step takes longer than the few of this test.
        eager = {"run_eagerly": True, "jit_compile": False}
        compiled(model, *arguments, **options | eager)

    monkeypatch.setattr(AdversarialModel, "compile", compile)
    scores = program.speed(program.Ours, program.wide(500, 2), 2)
    assert set(scores) == {"adapt (s)", "rows/s"}
    assert all(np.isfinite(value) for value in scores.values())
