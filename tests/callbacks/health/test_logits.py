"""Numbers about logits, with values that can be worked out by hand."""

import numpy as np
import pytest

from keras_gan.callbacks.health import measuring as logits

# Another backend would change nothing.
pytestmark = pytest.mark.quickest


@pytest.mark.parametrize(
    "higher, lower, expected",
    [
        ([3.0, 4.0], [1.0, 2.0], 1.0),
        ([1.0, 2.0], [3.0, 4.0], 0.0),
        ([1.0, 1.0], [1.0], 0.5),
        ([0.0, 2.0], [1.0, 3.0], 0.25),
    ],
)
def test_ranking(higher, lower, expected):
    assert logits.ranking(np.array(higher), np.array(lower)) == expected


def test_deviation_of_a_ranking_is_that_of_chance():
    random = np.random.default_rng(0)
    found = [
        logits.ranking(random.normal(size=20), random.normal(size=30))
        for _ in range(2000)
    ]
    assert np.std(found) == pytest.approx(
        logits.deviation_of_ranking(20, 30), rel=0.1
    )


@pytest.mark.parametrize(
    "held_out, expected", [(4.0, 0.0), (1.0, 0.75), (0.0, 1.0), (6.0, -0.5)]
)
def test_share_that_is_memorized(held_out, expected):
    training, fake = np.array([3.0, 5.0]), np.array([-1.0, 1.0])
    found = logits.memorized_share(training, np.array([held_out]), fake)
    assert found == pytest.approx(expected)


def test_nothing_is_memorized_without_a_margin():
    zeros = np.zeros(4)
    assert logits.memorized_share(zeros, zeros - 1, zeros) == 0.0
