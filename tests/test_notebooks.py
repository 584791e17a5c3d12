"""The notebooks of examples/ run, in a small setting and without Jupyter."""

import ast
import json
from pathlib import Path

import keras
import numpy as np
import pytest
from page_programs import go_quickly

import keras_gan

# Another backend would change nothing.
pytestmark = pytest.mark.quickest

ROOT = Path(__file__).parents[1]
# What stands in the place of the values of the cell "parameters".
SMALL = {
    "few_images_with_ada": {"EPOCHS": 2, "STEPS": 2, "NUM_IMAGES": 1600},
    "own_system": {"EPOCHS": 1, "BATCH_SIZE": 600},
}
NAMES = sorted(SMALL)
each = pytest.mark.parametrize("name", NAMES)


def cells_of(name):
    """The cells of a notebook."""
    path = ROOT / "examples" / f"{name}.ipynb"
    return json.loads(path.read_text("utf-8"))["cells"]


def code_of(cell):
    """The text of a cell."""
    return "".join(cell["source"])


def is_parameters(cell):
    """Whether a cell has the values that a small setting replaces."""
    return cell["metadata"].get("tags") == ["parameters"]


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Runs a notebook as one program; returns the names that it leaves."""
    go_quickly(tmp_path, monkeypatch)

    def run(name):
        names = {"__name__": "__main__"}
        for number, cell in enumerate(cells_of(name)):
            if cell["cell_type"] == "code":
                code = compile(code_of(cell), f"{name}[{number}]", "exec")
                exec(code, names)
            if is_parameters(cell):
                assert SMALL[name].keys() <= names.keys()
                names.update(SMALL[name])
        return names

    return run


def test_no_notebook_is_left_out():
    found = [path.stem for path in (ROOT / "examples").glob("*.ipynb")]
    assert sorted(found) == NAMES
    for page in ("README.md", "docs/notebooks.md"):
        text = (ROOT / page).read_text()
        assert all(f"examples/{name}.ipynb" in text for name in NAMES), page


@each
def test_outputs_are_those_of_one_run_without_an_error(name):
    cells = [one for one in cells_of(name) if one["cell_type"] == "code"]
    counts = [cell["execution_count"] for cell in cells]
    assert counts == list(range(1, len(cells) + 1))
    outputs = [output for cell in cells for output in cell["outputs"]]
    kinds = {output["output_type"] for output in outputs}
    assert kinds == {"stream", "execute_result"}
    assert {one.get("name", "stdout") for one in outputs} == {"stdout"}
    assert any("image/png" in one.get("data", ()) for one in outputs)


@each
def test_parameters_are_one_cell_of_plain_values(name):
    (cell,) = (one for one in cells_of(name) if is_parameters(one))
    assert all(
        isinstance(line, ast.Assign) for line in ast.parse(code_of(cell)).body
    )


@pytest.mark.filterwarnings("ignore:A Fréchet distance of")
def test_few_images_with_ada(run, capsys):
    names = run("few_images_with_ada")
    assert len(names["images"]) + len(names["held_out"]) == 1797
    assert (names["images"].min(), names["images"].max()) == (-1, 1)
    assert names["plain"].augmenter is None
    for logs in (names["plain_logs"], names["adaptive_logs"]):
        assert np.isfinite([logs["fid"], logs["health_memorized"]]).all()
    assert "with ADA:\n- nothing" in capsys.readouterr().out


def test_own_system(run, capsys):
    names = run("own_system")
    assert (names["held_out"].min(), names["held_out"].max()) == (-1, 1)
    assert names["rebuilt"].shape == (200, 8, 8, 1)
    assert np.abs(names["drawn"]).max() <= 1
    model, again = names["model"], names["again"]
    assert isinstance(model, keras_gan.AdversarialModel)
    steps = [
        int(keras.ops.convert_to_numpy(one.optimizer.iterations))
        for one in (model, again)
    ]
    # 1,597 digits in batches of 600.
    assert steps == [3, 6] and "steps: 6" in capsys.readouterr().out
