"""The notebooks of examples/ run, in a small setting and without Jupyter."""

import ast
import json
from pathlib import Path

import keras
import numpy as np
import pytest
from page_programs import go_quickly
from PIL import Image

import keras_gan

# Another backend would change nothing.
pytestmark = pytest.mark.quickest

ROOT = Path(__file__).parents[1]
# What stands in the place of the values of the cell "parameters".
SMALL = {
    "first_gan": {"EPOCHS": 1, "BATCH_SIZE": 600},
    "few_images_with_ada": {"EPOCHS": 2, "STEPS": 2, "NUM_IMAGES": 1600},
    "imbalanced_classifier": {
        **{"GAN_EPOCHS": 1, "BATCH_SIZE": 600, "STEPS": 1, "SEEDS": 1},
    },
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
def test_first_gan(run, capsys):
    names = run("first_gan")
    assert names["gan"].image_shape == (8, 8, 1)
    assert names["chooser"].num_classes == 10
    printed = capsys.readouterr().out
    assert "draws the same images: True" in printed
    # One more epoch of three steps.
    assert "steps so far: 6" in printed
    assert isinstance(names["show"](names["gan"].generate(4)), Image.Image)


@pytest.mark.filterwarnings("ignore:A Fréchet distance of")
def test_few_images_with_ada(run, capsys):
    names = run("few_images_with_ada")
    assert len(names["images"]) + len(names["held_out"]) == 1797
    assert (names["images"].min(), names["images"].max()) == (-1, 1)
    assert names["plain"].augmenter is None
    for logs in (names["plain_logs"], names["adaptive_logs"]):
        assert np.isfinite([logs["fid"], logs["health_memorized"]]).all()
    assert "with ADA:\n- nothing" in capsys.readouterr().out


def test_imbalanced_classifier(run, capsys):
    names = run("imbalanced_classifier")
    counts = np.bincount(names["labels"])
    assert counts[8] == 6 and counts.min() == 6
    assert (names["images"].min(), names["images"].max()) == (0, 255)
    # The GAN makes the classes about equal.
    of_batch = np.bincount(names["of_batch"], minlength=10)
    assert of_batch.sum() == 64 and of_batch.min() >= 5
    rows = capsys.readouterr().out.splitlines()[-3:]
    assert [row[:12].strip() for row in rows] == ["as it is", "repeated", "GAN"]
    assert all(row.count("%") == 2 for row in rows)


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
