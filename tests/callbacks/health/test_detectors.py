"""Each detector on recorded series: ill ones, and healthy ones near by."""

import json

import numpy as np
import pytest

from keras_gan.callbacks.health import data, detectors
from keras_gan.callbacks.health.judging import Setup
from keras_gan.callbacks.health.series import LONGEST, Series, rise

# Another backend would change nothing.
pytestmark = pytest.mark.quickest

ROUNDS = 12
# What a healthy training looks like, in each of its rounds.
HEALTHY = {
    "diversity": 0.9,
    "modes": 0.9,
    "shift": 0.1,
    "distance": 0.05,
    "neighbor_accuracy": 0.7,
    "separation": 0.8,
    "logit_scale": 1.0,
    "chance": 0.8,
    "slope": 1.0,
    "held_out_ranking": 0.55,
    "ranking_deviation": 0.04,
    "memorized": 0.1,
    "saturation": 0.0,
    "share_at_ends": 0.4,
    "real_share_at_ends": 0.5,
    "label_effect": 0.8,
    "label_agreement": 0.9,
    "class_diversity": [0.9, 0.9, 0.8],
    "classes": [0, 1, 4],
    "fid": 2.0,
}


def series_of(**changes):
    """A healthy series in which some measurements are others.

    A list is the values of the last rounds; a number is the value of all.
    """
    series = Series()
    for number in range(ROUNDS):
        row = {"round": number + 1, **HEALTHY}
        for name, value in changes.items():
            if not isinstance(value, list):
                row[name] = value
            elif number >= ROUNDS - len(value):
                row[name] = value[number - ROUNDS]
        series.raise_peak("slope", row["slope"])
        series.add(row, best=("fid", "distance"))
    return series


def names_found(series, setup=None):
    found = [one(series, setup or Setup()) for one in detectors.DETECTORS]
    return {one.name for one in found if one is not None}


def find(name, setup=None, **changes):
    """The only finding, which has this name."""
    series = series_of(**changes)
    assert names_found(series, setup) == {name}
    (detector,) = (d for d in detectors.DETECTORS if d.__name__ == name)
    return detector(series, setup or Setup())


def test_healthy_is_silent():
    assert names_found(series_of()) == set()


def test_nothing_is_found_before_there_are_rounds():
    assert names_found(Series()) == set()
    one = Series()
    one.add({"round": 1, **HEALTHY, "diversity": 0.0, "chance": 0.0})
    assert names_found(one) == set()


ILL = {
    "mode_collapse": [
        {"diversity": [0.1] * 4},
        {"modes": [0.6, 0.3, 0.2, 0.3, 0.3]},
    ],
    "class_collapse": [{"class_diversity": [[0.9, 0.1, 0.9]] * 4}],
    "discriminator_memorizes": [
        {"held_out_ranking": [0.9] * 3, "memorized": [0.7] * 3}
    ],
    "discriminator_wins": [
        {"separation": [1.0] * 3, "chance": [0.01] * 3},
        {"separation": [1.0] * 3, "slope": [0.001] * 3},
    ],
    "discriminator_loses": [
        {
            "separation": [0.5] * 5,
            "neighbor_accuracy": [0.99] * 5,
            "distance": 0.5,
        },
        {
            "separation": [0.2, 0.6, 0.3, 0.4, 0.5],
            "neighbor_accuracy": 1.0,
            "distance": 0.5,
        },
    ],
    "oscillation": [{"shift": [0.6, 0.9, 0.5, 0.7, 0.8]}],
    "divergence": [
        {"logit_scale": [1.0, 3.0, 2.0, 10.0, 9.0, 27.0]},
    ],
    "condition_ignored": [
        {"label_effect": [0.0] * 4, "label_agreement": [0.02] * 6},
        {"label_agreement": [0.05, -0.1, 0.0, 0.02, 0.11, 0.0]},
    ],
    "saturated_samples": [{"saturation": [0.8] * 4, "share_at_ends": 0.9}],
    "past_the_best": [
        {"fid": [1.1, 1.0, 0.9, 1.0, 1.0, 2.0, 2.1, 2.0, 2.2, 2.1]},
        {"distance": [0.05, 0.3, 0.3, 0.4, 0.3, 0.4]},
        # The distance of a sample may be below zero.
        {"distance": [*[-0.01] * 5, 0.2, 0.2, 0.2, 0.2, 0.2]},
    ],
}
CASES = [(name, changes) for name in ILL for changes in ILL[name]]


@pytest.mark.parametrize("name, changes", CASES)
def test_an_illness_has_its_own_name(name, changes):
    found = find(name, **changes)
    assert 0.7 <= found.confidence <= 0.99
    # With numbers that JSON can hold, and what to change.
    assert json.loads(json.dumps(found.evidence)) == found.evidence
    assert found.evidence and found.advice.endswith(".")
    assert "`" in found.advice


@pytest.mark.parametrize("name, changes", CASES)
def test_an_illness_of_few_rounds_is_none(name, changes):
    """The last value of each list alone is not enough."""
    last = {
        key: values[-1:] if isinstance(values, list) else values
        for key, values in changes.items()
    }
    assert names_found(series_of(**last)) == set()


@pytest.mark.parametrize("name, changes", CASES)
def test_what_is_missing_is_not_judged(name, changes):
    missing = {key: [None] * ROUNDS for key in changes}
    assert names_found(series_of(**missing)) == set()
    unknown = {
        key: np.full((ROUNDS, *np.shape(values)[1:]), np.nan).tolist()
        for key, values in changes.items()
    }
    assert names_found(series_of(**unknown)) == set()


def test_values_of_other_classes_are_not_compared():
    shapes = [[0.9, 0.1]] * 2 + [[0.9, 0.1, 0.9]] * 2
    assert names_found(series_of(class_diversity=shapes)) == set()


@pytest.mark.parametrize(
    "changes",
    [
        # Samples that spread.
        {"modes": [0.1, 0.2, 0.3, 0.4, 0.5]},
        # Noise that becomes images, as of a small network after 1,440 steps.
        {
            "modes": [0.15, 0.37, 0.15, 0.25, 0.42],
            "distance": [2.35, 1.5, 0.14, 0.15, 0.16],
        },
        {"modes": [0.31, 0.30, 0.30, 0.34, 0.43]},
        # Few groups for once.
        {"modes": [0.2, 0.3, 0.85, 0.2, 0.2]},
        {"diversity": [0.05, 0.1, 0.15, 0.2]},
        {"class_diversity": [[0.9, n / 20, 0.9] for n in range(1, 5)]},
        # The end of a good training: nobody can tell.
        {"separation": 0.5, "neighbor_accuracy": 0.6, "distance": 0.2},
        # A discriminator that cannot tell, while samples become better.
        {
            "separation": 0.5,
            "neighbor_accuracy": 1.0,
            "distance": [0.9, 0.8, 0.7, 0.5, 0.4, 0.3, 0.25, 0.2],
        },
        # A critic that separates everything, and is listened to.
        {"separation": 1.0},
        # A small gap between what was seen and what was not.
        {"held_out_ranking": 0.8, "memorized": 0.2},
        {"held_out_ranking": 0.6, "memorized": 0.6},
        # By chance, of few images.
        {"held_out_ranking": 0.8, "memorized": 0.6, "ranking_deviation": 0.1},
        # Logits that grow, and slow down.
        {"logit_scale": [1.0, 8.0, 12.0, 16.0, 18.0, 18.0]},
        {"logit_scale": [0.1, 0.2, 0.3, 2.0, 3.0, 4.0]},
        {"logit_scale": [1.0, 100.0, 1.0, 100.0, 9.0, 900.0]},
        # Labels whose effect is only learned.
        {"label_agreement": [0.0, 0.01, 0.02, 0.04, 0.08, 0.14]},
        {"label_agreement": [0.11, 0.09, 0.06, 0.04, 0.11, 0.19]},
        # Values that differ, as they did around the best.
        {"fid": [1.8, 2.2, 1.9, 2.3, 2.0, 2.1, 2.2, 2.0]},
        # A lucky value.
        {"fid": [1.0, 2.0, 2.1, 2.0, 2.2, 2.1]},
        # Images that are nearly black and white themselves.
        {
            "saturation": 0.65,
            "share_at_ends": 0.993,
            "real_share_at_ends": 0.98,
        },
        # Labels that are small details, which no neighbor can tell.
        {"label_effect": 0.01, "label_agreement": None},
        # Numbers near zero, that a small sample has by chance.
        {"distance": [0.001, 0.04, 0.03, 0.05, 0.04, 0.05]},
    ],
)
def test_near_misses_are_silent(changes):
    assert names_found(series_of(**changes)) == set()


@pytest.mark.parametrize("name, changes", CASES)
def test_no_detector_looks_back_further_than_is_said(name, changes):
    series = series_of(**changes)
    series.rows = series.rows[-LONGEST:]
    assert names_found(series) == {name}


def test_worse_is_more_certain():
    mild = find("mode_collapse", diversity=[0.24] * 4)
    severe = find("mode_collapse", diversity=[0.0] * 4)
    assert mild.confidence < 0.75 and severe.confidence == 0.99


def test_collapse_that_wanders_is_oscillation_too():
    wandering = series_of(modes=[0.2] * 5, shift=[1.0] * 5)
    assert names_found(wandering) == {"mode_collapse", "oscillation"}


def test_classes_that_collapsed_are_named():
    found = find(
        "class_collapse", class_diversity=[[0.9, 0.0, 0.0], *[[0.9, 0, 0]] * 3]
    )
    assert found.evidence["classes"] == [1, 4]


def test_all_of_a_class_is_no_class_of_its_own():
    changes = {"diversity": [0.1] * 4, "class_diversity": [[0.1] * 3] * 4}
    assert names_found(series_of(**changes)) == {"mode_collapse"}


@pytest.mark.parametrize(
    "name, changes, setup, words",
    [
        (
            "discriminator_memorizes",
            ILL["discriminator_memorizes"][0],
            Setup(is_augmented=False),
            "--augment diffaugment",
        ),
        (
            "discriminator_memorizes",
            ILL["discriminator_memorizes"][0],
            Setup(is_augmented=True),
            "raise `gamma`",
        ),
        (
            "discriminator_wins",
            ILL["discriminator_wins"][1],
            Setup("MinimaxLoss", ""),
            "gradient does not vanish",
        ),
        (
            "discriminator_wins",
            ILL["discriminator_wins"][0],
            Setup("HingeLoss", ""),
            "penalties='auto'",
        ),
        (
            "discriminator_wins",
            ILL["discriminator_wins"][0],
            Setup(),
            "Raise `gamma`",
        ),
        (
            "mode_collapse",
            ILL["mode_collapse"][0],
            Setup("HingeLoss"),
            "--loss relativistic",
        ),
        ("mode_collapse", ILL["mode_collapse"][0], Setup(), "--batch-size"),
        (
            "divergence",
            ILL["divergence"][0],
            Setup("WassersteinLoss", ""),
            "`compile(loss='relativistic', penalties='auto')`",
        ),
        (
            "divergence",
            ILL["divergence"][0],
            Setup(penalty_weight="`weight` of `GradientPenalty`"),
            "raise `weight` of `GradientPenalty`",
        ),
    ],
)
def test_advice_fits_the_run(name, changes, setup, words):
    assert words in find(name, setup, **changes).advice


def test_the_best_value_may_be_long_ago():
    series = series_of(fid=[1.0] * 5 + [3.0] * 7)
    for number in range(ROUNDS, 40):
        series.add({"round": number + 1, **HEALTHY, "fid": 3.0}, best=("fid",))
    assert len(series.rows) == 12 and series.latest("round") == 40
    (found,) = (
        one
        for detector in detectors.DETECTORS
        if (one := detector(series, Setup())) is not None
    )
    assert found.evidence["best_round"] == 1
    assert "monitor='fid'" in found.advice


def test_rise_is_that_of_the_newer_half():
    assert rise(np.array([1.0, 3.0, 9.0, 4.0, 6.0])) == 3.0
    columns = np.array([[0.0, 2.0], [1.0, 1.0]])
    assert rise(columns).tolist() == [1.0, -1.0]


def test_copies_of_images():
    images = np.random.default_rng(0).normal(size=(20, 4))
    assert data.duplicate_images(images) is None
    images[5:10] = images[0]
    found = data.duplicate_images(images)
    assert found.evidence == {"copies": 5, "of_images": 20, "share": 0.25}
    assert found.when == "before the first round"


def test_constant_labels():
    labels = np.full(9, 3)
    found = data.constant_labels(labels, 10)
    assert found.evidence == {"label": 3, "of_images": 9}
    for other, classes in (
        (np.arange(9), 10), (labels, None), (None, 10), (labels, 1),
    ):  # fmt: skip
        assert data.constant_labels(other, classes) is None


@pytest.mark.parametrize("deviation", [0.1, 0.3, 0.5])
def test_noise_around_a_good_value_is_not_past_the_best(deviation):
    """As KID is near zero; a value of a hundred is low by luck."""
    random = np.random.default_rng(0)
    runs = 1 + deviation * random.normal(size=(20, 100))
    assert sum(map(is_past_the_best, runs)) <= 1


@pytest.mark.parametrize("deviation", [0.0, 0.05, 0.1])
def test_a_rise_in_noise_is_past_the_best(deviation):
    random = np.random.default_rng(0)
    steps = np.arange(60)
    trend = np.concatenate([1 + 3 * np.exp(-steps[:40] / 8), 1 + steps / 30])
    for noise in 1 + deviation * random.normal(size=(20, len(trend))):
        assert is_past_the_best(trend * noise)


def is_past_the_best(values):
    series, found = Series(), False
    for number, value in enumerate(values):
        series.add({"round": number + 1, "kid": value}, best=("kid",))
        found |= detectors.past_the_best(series, Setup()) is not None
    return found


def test_names():
    assert len(set(detectors.NAMES)) == len(detectors.DETECTORS) + 2
    assert set(ILL) == {one.__name__ for one in detectors.DETECTORS}
