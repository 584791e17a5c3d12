"""The benchmark of DAGAN: its split, its cells and its augmentation."""

import numpy as np
import pytest

# Another backend would change nothing.
pytestmark = pytest.mark.quickest


@pytest.fixture(scope="module")
def program(load_benchmark):
    return load_benchmark("dagan")


@pytest.fixture
def drawings(program):
    """Three alphabets of two characters, of eight drawings each."""
    labels = np.repeat(np.arange(6, dtype="int32"), 8)
    images = np.random.default_rng(0).uniform(-1, 1, (48, 9, 9, 1))
    alphabets = np.array(["Greek", "Latin", "Tifinagh"])[labels // 2]
    return program.Drawings(images.astype("float32"), labels, alphabets)


def test_whole_alphabets_are_held_out(program, drawings):
    training, new = program.split(drawings, 2)
    assert set(training.alphabets) == {"Greek"}
    assert [set(one.alphabets) for one in new] == [{"Latin"}, {"Tifinagh"}]
    for one in (training, *new):
        assert np.bincount(one.labels).tolist() == [8, 8]


def test_a_cell_has_five_images_of_each_character(program, drawings):
    shots, rest = program.drawn(drawings, seed=1)
    assert np.bincount(drawings.labels[shots]).tolist() == [5] * 6
    assert sorted([*shots, *rest]) == list(range(48))
    assert (program.drawn(drawings, seed=2)[0] != shots).any()


def test_batches_have_the_share_of_generated_images(program, drawings):
    real = drawings.images, drawings.labels
    made = np.repeat(real[0][:, None], 3, axis=1) + 10.0
    for share in (0.0, 0.5, 1.0):
        stream = program.classifier.batches(real, made, "none", share, 20, 1)
        images, labels = map(np.concatenate, zip(*stream, strict=True))
        is_made = images.mean((1, 2, 3)) > 5
        # Five standard deviations of 1,280 draws.
        assert abs(is_made.mean() - share) < 0.07
        # Each has the label of what it is, or was made of.
        pixels = np.where(is_made, images[:, 0, 0, 0] - 10, images[:, 0, 0, 0])
        nearest = np.abs(pixels[:, None] - real[0][None, :, 0, 0, 0])
        assert (real[1][nearest.argmin(1)] == labels).all()


@pytest.mark.parametrize("kind", ["affine", "affine and elastic"])
def test_classical_augmentation_moves_the_strokes(program, kind):
    image = np.ones((28, 28, 1), "float32")
    image[6:22, 13:15] = -1
    images, strength = np.stack([image] * 21), np.ones(21)
    strength[-1] = 0
    *moved, unmoved = program.classifier.moved(
        images, kind, strength, np.random.default_rng(1)
    )
    np.testing.assert_allclose(unmoved, image, atol=1e-6)
    ink = np.array([(1 - one).sum() for one in moved]) / (1 - image).sum()
    assert 0.6 < ink.min() and ink.max() < 2 and ink.std() > 0.02
    assert all(np.abs(one).max() <= 1 + 1e-6 for one in moved)
    assert min(np.abs(one - image).max() for one in moved) > 0.5


def test_cells_are_kept_for_the_same_model_and_settings(
    program, drawings, monkeypatch, tmp_path
):
    measured = []

    def cell(dagan, drawings, seed, options, names):
        measured.append(names)
        return dict.fromkeys(names, 1.0)

    monkeypatch.setattr(program, "cell", cell)
    options = program.argparse.Namespace(
        side=9, held_out=2, steps=1, share=0.5, variants=1,
        precision="float32", out=tmp_path / "cells",
    )  # fmt: skip
    models = [
        program.argparse.Namespace(get_weights=lambda i=i: [np.float32(i)])
        for i in range(2)
    ]
    for model, steps, number in (
        (models[0], 1, 1), (models[0], 1, 1), (models[1], 1, 2),
        (models[1], 2, 3),
    ):  # fmt: skip
        options.steps = steps
        found = program.known_or_measured(model, drawings, 0, options)
        assert found == dict.fromkeys(program.arms(), 1.0)
        assert len(measured) == number
    # Another arm is measured by itself.
    monkeypatch.setattr(program, "CLASSICAL", (*program.CLASSICAL, "blur"))
    assert "blur" in program.known_or_measured(model, drawings, 0, options)
    assert measured[-1] == ["blur"]


def test_report(program, capsys):
    on_top = [f"{kind} + DAGAN" for kind in program.ON_TOP]
    arms = [*program.CLASSICAL, *on_top]
    rows = [(10, 50, 40, 40, 51), (12, 52, 40, 40, 55), (12, 52, 40, 40, 54)]
    names = ("Latin, draw 0", "Latin, draw 1", "Greek, draw 0")
    cells = {
        name: dict(zip(arms, row, strict=True))
        for name, row in zip(names, rows, strict=True)
    }
    program.report(cells)
    # The gains over the best are 1, 3 and 2.
    shown = capsys.readouterr().out
    assert "affine + DAGAN - affine: +2.00 ± 0.58 points, 3 cells" in shown
    assert "means of the alphabets: +2.00 ± 0.00" in shown
