"""The table of convolutions."""

import importlib.util
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "benchmarks"


def test_speeds_are_work_by_time(monkeypatch, capsys):
    spec = importlib.util.spec_from_file_location(
        "convolutions_program", FOLDER / "convolutions.py"
    )
    program = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(program)
    monkeypatch.setattr(program, "LAYERS", ((4, 1, 2),))
    measured = []

    def milliseconds(function, number):
        measured.append(function().numpy())
        return float(len(measured))

    monkeypatch.setattr(program, "milliseconds", milliseconds)
    program.main(["--number", "1"])
    # All ones: corners, and blocks of which a corner sees four.
    assert measured[0] == 16.0 and measured[3] == 8.0
    cells = program.measure((64, 8, 8), "float32", 1)
    # 2 x 64 images x 32 x 32 places x 25 x 8 x 8 in 9, 10 and 11 ms.
    assert cells[2:5] == ["23", "21", "19"]
    rows = capsys.readouterr().out.splitlines()[2:]
    assert len(rows) == 2 and "4x4, 1 to 2" in rows[0]
