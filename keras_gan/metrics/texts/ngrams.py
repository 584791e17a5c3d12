"""Counts of n-grams, and the distance of two sets of texts by them."""

from collections import Counter
from collections.abc import Iterable, Sequence

from keras_gan.metrics.texts.shares import listed
from keras_gan.utils.arguments import choice, positive_integer

UNITS = ("characters", "words")
# What begins and ends a text; no token of characters or words.
_EDGE = "\n"


def ngram_distance(
    real: Iterable[str],
    fake: Iterable[str],
    *,
    n: int = 2,
    unit: str = "characters",
) -> float:
    """Returns the total variation distance of the n-grams of texts.

    It is half of the sum of the absolute differences between the frequencies
    of n-grams, of which the beginning and the end of a text are a part. A text
    that is shorter than n counts as one n-gram:

    ```
    d = 1/2 * sum |p(g) - q(g)|
    ```

    0 is best, 1 is the distance of texts without an n-gram in common. Texts of
    the same kind have a distance as well, the larger the fewer they are:
    compare with that of two halves of the real ones, of as many texts each.

    Args:
        real: Real texts, at least one.
        fake: Generated texts, at least one.
        n: Tokens in an n-gram.
        unit: `"characters"` or `"words"`.

    Raises:
        ValueError, TypeError: If there are no texts, or an argument is not
            valid.

    Example:

    >>> ngram_distance(["ab"], ["ab", "ac"])
    0.333...
    """
    n = positive_integer("n", n)
    choice("unit", unit, UNITS)
    p, q = (
        _frequencies(listed(texts, name), n, unit)
        for name, texts in (("real", real), ("fake", fake))
    )
    return sum(abs(p.get(g, 0.0) - q.get(g, 0.0)) for g in p | q) / 2


def tokens_of(text: str, unit: str) -> Sequence[str]:
    """Returns the tokens of a text.

    Args:
        text: The text.
        unit: `"characters"` or `"words"`.
    """
    return text if unit == "characters" else text.split()


def ngrams(tokens: Sequence[str], n: int) -> Counter:
    """Returns how often each n-gram occurs in a sequence.

    Args:
        tokens: The sequence.
        n: Tokens in an n-gram.
    """
    return Counter(
        tuple(tokens[at : at + n]) for at in range(len(tokens) - n + 1)
    )


def _frequencies(texts: list[str], n: int, unit: str) -> dict[tuple, float]:
    counts: Counter = Counter()
    # Of letters alone the edges say nothing.
    edge = [_EDGE] * (n > 1)
    for text in texts:
        tokens = [*edge, *tokens_of(text, unit), *edge]
        # Without one of its own, a text would be like any other.
        counts.update(ngrams(tokens, min(n, len(tokens))))
    total = sum(counts.values())
    return {ngram: count / total for ngram, count in counts.items()}
