"""Studies: statistics, words, files and the plot."""

import dataclasses

import numpy as np
import pytest

from keras_gan.evaluation import Study
from keras_gan.evaluation.arms import CONTROL, ENSEMBLE, REFERENCE
from keras_gan.evaluation.study import standard_error
from keras_gan.images import read_image

# Another backend would change nothing.
pytestmark = pytest.mark.quickest

# Balanced accuracies of .8 + .01 k, and gains of the GAN of .02 and .04.
CELLS = {
    f"1-{k}": {
        "as it is": [0.9, 0.5],
        REFERENCE: [0.9, 0.7 + 0.02 * k],
        "GAN + classical": [0.9, 0.74 + 0.02 * k + 0.04 * (k % 2)],
    }
    for k in range(10)
}
STUDY = Study(CELLS, dict.fromkeys(CELLS, 1), ("cat", "dog"))


def shifted(gain, count=10):
    cells = {
        name: {**one, "GAN + classical": [0.9, one[REFERENCE][1] + gain(k)]}
        for k, (name, one) in enumerate(list(CELLS.items())[:count])
    }
    return dataclasses.replace(STUDY, cells=cells, rare=dict.fromkeys(cells, 1))


def test_means_and_paired_differences():
    expected = np.mean([0.8 + 0.01 * k for k in range(10)])
    assert STUDY.balanced_accuracy(REFERENCE).mean() == pytest.approx(expected)
    gains = STUDY.gain("GAN + classical")
    np.testing.assert_allclose(gains, [0.02, 0.04] * 5)
    error = np.std([0.02, 0.04] * 5, ddof=1) / 10**0.5
    assert standard_error(gains) == pytest.approx(error)
    assert STUDY.rare_recall("as it is").tolist() == [0.5] * 10
    assert standard_error(np.array([3.0])) == 0.0


def test_table_has_every_arm_and_the_reference_has_no_gain():
    lines = STUDY.table().splitlines()
    assert len(lines) == 2 + 3
    row = next(line for line in lines if line.startswith(f"| {REFERENCE}"))
    assert row.split(" | ")[2].strip() == ""
    assert "| GAN + classical | 87.50 ± " in STUDY.table()
    assert " | 3.00 ± 0.33 | " in STUDY.table()


@pytest.mark.parametrize(
    "gain, words",
    [
        (lambda k: 0.04, "A GAN helps on these data."),
        (lambda k: -0.04, "A GAN does harm on these data."),
        (lambda k: 0.04 * (-1) ** k, "No difference that chance could not"),
    ],
)
def test_verdict_needs_two_standard_errors(gain, words):
    assert shifted(gain).verdict().startswith(words)


def test_verdict_of_few_cells_needs_more():
    # More than two standard errors, but of two cells 12.7 are needed.
    few = shifted(lambda k: 0.02 + 0.02 * k, count=2)
    assert few.verdict().startswith("No difference that chance could not")
    clear = shifted(lambda k: 0.040 + 0.002 * k, count=2)
    assert clear.verdict().startswith("A GAN helps on these data.")


def test_verdict_is_of_one_arm_against_the_best_without_a_gan():
    rng = np.random.default_rng(0)
    cells = {
        f"1-{k}": {
            REFERENCE: [0.9, 0.7],
            "classical": [0.9, 0.8 + 0.01 * rng.normal()],
            "GAN": [0.9, 0.99],
            "GAN + classical": [0.9, 0.8 + 0.01 * rng.normal()],
            ENSEMBLE: [0.9, 0.99],
            CONTROL: [0.9, 0.99],
        }
        for k in range(10)
    }
    study = Study(cells, dict.fromkeys(cells, 1), ("cat", "dog"))
    assert (study.judged, study.rival) == ("GAN + classical", "classical")
    assert study.verdict().startswith("No difference that chance could not")
    assert '"GAN + classical" against "classical"' in study.verdict()
    for name in (ENSEMBLE, CONTROL):
        assert f"| {name} | " in study.table()


def test_verdict_says_if_cells_are_few():
    assert (
        "(2 cells, too few to be sure)" in shifted(lambda k: 0.1, 2).verdict()
    )
    assert "(10 cells)" in STUDY.verdict()


def test_saved_studies_come_back(tmp_path):
    STUDY.save(tmp_path / "study.json")
    assert Study.load(tmp_path / "study.json") == STUDY
    assert [one.name for one in tmp_path.iterdir()] == ["study.json"]


def test_plot_shows_better_arms_in_green(tmp_path):
    def greens(study):
        study.plot(tmp_path / "plot.png")
        picture = read_image(tmp_path / "plot.png").reshape(-1, 3)
        return int((picture == (0, 0x9E, 0x73)).all(-1).sum())

    assert greens(shifted(lambda k: -0.04)) == 0
    assert greens(STUDY) > 50
