"""The Python of pages that is for JAX runs, on the devices of this machine."""

import re
from pathlib import Path

import keras
import numpy as np
import pytest
from guides import DOCS, blocks_of
from PIL import Image


@pytest.fixture(autouse=True)
def undone():
    """Leaves no distribution behind."""
    yield
    keras.distribution.set_distribution(None)


def test_backends():
    (code,) = blocks_of(DOCS / "backends.md")
    exec(code, {})
    chosen = keras.distribution.distribution()
    assert isinstance(chosen, keras.distribution.DataParallel)


def test_many_machines(tmp_path, monkeypatch):
    """As the first and only process."""
    monkeypatch.chdir(tmp_path)
    Path("photos.zip").mkdir()  # A folder does as well.
    for number in range(2):
        pixels = np.full((8, 8, 3), 100 * number, "uint8")
        Image.fromarray(pixels).save(f"photos.zip/{number}.png")
    blocks = blocks_of(DOCS / "many_machines.md")
    (code,) = (block for block in blocks if block.startswith("# JAX"))
    for pattern, shorter in {
        # There are no variables to read.
        r"keras\.distribution\.initialize\(\).*": "",
        r"image_size=64": "image_size=8",
        r"batch_size=2048": "batch_size=2",
        r"\(64, 64, 3\)": "(8, 8, 3), width=2",
        r"steps_per_epoch=1000": "steps_per_epoch=1",
    }.items():
        code, found = re.subn(pattern, shorter, code)
        assert found, pattern
    names: dict = {}
    exec(code, names)
    assert int(names["gan"].optimizer.iterations) == 1
