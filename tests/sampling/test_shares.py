"""How a mix of classes is asked for."""

import numpy as np
import pytest
from portable import dtype_of

from keras_gan.sampling import class_shares

# Another backend would change nothing.
pytestmark = pytest.mark.quickest


def test_none_asks_for_nothing():
    assert class_shares(None, 3) is None
    assert class_shares(None, None) is None


def test_uniform():
    shares = class_shares("uniform", 4)
    assert shares.tolist() == [0.25] * 4 and dtype_of(shares) == "float64"


def test_classes_left_out_have_no_share():
    shares = class_shares({np.int64(3): 0.25, 1: np.float32(0.75)}, 4)
    assert shares.tolist() == [0.0, 0.75, 0.0, 0.25]


def test_shares_sum_to_one_exactly_enough():
    shares = class_shares({0: 0.333333, 1: 0.333333, 2: 0.333334}, 3)
    assert shares.sum() == pytest.approx(1, abs=1e-15)


@pytest.mark.parametrize(
    "balance, words",
    [
        ("even", "`balance` must be \"uniform\".*Received: 'even'"),
        ([0.5, 0.5], "a dict {class: share}"),
        ({3: 1.0}, "from 0 to 2. Received: 3"),
        ({-1: 1.0}, "from 0 to 2. Received: -1"),
        ({"cat": 1.0}, "Received: 'cat'"),
        ({0: 1.5, 1: -0.5}, "shares in .0, 1.. Received: 1.5 for class 0"),
        ({0: "half"}, "Received: 'half' for class 0"),
        ({0: float("nan")}, "Received: nan"),
        ({0: 0.5, 1: 0.4}, "must sum to 1.*which sum to 0.9"),
        ({}, "must sum to 1"),
    ],
)
def test_errors(balance, words):
    with pytest.raises(ValueError, match=words):
        class_shares(balance, 3)


def test_classes_are_needed():
    with pytest.raises(ValueError, match="`balance` needs a GAN with classes"):
        class_shares("uniform", None)
