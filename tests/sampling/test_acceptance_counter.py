"""When a filter is given up."""

from types import SimpleNamespace

import numpy as np
import pytest

from keras_gan.sampling.acceptance_counter import AcceptanceCounter

# Another backend would change nothing.
pytestmark = pytest.mark.quickest

FILTER = SimpleNamespace(name="mine")


def shown(counter, place, drawn, accepted):
    verdicts = np.arange(drawn) < accepted
    counter.add(np.full(drawn, place), verdicts)


def test_one_in_a_thousand_is_enough():
    counter = AcceptanceCounter(FILTER, None, 4096)
    shown(counter, 0, 5000, 5)
    counter.check(np.array([0]))
    shown(counter, 0, 1, 0)
    with pytest.raises(ValueError, match=r"'mine', which accepted 5 of 5001"):
        counter.check(np.array([0]))
    # Nothing is wanted any more.
    counter.check(np.array([], int))


def test_too_few_draws_say_nothing():
    counter = AcceptanceCounter(FILTER, None, 4096)
    shown(counter, 0, 4095, 0)
    counter.check(np.array([0]))


def test_one_class_that_is_refused():
    counter = AcceptanceCounter(FILTER, np.array([0, 2]), 4096)
    shown(counter, 0, 4096, 4096)
    shown(counter, 1, 4096, 0)
    counter.check(np.array([0]))
    words = r"accepted 4096 of 8192 draws \(50.*classes \[2\], .* 0 of 4096"
    with pytest.raises(ValueError, match=words):
        counter.check(np.array([0, 1]))


def test_all_classes_together():
    counter = AcceptanceCounter(FILTER, np.arange(64), 4096)
    for place in range(64):
        shown(counter, place, 64, 0)
    with pytest.raises(ValueError, match="accepted 0 of 4096 draws"):
        counter.check(np.arange(64))
