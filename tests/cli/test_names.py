"""Names of files and folders that are not text in this system's encoding."""

import os
import types
from pathlib import Path

import numpy as np
import pytest
from runs import make_run

from keras_gan import datasets
from keras_gan.cli.augment.folder import AugmentFolder
from keras_gan.images import write_image

# Another backend would change nothing.
pytestmark = pytest.mark.quickest

NAME = os.fsdecode(b"caf\xe9")


@pytest.fixture
def data(in_folder):
    """A folder with such a name, such a class, and such images."""
    data = Path(f"data-{NAME}")
    for name in ("b", NAME):
        try:
            (data / name).mkdir(parents=True)
        except OSError:  # On macOS there are no such names.
            pytest.skip("this file system refuses such names")
        for seed in range(4):
            generator = np.random.default_rng(seed)
            pixels = generator.integers(0, 256, (8, 8, 1), "uint8")
            write_image(data / name / f"{seed}-{NAME}.png", pixels)
    return str(data)


def test_names_need_not_be_text(run_command, run_fails, data):
    run = f"run-{NAME}"
    info = datasets.describe(data)
    make_run(run, data, info.class_names, num_images=info.num_images)
    for kind in ("", ".png", ".npz"):
        out = f"images-{NAME}{kind}"
        code, _, errors = run_command(
            "generate", run, "--num-images", 4, "--seed", 1, "--out", out
        )
        assert (code, errors) == (0, "") and Path(out).exists()
    for _ in range(2):  # The second time it is complete.
        code, *_ = run_command(
            *("augment", data, "--run", run, "--num-images", 2),
            *("--out", f"more-{NAME}", "--quiet"),
        )
        assert code == 0
    more = Path(f"more-{NAME}")
    for path in Path(data).rglob("*.png"):
        copy = more / path.relative_to(data)
        assert copy.read_bytes() == path.read_bytes()
    code, *_ = run_command(
        *("evaluate", data, more, "--feature-extractor", "digits", "--json"),
        *("--save-statistics", f"{NAME}.npz", "--quiet"),
    )
    assert code == 0 and Path(f"{NAME}.npz").exists()
    # TensorBoard could not write there.
    assert "is not text" in run_fails("train", "--resume", run)


def test_names_that_cannot_be_written_are_refused_first(in_folder):
    files = types.SimpleNamespace(rows=[("a/\ud800.png", "a")])
    with pytest.raises(ValueError, match="has an image .* cannot be written"):
        AugmentFolder("more").begin(None, files, force=False)
