"""The comparison of fills counts what it says."""

import shutil
import sys

import numpy as np
import pytest

from keras_gan.images import image_shape, write_image

# Another backend would change nothing.
pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def program(load_benchmark):
    return load_benchmark("inpainting")


@pytest.fixture
def photographs(tmp_path):
    """A zip of two folders of photographs whose sizes differ."""
    for name, sizes in {"train": [(9, 9)], "test": [(17, 24), (8, 9)]}.items():
        (tmp_path / "all" / name).mkdir(parents=True)
        for number, size in enumerate(sizes):
            image = np.full((*size, 3), 100 * (number + 1), "uint8")
            write_image(tmp_path / "all" / name / f"{number}.png", image)
    return shutil.make_archive(
        str(tmp_path / "photographs"), "zip", tmp_path / "all"
    )


def test_only_errors_in_holes_count_and_known_pixels_must_be_kept(program):
    random = np.random.default_rng(0)
    targets = random.uniform(-1, 0.5, (2, 16, 16, 3)).astype("float32")
    masks = np.zeros((2, 16, 16, 1), "float32")
    masks[:, 4:8, 4:8] = 1
    fill = np.where(masks > 0, targets + np.float32(0.25), targets)
    figures = program.judged(fill, targets, masks)
    assert figures["l1"] == pytest.approx(0.25, rel=1e-5)
    assert figures["kept"] and 0.5 < figures["ssim"] < 1
    fill[1, 0, 0, 2] = np.nextafter(fill[1, 0, 0, 2], np.float32(1))
    changed = program.judged(fill, targets, masks)
    assert changed["l1"] == figures["l1"] and not changed["kept"]


@pytest.mark.parametrize(
    ("error", "kept", "passed"),
    [(0.3, True, True), (0.31, True, False), (0.3, False, False)],
)
def test_bounds(program, error, kept, passed):
    own = {"l1": error, "kept": kept}
    assert program.within_bounds({"l1": 0.4}, own) is passed


def test_photographs_are_cut_into_squares(program, photographs, tmp_path):
    arguments = [photographs, "--folders", "train", "test", "--crop", "8"]
    options = program.parse(arguments)
    with program.unpacked(options):
        (sources, targets), again = (program.held_out(options) for _ in "ab")
        sources_of_training, _ = next(iter(program.pairs(options)))
        assert sources_of_training.shape == (32, 8, 8, 4)
    assert options.data == photographs
    # Two rows of three, and one of the other photograph.
    assert targets.shape == (7, 8, 8, 3)
    values = np.round((targets[:, 0, 0, 0] + 1) * 127.5)
    assert values.tolist() == [100] * 6 + [200]
    assert (sources == again[0]).all()
    hole = sources[..., -1:] > 0
    assert hole.any() and not hole.all()
    assert (sources[..., :-1] == np.where(hole, 0, targets)).all()
    options = program.parse([*arguments, "--num-test", "2"])
    with program.unpacked(options):
        assert program.held_out(options)[1].shape[0] == 2


def test_both_fills_are_made_once(program, photographs, tmp_path, monkeypatch):
    calls = []

    class Trained:
        optimizer = type("Optimizer", (), {"iterations": 7})

        def translate(self, sources, batch_size):
            return sources[..., :-1]

    def trained(options, shape):
        calls.append(("trained", shape))
        return Trained()

    def biharmonic(sources, python):
        calls.append((python, sources.shape[0]))
        return sources[..., :-1]

    monkeypatch.setattr(program, "trained", trained)
    monkeypatch.setattr(program, "biharmonic", biharmonic)
    monkeypatch.setattr(program.metrics, "SSIM", program.metrics.PSNR)
    out = tmp_path / "run"
    arguments = ["inpainting.py", photographs, "--folders", "train", "test"]
    arguments += ["--crop", "8", "--out", str(out), "--peer-python", "other"]
    monkeypatch.setattr(sys, "argv", arguments)
    for _ in range(2):
        with pytest.raises(SystemExit) as end:
            program.main()
        assert end.value.code == 1  # It is no better.
    assert calls == [("other", 7), ("trained", (8, 8, 3))]
    rows = (out / "table.md").read_text().splitlines()[2:]
    assert rows[0].startswith("| biharmonic |") and rows[0].endswith("yes |  |")
    assert rows[1].startswith("| Pix2Pix |") and rows[1].endswith("yes | 7 |")
    assert image_shape(out / "inpainting.png")[2] == 3
