"""Types of arguments."""

import argparse

import pytest

from keras_gan.cli import arguments

# Another backend would change nothing.
pytestmark = pytest.mark.quickest


@pytest.mark.parametrize(
    "text, size", [("8", (8, 8)), ("8x12", (8, 12)), ("32X16", (32, 16))]
)
def test_image_size(text, size):
    assert arguments.image_size(text) == size


@pytest.mark.parametrize(
    "kind, text",
    [
        (arguments.image_size, "8x"),
        (arguments.image_size, "0"),
        (arguments.image_size, "1x2x3"),
        (arguments.positive_integer, "1.5"),
        (arguments.positive_number, "inf"),
        (arguments.positive_number, "nan"),
        (arguments.positive_number, "0"),
        (arguments.seed, str(2**31)),
    ],
)
def test_what_is_no_argument_of_its_kind(kind, text):
    with pytest.raises(argparse.ArgumentTypeError, match="must be"):
        kind(text)
