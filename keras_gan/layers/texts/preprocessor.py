"""`TextPreprocessor`: lines of text as one-hot sequences, and back."""

import collections
from collections.abc import Iterable, Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_gan.utils.arguments import choice, positive_integer

UNITS = ("characters", "words")
END = 0
"""Index of the symbol that ends a line and fills it up."""
_UNKNOWN = {"characters": "\N{REPLACEMENT CHARACTER}", "words": "<unk>"}
_JOINTS = {"characters": "", "words": " "}


@keras.saving.register_keras_serializable(package="keras_gan")
class TextPreprocessor(keras.layers.Layer):
    """Turns lines of text into sequences of one-hot vectors, and back.

    `adapt` learns the vocabulary and the length of the longest line; then the
    layer returns lines as a tensor, and `inverse` makes lines of such a tensor.
    Token 0 is the end of a line: it comes after the last token, and fills the
    sequence up. A line of the full length has none. The vocabulary is part of
    `get_config`, so it is saved with the layer, and with each model that has
    it.

    Args:
        unit: What a token is: `"characters"`, or `"words"`, which are what is
            between spaces.
        max_tokens: Largest size of the vocabulary, at least 3: rarer tokens
            become a symbol of their own, which comes back as U+FFFD or "<unk>".
            None: all tokens.
        state: What another layer learned; set by `from_config`.
        **kwargs: As in `keras.layers.Layer`.

    Attributes:
        vocabulary: Tuple of the tokens, the end as an empty string; the most
            frequent ones come first. None before `adapt`.
        length: Number of tokens in a sequence.

    Raises:
        ValueError, TypeError: If an argument is not valid.

    Example:

    >>> preprocessor = TextPreprocessor()
    >>> preprocessor.adapt(["anna", "bea"])
    >>> tuple(preprocessor(["bea"]).shape)
    (1, 4, 5)
    >>> preprocessor.encode(["anna", "bea"]).tolist()
    [[1, 2, 2, 1], [3, 4, 1, 0]]
    >>> preprocessor.inverse(preprocessor(["bea"]))
    ['bea']
    """

    def __init__(
        self,
        *,
        unit: str = "characters",
        max_tokens: int | None = None,
        state: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.unit = choice("unit", unit, UNITS)
        if max_tokens is not None:
            max_tokens = positive_integer("max_tokens", max_tokens)
            if max_tokens < 3:
                raise ValueError(
                    "`max_tokens` must be at least 3: the end, the symbol of "
                    "rare tokens, and one more. Received: "
                    f"max_tokens={max_tokens}."
                )
        self.max_tokens = max_tokens
        self.built = True
        self._set(state)

    def _set(self, state: dict[str, Any] | None) -> None:
        """Takes over what was learned, also from a file."""
        self.vocabulary: tuple[str, ...] | None = None
        self.length = 0
        self._code_of: dict[str, int] = {}
        if state is not None:
            self.vocabulary = tuple(state["vocabulary"])
            self.length = int(state["length"])
            self._code_of = {t: code for code, t in enumerate(self.vocabulary)}

    # Learning ----------------------------------------------------------------

    def adapt(self, lines: Iterable[str]) -> None:
        """Learns the vocabulary and the length of lines.

        Args:
            lines: Texts, such as `keras_gan.datasets.text` returns.

        Raises:
            TypeError: If they are no texts.
            ValueError: If there are none, or all are empty.
        """
        counts: collections.Counter[str] = collections.Counter()
        length = 0
        for tokens in map(self._tokens, _checked(lines)):
            counts.update(tokens)
            length = max(length, len(tokens))
        if not counts:
            raise ValueError(
                "There must be lines of text. Received: none, or only empty "
                "ones."
            )
        # Of tokens that are equally frequent, the smaller one comes first.
        known = sorted(counts, key=lambda token: (-counts[token], token))
        if self.max_tokens is not None and len(known) >= self.max_tokens:
            unknown = _UNKNOWN[self.unit]
            known = [token for token in known if token != unknown]
            known = [unknown, *known[: self.max_tokens - 2]]
        self._set({"vocabulary": ["", *known], "length": length})

    def adapted(self) -> "TextPreprocessor":
        """Returns the layer itself.

        Raises:
            ValueError: If it has learned no lines yet.
        """
        if self.vocabulary is None:
            raise ValueError(
                "The preprocessor must know the texts. Received: a layer that "
                "has learned none. Call `preprocessor.adapt(lines)` first."
            )
        return self

    @property
    def sequence_shape(self) -> tuple[int, int]:
        """`(length, vocabulary)` of a line as one-hot vectors."""
        self.adapted()
        assert self.vocabulary is not None
        return self.length, len(self.vocabulary)

    # Lines as numbers ---------------------------------------------------------

    # Texts are no tensor, so what Keras does around `call` does not apply.
    def __call__(self, lines: Any) -> Any:
        return self.call(lines)

    def call(self, lines: Any) -> Any:
        """Returns lines as a float32 tensor `(lines, length, vocabulary)`.

        Args:
            lines: Texts.

        Raises:
            TypeError, ValueError: As in `encode`.
        """
        codes = ops.convert_to_tensor(self.encode(lines))
        return ops.one_hot(codes, self.sequence_shape[1], dtype="float32")

    def encode(self, lines: Iterable[str]) -> np.ndarray:
        """Returns the codes of lines, their tokens' places in the vocabulary.

        Args:
            lines: Texts.

        Returns:
            Int32 array `(lines, length)`.

        Raises:
            TypeError: If they are no texts.
            ValueError: If one is too long, or has a token that `adapt` did not
                see, unless the vocabulary has a symbol for rare ones.
        """
        length = self.adapted().length
        lines = _checked(lines)
        codes = np.full((len(lines), length), END, "int32")
        rare = self._code_of.get(_UNKNOWN[self.unit])
        for row, line in enumerate(lines):
            found = [self._code_of.get(t, rare) for t in self._tokens(line)]
            if None in found or len(found) > length:
                raise ValueError(self._refusal(line, found))
            codes[row, : len(found)] = found
        return codes

    def inverse(self, sequences: Any) -> list[str]:
        """Returns the lines of sequences.

        Args:
            sequences: Array or tensor `(lines, length, vocabulary)`, such as a
                generator makes, of which the largest number at each place
                counts; or integers `(lines, length)`.

        Raises:
            ValueError: If the sequences have another shape.
        """
        codes = ops.convert_to_numpy(sequences)
        if codes.ndim == 3 and codes.shape[2] == self.sequence_shape[1]:
            codes = codes.argmax(axis=2)
        if codes.ndim != 2 or codes.dtype.kind not in "iu":
            raise ValueError(
                "`sequences` must have the shape (lines, length, "
                f"{self.sequence_shape[1]}) of these texts, or be integers "
                f"(lines, length). Received: shape {codes.shape}."
            )
        return [self._line(row) for row in codes.tolist()]

    def _line(self, codes: list[int]) -> str:
        assert self.vocabulary is not None
        size = codes.index(END) if END in codes else len(codes)
        tokens = [self.vocabulary[code] for code in codes[:size]]
        return _JOINTS[self.unit].join(tokens)

    def _tokens(self, line: str) -> Sequence[str]:
        return line if self.unit == "characters" else line.split()

    def _refusal(self, line: str, found: list) -> str:
        """The error message for a line that has no codes."""
        shown = line if len(line) <= 40 else line[:40] + "..."
        if None in found:
            unknown = sorted(set(self._tokens(line)) - set(self._code_of))
            return (
                f"Texts must be made of the {self.unit} of `adapt`. Received: "
                f"{', '.join(map(repr, unknown[:5]))} in {shown!r}. Adapt to "
                "these lines, too, or leave them out."
            )
        return (
            f"Texts must have at most {self.length} {self.unit}, as those of "
            f"`adapt`. Received: {shown!r} of {len(found)}. Adapt to these "
            "lines, too, or leave long ones out."
        )

    def get_config(self) -> dict[str, Any]:
        state = None
        if self.vocabulary is not None:
            state = {
                "vocabulary": list(self.vocabulary),
                "length": self.length,
            }
        return {
            **super().get_config(),
            "unit": self.unit,
            "max_tokens": self.max_tokens,
            "state": state,
        }


def _checked(lines: Any) -> list[str]:
    """The lines as a list, if they are texts and not one text."""
    if isinstance(lines, str):
        raise TypeError(
            "Texts must be a list of lines. Received: one text. Split it: "
            "`text.splitlines()`; or read a file with "
            "`keras_gan.datasets.text`."
        )
    found = list(lines)
    for line in found:
        if not isinstance(line, str):
            raise TypeError(
                "Texts must be a list of lines. Received: "
                f"{type(line).__name__} {line!r} among them. Convert it to "
                "`str`."
            )
    return found
