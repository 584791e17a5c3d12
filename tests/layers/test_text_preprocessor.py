"""`TextPreprocessor`: lines as one-hot sequences, and back."""

import json

import numpy as np
import pytest
from portable import to_numpy

from keras_gan.layers import TextPreprocessor

# Only where lines become tensors the backend matters.
quickest = pytest.mark.quickest

LINES = ["anna", "bea", "öl", "a"]


def adapted(lines=LINES, **options):
    preprocessor = TextPreprocessor(**options)
    preprocessor.adapt(lines)
    return preprocessor


def test_lines_come_back():
    preprocessor = adapted()
    tokens = to_numpy(preprocessor(LINES))
    # The end; a, n of two and more; the rest in their order.
    assert preprocessor.vocabulary == ("", "a", "n", "b", "e", "l", "ö")
    assert tokens.shape == (4, *preprocessor.sequence_shape) == (4, 4, 7)
    assert tokens.dtype == "float32"
    np.testing.assert_array_equal(tokens.sum(axis=2), 1)
    # Ended by the first token, and filled up with it.
    assert preprocessor.encode(["a"]).tolist() == [[1, 0, 0, 0]]
    assert preprocessor.inverse(tokens) == LINES
    assert preprocessor.inverse(tokens * 0.4 + 0.01) == LINES
    assert preprocessor.inverse(preprocessor.encode(LINES)) == LINES


@quickest
def test_nothing_comes_after_the_end():
    assert adapted().inverse(np.array([[1, 0, 1, 1], [0, 1, 1, 1]])) == [
        "a",
        "",
    ]


@quickest
def test_words_are_between_spaces():
    preprocessor = adapted(["a  good day", "good night"], unit="words")
    assert preprocessor.vocabulary == ("", "good", "a", "day", "night")
    assert preprocessor.sequence_shape == (3, 5)
    codes = preprocessor.encode(["good night"])
    assert codes.tolist() == [[1, 4, 0]]
    assert preprocessor.inverse(codes) == ["good night"]


@quickest
def test_rare_tokens_share_a_symbol():
    words = adapted(["a a b", "c d"], unit="words", max_tokens=4)
    assert words.vocabulary == ("", "<unk>", "a", "b")
    assert words.encode(["c a", "e"]).tolist() == [[1, 2, 0], [1, 0, 0]]
    assert words.inverse(words.encode(["c a"])) == ["<unk> a"]
    letters = adapted(["aabc"], max_tokens=3)
    assert letters.inverse(letters.encode(["abz"])) == ["a\ufffd\ufffd"]
    # As many as there are with the end: none is rare.
    assert adapted(["aab"], max_tokens=3).vocabulary == ("", "a", "b")


@quickest
def test_a_vocabulary_of_one_character():
    preprocessor = adapted(["a", "aaa", ""])
    assert preprocessor.sequence_shape == (3, 2)
    assert preprocessor.inverse(preprocessor(["aa", ""])) == ["aa", ""]


@quickest
def test_config_holds_what_was_learned():
    for preprocessor in (TextPreprocessor(), adapted(unit="words")):
        config = json.loads(json.dumps(preprocessor.get_config()))
        copy = TextPreprocessor.from_config(config)
        assert copy.get_config() == preprocessor.get_config()
        assert copy.vocabulary == preprocessor.vocabulary
    np.testing.assert_array_equal(copy.encode(LINES), copy.encode(LINES))


@quickest
@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: adapted([]), "Received: none, or only empty"),
        (lambda: adapted(["", ""]), "Received: none, or only empty"),
        (lambda: adapted().encode(["bob"]), r"'o' in 'bob'\. Adapt"),
        (lambda: adapted().encode(["annan"]), "at most 4.*'annan' of 5"),
        (lambda: TextPreprocessor().encode(["a"]), "has learned none"),
        (lambda: TextPreprocessor(unit="bytes"), "one of 'characters'"),
        (lambda: TextPreprocessor(max_tokens=2), "at least 3"),
        (lambda: adapted().inverse(np.zeros((1, 4, 6))), "length, 7"),
        (lambda: adapted().inverse(np.zeros((1, 4))), "or be integers"),
    ],
)
def test_mistakes_are_explained(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@quickest
@pytest.mark.parametrize("lines", ["anna", ["a", 3], [b"a"]])
def test_lines_are_texts(lines):
    with pytest.raises(TypeError, match="must be a list of lines"):
        TextPreprocessor().adapt(lines)
