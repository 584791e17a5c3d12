"""The trainer of the digits classifier, and the judge of its features."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

import keras_gan
from keras_gan.features.digits_classifier import (
    SmoothResizing,
    digits_classifier,
    read_weights,
    untrained_digits_classifier,
)

# Another backend would change nothing.
pytestmark = pytest.mark.quickest

PROGRAM = Path(__file__).parents[2] / "benchmarks/train_digits_classifier.py"


@pytest.fixture(scope="module")
def program():
    specification = importlib.util.spec_from_file_location(
        "train_digits_classifier", PROGRAM
    )
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.fixture
def mnist_file(tmp_path):
    """A file like MNIST's, of stripes."""
    random = np.random.default_rng(0)
    arrays = {}
    for part, count in (("train", 64), ("test", 16)):
        labels = random.integers(10, size=count).astype("uint8")
        images = np.zeros((count, 28, 28), "uint8")
        images[np.arange(count), 2 * labels] = 255
        arrays |= {f"x_{part}": images, f"y_{part}": labels}
    np.savez(tmp_path / "mnist.npz", **arrays)
    return tmp_path / "mnist.npz"


def test_training_sees_images_resized_as_the_network_does(program):
    images = np.random.default_rng(0).uniform(0, 1, (2, 8, 5, 1))
    zero, one = np.zeros(2), np.ones(2)
    down = program.resampling(8, zero, one, one)
    across = program.resampling(5, zero, one, one)
    received = down @ images[..., 0] @ across.transpose(0, 2, 1)
    expected = SmoothResizing(program.SIDE)(images.astype("float32"))
    np.testing.assert_allclose(received, expected[..., 0], atol=1e-6)


def test_resampling_moves_grows_and_blurs(program):
    column = np.zeros((1, 28, 1))
    column[0, 14] = 1.0

    def moved(shift=0.0, scale=1.0, blur=1.0):
        values = [np.array([x]) for x in (shift, scale, blur)]
        return (program.resampling(28, *values) @ column)[0, :, 0]

    assert moved(shift=2 / 28).argmax() == 16
    wide = np.kron(np.eye(28)[14], [1.0])
    np.testing.assert_allclose(moved(), wide, atol=1e-9)
    assert moved(scale=2.0).sum() == pytest.approx(2.0)
    np.testing.assert_allclose(
        moved(blur=2.0)[13:16], [0.25, 0.5, 0.25], atol=1e-9
    )


def test_augmented_images_differ_and_stay_in_range(program):
    (images, _), _ = program.split(*program.all_digits(), 0.25, 0)
    twice = [
        program.augmented(images[:40], np.random.default_rng(3))
        for _ in range(2)
    ]
    np.testing.assert_array_equal(*twice)
    assert twice[0].shape == (40, 28, 28)
    assert twice[0].min() >= 0.0 and twice[0].max() <= 1.0
    same = program.augmented(
        np.repeat(images[:1], 40, axis=0), np.random.default_rng(3)
    )
    assert len(np.unique(same.reshape(40, -1), axis=0)) == 40


def test_batches_are_halves_of_both_sources(program):
    ones = np.ones((5, 8, 8)), np.full(5, 1)
    zeros = np.zeros((9, 28, 28)), np.full(9, 7)
    images, labels = program.Batches([ones, zeros], steps=3)[2]
    assert images.shape == (program.BATCH_SIZE, 28, 28, 1)
    half = program.BATCH_SIZE // 2
    assert labels.tolist() == [1] * half + [7] * half
    assert images[:half].mean() > 150 and images[half:].mean() < 50


def test_training_writes_a_file_that_the_package_could_ship(
    program, mnist_file, tmp_path, capsys, monkeypatch
):
    monkeypatch.setattr(program, "BATCH_SIZE", 16)
    path = tmp_path / "weights.npz"
    arguments = ["--train", str(path), "--mnist", str(mnist_file)]
    assert program.main([*arguments, "--steps", "3"]) == 0
    assert "mnist        16" in capsys.readouterr().out
    network = untrained_digits_classifier("logits")
    with path.open("rb") as stream:
        assert {v.path: tuple(v.shape) for v in network.weights} == {
            name: array.shape for name, array in read_weights(stream).items()
        }
    # A byte for each weight of a kernel.
    assert path.stat().st_size < 80_000


def test_training_learns(program, monkeypatch):
    monkeypatch.setattr(program, "BATCH_SIZE", 32)
    (images, labels), _ = program.split(*program.all_digits(), 0.25, 0)
    few = np.flatnonzero(labels < 2)
    model = program.train([(images[few], labels[few])], steps=40)
    assert program.accuracy(model, images[few], labels[few]) > 0.9


def test_written_weights_are_the_network_s_own(program, tmp_path):
    model = untrained_digits_classifier("logits")
    before = [np.array(variable) for variable in model.weights]
    program.write_weights(model, tmp_path / "weights.npz")
    with (tmp_path / "weights.npz").open("rb") as stream:
        arrays = read_weights(stream)
    for variable, weight in zip(model.weights, before, strict=True):
        np.testing.assert_array_equal(arrays[variable.path], variable)
        # Rounding is at most half a step of a filter.
        of_filters = weight.reshape(-1, weight.shape[-1])
        step = np.abs(of_filters).max(axis=0) / 127
        error = np.abs(arrays[variable.path] - weight)
        assert (error <= 0.5001 * step).all()


def test_check_passes_the_shipped_weights_and_no_others(
    program, mnist_file, capsys
):
    assert program.main(["--check"]) == 0
    assert "short" not in capsys.readouterr().out
    # Stripes are no digits.
    assert program.main(["--check", "--mnist", str(mnist_file)]) == 1
    assert capsys.readouterr().out.count("short") == 1
    assert not program.check(untrained_digits_classifier("logits"), None)


@pytest.fixture(scope="module")
def judges(program):
    return [program.Judge(digits_classifier(), seed=0)]


def test_distance_follows_damage(program, judges, capsys):
    rows = program.damage_rows(judges)
    assert len(rows) == 5
    assert program.print_rows(rows)
    assert capsys.readouterr().out.count("ok") == 5


def test_rows_that_fall_are_told(program, capsys):
    good, bad = [1.0, 2.0, 3.0], [1.0, 3.0, 2.0]
    labels = ["0", "1", "2"]
    assert program.print_rows([("noise", labels, good)])
    rows = [("noise", labels, good), ("blur", labels, bad)]
    assert not program.print_rows(rows)
    assert capsys.readouterr().out.count("falls") == 1


def test_runs_that_are_there_are_judged(program, judges, tmp_path, monkeypatch):
    monkeypatch.setattr(program, "RUNS", (7,))
    (tmp_path / "steps-7").mkdir()
    gan = keras_gan.GAN(*keras_gan.networks.mlp((8, 8, 1), hidden=(8,)))
    gan.save(tmp_path / "steps-7" / "model.keras")
    name, labels, distances = program.generator_row(judges, tmp_path)
    assert labels == ["real", "7"]
    assert distances[1] > 20 * distances[0]
