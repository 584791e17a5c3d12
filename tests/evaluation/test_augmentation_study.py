"""`augmentation_study`: the protocol, cell by cell."""

import dataclasses
import itertools

import keras
import numpy as np
import pytest

from keras_gan.evaluation import arms, augmentation_study, cells, training
from keras_gan.evaluation.arms import (
    CONTROL,
    ENSEMBLE,
    FEW_LABELS,
    RARE_CLASS,
    REFERENCE,
    SEMI_SUPERVISED,
    batches,
    drawing_weights,
)
from keras_gan.evaluation.budget import Budget
from keras_gan.evaluation.cells import Cell
from keras_gan.images import write_image

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


def dense(shape, num_classes):
    """A classifier that takes little time."""
    return keras.Sequential(
        [
            keras.Input(shape),
            keras.layers.Flatten(),
            keras.layers.Dense(num_classes),
        ]
    )


ONE_MODEL = dense((4, 4, 1), 3)


def without_dense_layers(shape, num_classes):
    return keras.Sequential(
        [
            keras.Input(shape),
            keras.layers.Conv2D(num_classes, shape[:2]),
            keras.layers.Flatten(),
        ]
    )


@pytest.mark.once  # As most users run it.
@pytest.mark.parametrize("rare", [2, None], ids=["rare", "labels"])
def test_all_arms_of_a_cell_are_trained_and_judged(rare, monkeypatch):
    monkeypatch.setattr(arms, "RARE_CLASS", RARE_CLASS[-3:])
    monkeypatch.setattr(arms, "FEW_LABELS", FEW_LABELS[-1:])
    # More batches than a pass of the unlabeled images has.
    budget = Budget(1, 9, 8, "translation", dense)
    cell = Cell(rare, 0, (IMAGES, LABELS), (IMAGES[::7], LABELS[::7]))
    if not rare:
        cell = dataclasses.replace(cell, unlabeled=IMAGES)
    found = training.measured(cell, budget)
    kinds = arms.RARE_CLASS if rare else arms.FEW_LABELS
    last = [*([] if rare else [SEMI_SUPERVISED]), ENSEMBLE, CONTROL]
    assert [*found] == [*(arm.name for arm in kinds), *last]
    for recalls in found.values():
        assert len(recalls) == 3 and 0 <= min(recalls) <= max(recalls) <= 1


@pytest.mark.once
def test_with_few_labels_all_arms_have_the_classifier_of_the_gan(monkeypatch):
    monkeypatch.setattr(arms, "FEW_LABELS", FEW_LABELS[-1:])
    compiled = []
    plain = keras.Sequential.compile

    def compile(model, optimizer, *args, **options):
        compiled.append((optimizer.use_ema, optimizer.ema_momentum))
        return plain(model, optimizer, *args, **options)

    monkeypatch.setattr(keras.Sequential, "compile", compile)
    built = []

    def classifier(shape, num_classes):
        built.append(dense(shape, num_classes))
        return built[-1]

    budget = Budget(None, 3, 8, "translation", classifier)
    cell = Cell(None, 0, (IMAGES, LABELS), (IMAGES, LABELS), IMAGES)
    training.measured(cell, budget)
    # The reference twice, and the discriminator between.
    assert len(built) == 3
    assert compiled == [(True, 0.995)] * 2
    assert budget.steps_of(cell) == 3
    starts = [model.layers[-1].kernel for model in built]
    assert not np.array_equal(*map(keras.ops.convert_to_numpy, starts[:2]))
    rare = dataclasses.replace(cell, rare=1, unlabeled=None)
    assert budget.steps_of(rare) == 1000
    one, other = (
        Budget(None, 3, 8, "flip").network(cell, 3, seed) for seed in (1, 1)
    )
    for weight, same in zip(
        one.get_weights(), other.get_weights(), strict=True
    ):
        np.testing.assert_array_equal(weight, same)


@pytest.mark.quickest
def test_cells_of_one_seed_share_no_split():
    pairs = itertools.product(range(5), range(5))
    assert len({cells.draw_of(*pair) for pair in pairs}) == 25
    pair = [Cell(rare, 0, None, None).draw for rare in (0, 1)]
    tests = [
        cells.split((IMAGES, LABELS), 0.3, draw)[1][0][:, 0, 0, 0].tolist()
        for draw in pair
    ]
    assert tests[0] != tests[1]


def of_width(width, activation="relu"):
    def classifier(shape, num_classes):
        layer = keras.layers.Dense(width, activation=activation)
        return keras.Sequential([layer, dense((width,), num_classes)])

    def built(shape, num_classes):
        flat = keras.Sequential([keras.Input(shape), keras.layers.Flatten()])
        return keras.Sequential([flat, classifier(shape, num_classes)])

    return built


@pytest.mark.quickest
def test_classifiers_are_told_apart_by_what_they_are():
    def described(make):
        settings = Budget(1, 1, 1, "flip", make).settings((4, 4, 1), 3)
        return settings["classifier"]

    known = described(of_width(8))
    assert known == described(of_width(8))
    assert known == described(lambda *given: of_width(8)(*given))
    assert known != described(of_width(9))
    assert known != described(of_width(8, "tanh"))


@pytest.fixture
def cells_seen(monkeypatch):
    """Cells that a study measures, with results that are made up."""
    seen = []

    def measured(cell, budget):
        seen.append(cell)
        return {"as it is": [0.5, 1.0, cell.seed / 10], REFERENCE: [0.5] * 3}

    monkeypatch.setattr(training, "measured", measured)
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
    # Nothing of another study is lost.
    for data, others in (
        (IMAGES, {"steps": 2}),
        (IMAGES + 1, {}),
        (IMAGES, {"rare": {2: 4}}),
    ):
        with (
            pytest.warns(UserWarning, match="2 cells"),
            pytest.raises(ValueError, match="must be of the same study"),
        ):
            augmentation_study((data, LABELS), **{**options, **others})
    assert len(cells_seen) == 2
    with pytest.warns(UserWarning, match="3 cells"):
        augmentation_study((IMAGES, LABELS), **{**options, "seeds": 3})
    assert [one.name for one in cells_seen] == ["2-0", "2-1", "2-2"]
    path = tmp_path / "cells" / "2-1.json"
    for text in ("{", "{}", "[]"):
        path.write_text(text)
        with (
            pytest.warns(UserWarning, match="2 cells"),
            pytest.raises(ValueError, match="2-1.json` must be the result"),
        ):
            augmentation_study((IMAGES, LABELS), **options)
    path.unlink()
    with pytest.warns(UserWarning, match="2 cells"):
        assert augmentation_study((IMAGES, LABELS), **options) == study


@pytest.mark.quickest
def test_a_class_that_is_rare_already_keeps_all_images(cells_seen):
    with pytest.warns(UserWarning, match="2 cells"):
        augmentation_study((IMAGES, LABELS), rare={2: 7}, seeds=2)
    assert [np.sum(one.train[1] == 2) for one in cells_seen] == [7, 7]


@pytest.mark.quickest
def test_study_of_few_labels_keeps_all_images(cells_seen):
    held = (IMAGES[::7] + 100, LABELS[::7])
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
        ({"rare": {2: 8}}, "8 of class 2, which has 7 to train with"),
        ({"labels": 7}, "labels=7, and a class of 7"),
        ({"rare": {2: 3, "2": 4}}, "twice class 2"),
        ({"rare": {2: 3}, "seeds": [1, 1]}, "`seeds` must be different"),
        ({"rare": {2: 3}, "batch_size": 0}, "`batch_size` must be"),
        (
            {"rare": {2: 3}, "classifier": lambda shape, number: None},
            r"`classifier` must return .* of shape \(None, 3\)",
        ),
        (
            {"rare": {2: 3}, "test": (IMAGES[:, :2], LABELS)},
            r"same shape as the data. Received: \(4, 4, 1\) and \(2, 4, 1\)",
        ),
        ({"rare": {2: 3}, "test": (IMAGES[:50], LABELS[:50])}, "test 0, 1. R"),
        (
            {"rare": {2: 3}, "test": (IMAGES[::30], LABELS[::30] * 2)},
            "none of 1",
        ),
        ({"rare": {2: 0}}, "must be an integer of at least 1"),
        ({"rare": {2: 3}, "seeds": 1}, "at least 2 cells"),
        ({"rare": {2: 3}, "test": 1.5}, "0.3 keeps 30 % of each class"),
        ({"rare": {np.int64(2): 8}}, "which has 7 to train with"),
        ({"rare": {2: 3}, "classifier": "x"}, "function .* Received: 'x'"),
        ({"rare": {2: 3}, "seeds": -1}, "`seeds` must be"),
        ({"rare": {2: 3}, "augment": "magic"}, "magic"),
        (
            {"rare": {2: 3}, "augment": "none"},
            "which leaves images as they are",
        ),
        ({"rare": {2: 3}, "augment": "ada:b"}, "Received: 'ada:b'"),
        (
            {"rare": {2: 3}, "classifier": lambda *given: ONE_MODEL},
            "a new model each time",
        ),
        (
            {"labels": 3, "classifier": without_dense_layers},
            "of a classifier without a",
        ),
        ({"rare": {2: 3}, "steps": 0}, "`steps` must be"),
    ],
)
def test_studies_that_cannot_be(options, message):
    with pytest.raises(ValueError, match=message):
        augmentation_study((IMAGES, LABELS), **options)


@pytest.mark.quickest
def test_every_class_has_an_image_to_train_with():
    few = np.flatnonzero((LABELS != 1) | (np.arange(60) == 30))
    with pytest.raises(ValueError, match="none to train with of the classes 1"):
        augmentation_study((IMAGES[few], LABELS[few]), rare={2: 3})


@pytest.mark.quickest
def test_images_that_cannot_be_augmented_are_refused_first():
    images = np.repeat(IMAGES, 4, axis=-1)
    with pytest.raises(ValueError, match=r"of shape \(4, 4, 4\)"):
        augmentation_study((images, LABELS), rare={2: 3})


@pytest.mark.quickest
def test_nothing_is_trained_with_images_of_the_test(cells_seen):
    held = (IMAGES[::7], LABELS[::7])
    with pytest.warns(UserWarning) as caught:
        augmentation_study((IMAGES, LABELS), rare={2: 3}, seeds=2, test=held)
    assert "9 images of the data are in the test too" in str(caught[0].message)
    # Each image twice: a copy of one in the test is not trained with.
    twice = (np.tile(IMAGES, (2, 1, 1, 1)), np.tile(LABELS, 2))
    with pytest.warns(UserWarning, match="2 cells"):
        augmentation_study(twice, rare={2: 1}, seeds=2)
    assert len(cells_seen) == 4
    for cell in cells_seen:
        then, now = (
            set(one[0][:, 0, 0, 0].tolist()) for one in (cell.train, cell.test)
        )
        assert not then & now
    data = (IMAGES, LABELS)
    with pytest.raises(ValueError, match="in the classes 0, 1, 2. Add images"):
        augmentation_study(data, rare={2: 3}, test=data)
    # The last class alone: there must not be one class fewer.
    held = (np.r_[IMAGES[::7], IMAGES[50:]], np.r_[LABELS[::7], LABELS[50:]])
    with pytest.raises(ValueError, match="test images in the classes 2. Add"):
        augmentation_study(data, rare={1: 3}, test=held)


@pytest.mark.quickest
def test_data_without_two_classes():
    with pytest.raises(ValueError, match="has none. Put the images"):
        augmentation_study(IMAGES, rare={0: 1})
    with pytest.raises(ValueError, match="at least two classes"):
        augmentation_study((IMAGES, 0 * LABELS), rare={0: 1})
    with pytest.raises(ValueError, match="none of 0. Number them anew"):
        augmentation_study((IMAGES, LABELS + 1), rare={1: 1})


@pytest.mark.quickest
def test_classes_of_the_test_are_compared_by_name(tmp_path, cells_seen):
    for part, names in (("data", "abc"), ("test", "bcd"), ("right", "abc")):
        for name in names:
            (tmp_path / part / name).mkdir(parents=True)
            for number in range(4):
                image = IMAGES[number] + 100 * (part != "data")
                write_image(tmp_path / part / name / f"{number}.png", image)
    options = {"rare": {"b": 2}, "seeds": 2}
    with pytest.raises(ValueError, match="a, b, c, and in the test b, c, d"):
        augmentation_study(tmp_path / "data", test=tmp_path / "test", **options)
    with pytest.warns(UserWarning, match="2 cells"):
        study = augmentation_study(
            tmp_path / "data", test=tmp_path / "right", **options
        )
    assert study.class_names == ("a", "b", "c")
