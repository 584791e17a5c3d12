"""What `benchmarks/semi_supervised.py` draws, trains and reports."""

import sys

import numpy as np
import pytest

# Another backend would change nothing.
pytestmark = pytest.mark.quickest


@pytest.fixture(scope="module")
def program(load_benchmark):
    return load_benchmark("semi_supervised")


def test_each_class_keeps_as_many_labels(program):
    labels = np.arange(90) % 3
    numbers = program.chosen(labels, 5, draw=1)
    assert np.bincount(labels[numbers]).tolist() == [5, 5, 5]
    assert len(set(numbers.tolist())) == 15
    assert (numbers != program.chosen(labels, 5, draw=2)).any()


def test_digits_of_the_test_are_not_trained_on(program):
    train, test = program.arrays_of("digits", draw=0)
    assert len(train[0]) == 1000 and len(test[0]) == 797
    rows = {image.tobytes() for image in train[0]}
    # Some digits are drawn twice alike.
    assert np.mean([image.tobytes() in rows for image in test[0]]) < 0.01


def test_gain_is_that_over_the_best_rival(program):
    def draw(ours, *others):
        values = dict(zip(program.CLASSICAL, others, strict=False))
        values = {program.OURS: ours, **values}
        return {k: {"accuracy": v, "seconds": 2.0} for k, v in values.items()}

    table = program.report([draw(0.97, 0.8, 0.9), draw(0.99, 0.9, 0.94)])
    assert "| SemiSupervisedGAN | 98.00 ± 1.00 | 97.00 | 2 |" in table
    assert "(shifts): 6.00 ± 1.00 points" in table


def test_trains_and_keeps_results(program, tmp_path, monkeypatch, capsys):
    words = (
        "semi digits --labels 2 --draws 1 --steps 2 --width 2 --batch-size 8 "
        "--methods SemiSupervisedGAN shifts --precision float32 --out"
    )
    monkeypatch.setattr(sys, "argv", [*words.split(), str(tmp_path)])
    program.main()
    first = capsys.readouterr().out.splitlines()
    assert len(list(tmp_path.glob("*.json"))) == 2
    # The results are in the files.
    monkeypatch.setattr(program, "measure", None)
    program.main()
    again = capsys.readouterr().out.splitlines()
    assert again == first[-len(again) :] and len(again) == 6


def test_without_agreement_and_gan_only_labels_teach(program):
    """Then images without labels change nothing, and otherwise they do."""
    rng = np.random.default_rng(0)
    few = (rng.integers(0, 256, (8, 8, 8, 1), "uint8"), np.arange(8) % 2)
    words = "semi digits --steps 2 --width 2 --batch-size 8 --augment"
    options = program.options_of([*words.split()[1:], "no augmentation"])
    options.consistency = 0.0

    def answers(method, value):
        others = np.full((20, 8, 8, 1), value, "uint8")
        model = program.semi_supervised(method, few, others, options, 1)
        return model.predict(few[0] / np.float32(127.5) - 1, verbose=0)

    one, other = (answers(program.NO_GAN, value) for value in (0, 90))
    np.testing.assert_allclose(one, other, atol=1e-6)
    one, other = (answers(program.OURS, value) for value in (0, 90))
    assert np.abs(one - other).max() > 1e-4
