"""The benchmark of sounds: its judge, and the program around it."""

import sys

import keras
import numpy as np
import pytest

from keras_gan import AdversarialModel, sounds

# Another backend would change nothing.
pytestmark = pytest.mark.quickest


@pytest.fixture(scope="module")
def program(load_benchmark):
    return load_benchmark("sound")


def write_tones(folder, number=20):
    """Tones of two classes, named as spoken digits are."""
    folder.mkdir()
    draws = np.random.default_rng(0)
    for index in range(number):
        which = index % 2
        wave = 0.5 * np.sin(
            (0.3 + which) * np.arange(128) + draws.uniform(0, 6)
        )
        name = f"{which}_somebody_{index}.wav"
        sounds.write_wav(folder / name, wave[:, None], rate=1_000)


def test_scores_of_a_judge_that_knows_the_answer(program):
    # Two classes, told apart by the sign of the first sample.
    inputs = keras.Input((2, 1))
    features = keras.layers.Flatten(name="features")(inputs)
    logits = keras.layers.Dense(2, use_bias=False)(features)
    classifier = keras.Model(inputs, logits)
    classifier.set_weights([np.array([[100.0, -100.0], [0.0, 0.0]])])
    real = np.ones((6, 2, 1), "float32")
    real[::2, 0] = -1
    real[:3, 1] = 0
    judge = program.Judge(classifier, real)
    distance, score = judge.scores(real)
    # Both classes come equally often, and none is in doubt.
    assert distance == pytest.approx(0, abs=1e-6)
    assert score == pytest.approx(2, rel=1e-6)
    distance, score = judge.scores(real + np.float32([[3.0], [0.0]]))
    # All are of one class now, and all are 3 away.
    assert (distance, score) == pytest.approx((9, 1), rel=1e-5)


@pytest.mark.parametrize("conditional", [(), ("--conditional",)])
def test_program_prints_a_row_for_each_time(
    program, tmp_path, monkeypatch, capsys, conditional
):
    compiled = AdversarialModel.compile
    monkeypatch.setattr(
        AdversarialModel,
        "compile",
        lambda model, *arguments, **options: compiled(
            model, *arguments, **options | {"run_eagerly": True}
        ),
    )
    write_tones(tmp_path / "tones")
    arguments = [
        str(tmp_path / "tones"), "--minutes", "1e-6", "2e-6", "--length",
        "128", "--width", "1", "--batch-size", "2", "--classifier-epochs", "2",
        *conditional, "--out", str(tmp_path / "out"),
    ]  # fmt: skip
    monkeypatch.setattr(sys, "argv", ["sound.py", *arguments])
    program.main()
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "20 sounds of 2 classes"
    assert 0 <= float(lines[1].split()[-1]) <= 1
    rows = [[float(value) for value in line.split()] for line in lines[4:]]
    # Each time is over after one step.
    assert [row[:2] for row in rows] == [[1e-6, 1], [2e-6, 2]]
    assert rows[0][4] == 1 and all(row[2] > 0 for row in rows)
    assert all(1 <= row[3] <= 2 for row in rows)
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["1e-06.png", "1e-06.wav", "2e-06.png", "2e-06.wav"]


def test_sounds_need_classes(program, tmp_path):
    from keras_gan.datasets import Sounds

    (tmp_path / "one").mkdir()
    sounds.write_wav(tmp_path / "one" / "a.wav", np.ones((9, 1)), rate=1_000)
    with pytest.raises(SystemExit, match="several classes"):
        program.labels_of(Sounds(tmp_path / "one"))
