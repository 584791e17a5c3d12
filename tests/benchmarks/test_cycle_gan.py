"""The digits of CycleGAN: what is measured, and that seeds are kept."""

import numpy as np
import pytest

# Another backend would change nothing.
pytestmark = pytest.mark.once


class Translator:
    """Inverts images both ways, with an error."""

    optimizer = type("Optimizer", (), {"iterations": 7})

    def __init__(self, error=0.0):
        self.error = error

    def fit(self, *data, **options):
        pass

    def translate(self, images, to, batch_size=None):
        return -images + self.error


@pytest.fixture
def program(load_benchmark):
    return load_benchmark("cycle_gan")


def test_domains_have_no_image_in_common(program, tmp_path):
    images = np.arange(4, dtype="uint8")[:, None, None] * np.ones((28, 28))
    arrays = {"x_train": images, "x_test": images, "y_test": np.arange(4)}
    np.savez(tmp_path / "mnist.npz", **arrays)
    (first, second), tests = program.two_domains(
        tmp_path / "mnist.npz", "negatives"
    )
    numbers = [np.round((x[:, 0, 0, 0] + 1) * 127.5) for x in (first, second)]
    assert [part.tolist() for part in numbers] == [[0, 1], [253, 252]]
    assert len(tests[0]) == 4


def test_errors_and_classes(program):
    tests = np.array([-1.0, 0.0, 0.5]).reshape(3, 1, 1, 1)
    figures = program.judged(
        Translator(0.1), tests, np.array([0, 1, 1]), "negatives",
        lambda images: (images > -0.5).astype(int).ravel(),
    )  # fmt: skip
    assert figures["class"] == 1
    assert figures["to second"] == pytest.approx(0.1)
    assert figures["to first"] == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("share", "error", "good"),
    [(0.9, 0.08, True), (0.89, 0.01, False), (0.99, 0.081, False)],
)
def test_bounds(program, share, error, good):
    figures = {"class": share, "to second": 0.01, "to first": error}
    assert program.within_bounds(figures) is good


def test_each_seed_is_trained_once(program, tmp_path, monkeypatch):
    images = np.zeros((4, 28, 28), "uint8")
    arrays = {"x_train": images, "x_test": images, "y_test": np.zeros(4)}
    np.savez(tmp_path / "mnist.npz", **arrays)
    trained = []

    def translator(options, seed):
        trained.append(seed)
        return Translator(error=0.1 * seed)

    monkeypatch.setattr(program, "translator", translator)
    monkeypatch.setattr(program, "reader", lambda: lambda x: np.zeros(len(x)))
    out = tmp_path / "run"
    arguments = ["digits", str(tmp_path / "mnist.npz"), "--out", str(out)]
    for seeds, passed in (("1", True), ("3", False)):
        options = program.parse([*arguments, "--seeds", seeds])
        assert program.train_on_digits(options) is passed
    assert trained == [0, 1, 2]
    rows = (out / "negatives.md").read_text().splitlines()[2:]
    ends = [row.split(" | ")[-1] for row in rows]
    assert ends == ["kept |", "missed |", "missed |"]
    assert (out / "negatives_2.png").exists()
