"""`augmentation_study`: the protocol, cell by cell."""

import dataclasses

import numpy as np
import pytest

from keras_gan.evaluation import augmentation_study, cells, measuring
from keras_gan.evaluation.arms import (
    ENSEMBLE,
    FEW_LABELS,
    RARE_CLASS,
    REFERENCE,
    SEMI_SUPERVISED,
    batches,
    drawing_weights,
)
from keras_gan.evaluation.cells import Cell
from keras_gan.evaluation.training import small_classifier

LABELS = np.repeat([0, 1, 2], [30, 20, 10])
# The gray value tells the image, and the class.
IMAGES = np.arange(60, dtype="uint8").reshape(60, 1, 1, 1) * np.ones(
    (1, 4, 4, 1), "uint8"
)


def share_of(arm, generated=(0, 1, 2)):
    """Probability of each class among real and among generated images."""
    others = np.repeat(generated, 5) if arm.generates else np.zeros(0, int)
    weights = drawing_weights(arm, LABELS, others, 3)
    assert weights.sum() == pytest.approx(1.0)
    real, drawn = weights[:60], weights[60:]
    return (
        np.bincount(LABELS, real, minlength=3),
        np.bincount(others, drawn, minlength=3),
    )


@pytest.mark.quickest
@pytest.mark.parametrize("arm", RARE_CLASS, ids=lambda arm: arm.name)
def test_mix_of_classes_of_each_arm(arm):
    real, drawn = share_of(arm)
    natural = np.array([30, 20, 10]) / 60
    if arm.generates:
        half = np.minimum((natural + 1 / 3) / 2, 1 / 3)
        np.testing.assert_allclose(real, half)
        np.testing.assert_allclose(real + drawn, [1 / 3] * 3)
    else:
        expected = natural if arm.balance == 0 else [1 / 3] * 3
        np.testing.assert_allclose(real, expected)
        assert not drawn.any()


@pytest.mark.quickest
def test_split_keeps_classes_and_no_image_twice():
    train, test = cells.split((IMAGES, LABELS), 0.3, seed=1)
    assert np.bincount(test[1]).tolist() == [9, 6, 3]
    values = [set(one[0][:, 0, 0, 0].tolist()) for one in (train, test)]
    assert not values[0] & values[1] and len(values[0] | values[1]) == 60
    again, _ = cells.split((IMAGES, LABELS), 0.3, seed=1)
    np.testing.assert_array_equal(again[0], train[0])
    cut = cells.with_rare_class(train, 0, 4, seed=1)
    assert np.bincount(cut[1]).tolist() == [4, 14, 7]
    np.testing.assert_array_equal(LABELS[cut[0][:, 0, 0, 0]], cut[1])
    few = cells.with_few_labels(train, 2, seed=1)
    assert np.bincount(few[1]).tolist() == [2, 2, 2]


@pytest.mark.quickest
def test_batches_follow_probabilities_and_carry_weights():
    odds = np.where(LABELS == 2, 1.0, 0.0)
    stream = batches(
        IMAGES, LABELS, odds / odds.sum(), np.array([1, 2, 3]), 6, 0
    )
    images, labels, weights = next(stream)
    assert set(labels) == {2} and set(weights) == {3}
    assert (LABELS[images[:, 0, 0, 0]] == 2).all()


@pytest.mark.once  # As most users run it.
@pytest.mark.parametrize("rare", [2, None], ids=["rare", "labels"])
def test_all_arms_of_a_cell_are_trained_and_judged(rare):
    # More batches than a pass of the unlabeled images has.
    budget = measuring.Budget(1, 9, 8, "translation", small_classifier)
    cell = Cell(rare, 0, (IMAGES, LABELS), (IMAGES[::7], LABELS[::7]))
    kinds = RARE_CLASS[-3:] if rare else FEW_LABELS[-1:]
    if not rare:
        cell = dataclasses.replace(cell, unlabeled=IMAGES)
    found = measuring.measured(cell, budget, kinds)
    last = [] if rare else [SEMI_SUPERVISED]
    assert [*found] == [*(arm.name for arm in kinds), *last, ENSEMBLE]
    for recalls in found.values():
        assert len(recalls) == 3 and 0 <= min(recalls) <= max(recalls) <= 1


@pytest.fixture
def cells_seen(monkeypatch):
    """Cells that a study measures, with results that are made up."""
    seen = []

    def measured(cell, budget):
        seen.append(cell)
        return {"as it is": [0.5, 1.0, cell.seed / 10], REFERENCE: [0.5] * 3}

    monkeypatch.setattr(measuring, "measured", measured)
    return seen


@pytest.mark.quickest
def test_study_of_a_rare_class_goes_on_where_it_was(tmp_path, cells_seen):
    options = {"rare": {2: 3}, "seeds": 2, "folder": tmp_path}
    lines = []
    with pytest.warns(UserWarning, match="2 cells give a rough"):
        study = augmentation_study(
            (IMAGES, LABELS), progress=lines.append, **options
        )
    assert lines[0] == "2-0: as it is 50.0, oversampling + classical 50.0"
    assert study.rare_recall("as it is").tolist() == [0.0, 0.1]
    assert [one.name for one in cells_seen] == ["2-0", "2-1"]
    with pytest.warns(UserWarning, match="2 cells"):
        assert augmentation_study((IMAGES, LABELS), **options) == study
    assert len(cells_seen) == 2
    with pytest.warns(UserWarning, match="2 cells"):
        augmentation_study((IMAGES, LABELS), **options, steps=2)
    assert len(cells_seen) == 4
    with pytest.warns(UserWarning, match="2 cells"):
        augmentation_study((IMAGES + 1, LABELS), **options)
    assert len(cells_seen) == 6


@pytest.mark.quickest
def test_study_of_few_labels_keeps_all_images(cells_seen):
    held = (IMAGES[::7], LABELS[::7])
    with pytest.warns(UserWarning, match="2 cells"):
        study = augmentation_study(
            (IMAGES, LABELS), labels=2, seeds=[4, 9], test=held
        )
    assert [one.seed for one in cells_seen] == [4, 9]
    assert [len(one.train[1]) for one in cells_seen] == [6, 6]
    assert all(len(one.unlabeled) == 60 for one in cells_seen)
    assert all(len(one.test[1]) == 9 for one in cells_seen)
    assert "recall of the rare class" not in study.table()


@pytest.mark.quickest
@pytest.mark.parametrize(
    "options, message",
    [
        ({}, "either `rare` or `labels`"),
        ({"rare": {0: 3}, "labels": 2}, "either `rare` or `labels`"),
        ({"rare": {7: 3}}, "name classes of the data. Received: 7"),
        ({"rare": {"cat": 3}}, "The classes are 0, 1, 2"),
        ({"rare": {2: 10}}, "10 of class 2, which has 10"),
        ({"labels": 10}, "fewer labels than the smallest class has images"),
        ({"rare": {2: 3}, "test": (IMAGES[:50], LABELS[:50])}, "none of 2"),
        ({"rare": {2: 0}}, "must be an integer of at least 1"),
        ({"rare": {2: 3}, "seeds": 1}, "at least 2 cells"),
        ({"rare": {2: 3}, "test": 1.5}, "`test` must be"),
        ({"rare": {2: 3}, "augment": "magic"}, "magic"),
        ({"rare": {2: 3}, "steps": 0}, "`steps` must be"),
    ],
)
def test_studies_that_cannot_be(options, message):
    with pytest.raises(ValueError, match=message):
        augmentation_study((IMAGES, LABELS), **options)


@pytest.mark.quickest
def test_data_without_two_classes():
    with pytest.raises(ValueError, match="has none. Put the images"):
        augmentation_study(IMAGES, rare={0: 1})
    with pytest.raises(ValueError, match="at least two classes"):
        augmentation_study((IMAGES, 0 * LABELS), rare={0: 1})
