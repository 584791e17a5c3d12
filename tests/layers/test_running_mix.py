"""What is missing of each class so far."""

from concurrent.futures import ThreadPoolExecutor

import keras
import numpy as np
import pytest
from portable import assert_close, compiled, tensor

from keras_gan.layers._running_mix import RunningMix

SHARES = (0.5, 0.25, 0.25)


def note(mix, *counts):
    mix.note(tensor(np.eye(3, dtype="float32").repeat(counts, 0)))


def test_one_batch_makes_up_for_another():
    mix = RunningMix(SHARES)
    assert_close(mix.wanted(8.0), [4, 2, 2])
    note(mix, 2, 4, 2)
    assert_close(mix.missing, [2, -2, 0])
    assert_close(mix.wanted(8.0), [6, 0, 2])
    note(mix, 6, 0, 2)
    assert_close(mix.missing, 0)


@pytest.mark.quickest
def test_never_less_than_none_are_wanted():
    mix = RunningMix(SHARES)
    note(mix, 0, 0, 8)
    assert_close(mix.wanted(4.0), [6, 3, 0])


@pytest.mark.quickest
def test_it_forgets_what_cannot_be_made_up_for():
    mix = RunningMix(SHARES)
    for _ in range(50):
        note(mix, 0, 0, 8)
    assert_close(mix.missing, [64, 64, -64])


@pytest.mark.quickest
@pytest.mark.parametrize("fraction", [0.1, 0.3, 0.5, 1.0])
@pytest.mark.parametrize("surplus", [1.0, -1.0])
def test_turns_meet_the_fraction(fraction, surplus):
    mix = RunningMix(SHARES)
    turn = compiled(mix.turn)
    turns = [
        bool(turn(tensor(fraction), tensor([surplus]))) for _ in range(200)
    ]
    # What waits, at most 8 images, is all that may be wanting.
    wanted = 200 * fraction - (8 if surplus < 0 else 0)
    assert sum(turns) == pytest.approx(wanted, abs=1.01)


@pytest.mark.quickest
def test_what_is_due_waits_for_an_image_of_which_there_are_too_many():
    mix = RunningMix(SHARES)
    few, many = tensor([-1.0]), tensor([1.0])
    assert not any(bool(mix.turn(0.5, few)) for _ in range(6))
    assert [bool(mix.turn(0.5, many)) for _ in range(7)] == [True] * 6 + [False]


def test_nothing_is_lost_in_parallel():
    # A read and a write apart would lose some.
    mix = RunningMix(SHARES)
    row = keras.ops.eye(3)[:1]
    with ThreadPoolExecutor(8) as pool:
        for _ in range(10):
            mix.missing.assign(np.zeros(3))
            for done in [pool.submit(mix.note, row) for _ in range(100)]:
                done.result()
            assert_close(mix.missing, [-50, 25, 25])
