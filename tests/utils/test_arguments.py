import numpy as np
import pytest

from keras_gan.utils import arguments

# Another backend would change nothing.
pytestmark = pytest.mark.once


@pytest.mark.parametrize("value", [3, np.int64(3), np.uint8(3), np.array(3)])
def test_integers_of_python_and_numpy(value):
    assert arguments.is_integer(value)
    assert arguments.is_integer(value, at_least=3)
    assert not arguments.is_integer(value, at_least=4)
    result = arguments.positive_integer("n", value)
    assert result == 3 and type(result) is int
    assert type(arguments.integer("n", value, at_least=0)) is int
    assert type(arguments.optional_seed(value)) is int


@pytest.mark.parametrize("value", [True, np.True_, 3.0, "3", None, [3]])
def test_what_is_no_integer(value):
    assert not arguments.is_integer(value)
    with pytest.raises(ValueError, match="`n` must be an integer of at least"):
        arguments.integer("n", value, at_least=0)
    with pytest.raises(TypeError, match="`n` must be an integer.*of type"):
        arguments.positive_integer("n", value)
    if value is not None:
        with pytest.raises(TypeError, match="`seed` must be an integer, or"):
            arguments.optional_seed(value)


def test_integers_that_are_too_small():
    with pytest.raises(ValueError, match="at least 2. Received: n=1. Add one."):
        arguments.integer("n", 1, at_least=2, hint="Add one.")
    with pytest.raises(ValueError, match="at least 1. Received: n=0. Use n=1."):
        arguments.positive_integer("n", 0, hint="Use n=1.")


@pytest.mark.parametrize("value", [2, 2.0, np.float32(2), np.int8(2)])
def test_real_numbers_become_floats(value):
    assert arguments.is_number(value)
    results = [
        arguments.finite("x", value),
        arguments.non_negative("x", value),
        arguments.checked_weight("x", value),
        arguments.number_in("x", value, "[0, 2]"),
    ]
    assert results == [2.0] * 4
    assert {type(result) for result in results} == {float}


@pytest.mark.parametrize("value", [True, "2", None, 2j, [2.0]])
def test_what_is_no_number(value):
    assert not arguments.is_number(value)
    for check in (arguments.finite, arguments.non_negative):
        with pytest.raises(TypeError, match="`x` must be a number. Received"):
            check("x", value)
    with pytest.raises(ValueError, match="`x` must be a finite number"):
        arguments.checked_weight("x", value)
    with pytest.raises(ValueError, match=r"`x` must be in \[0, 2\]"):
        arguments.number_in("x", value, "[0, 2]")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_numbers_must_be_finite(value):
    for check in (
        arguments.finite,
        arguments.non_negative,
        arguments.checked_weight,
    ):
        with pytest.raises(ValueError, match="`x` must be .*finite"):
            check("x", value)


def test_negative_numbers():
    assert arguments.finite("x", -1) == -1.0
    for check in (arguments.non_negative, arguments.checked_weight):
        with pytest.raises(ValueError, match="`x` must be .*Received"):
            check("x", -0.1)


@pytest.mark.parametrize(
    ("interval", "inside", "outside"),
    [
        ("[0, 1]", [0, 0.5, 1], [-0.1, 1.1]),
        ("[0, 1)", [0, 0.5], [-0.1, 1]),
        ("(0, 1]", [0.5, 1], [0, 1.1]),
        ("(-1, 1)", [-0.5, 0], [-1, 1]),
        ("(0, inf)", [1e-30, 1e30], [0, float("inf")]),
    ],
)
def test_ends_of_intervals(interval, inside, outside):
    for value in inside:
        assert arguments.number_in("x", value, interval) == value
    for value in [*outside, float("nan")]:
        with pytest.raises(ValueError, match="Received: x=.* Cure."):
            arguments.number_in("x", value, interval, hint="Cure.")


def test_choices():
    assert arguments.choice("mode", "b", iter("ab")) == "b"
    with pytest.raises(ValueError, match="`mode` must be one of 'a', 'b'. Rec"):
        arguments.choice("mode", "c", "ab")


def test_no_seed():
    assert arguments.optional_seed(None) is None
    assert arguments.optional_seed(-5) == -5


def test_sizes():
    assert arguments.height_and_width("size", [np.int64(8), 6]) == (8, 6)
    for value in (8, (8,), (8, 6, 1), (8, 0), (8, 1.5), "86", None):
        with pytest.raises(ValueError, match="`size` must be .height, width"):
            arguments.height_and_width("size", value)
