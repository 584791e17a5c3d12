"""BLEU: how many n-grams of texts are in reference texts, or in each other."""

import math
from collections import Counter
from collections.abc import Iterable

import numpy as np

from keras_gan.metrics.texts.ngrams import UNITS, ngrams, tokens_of
from keras_gan.metrics.texts.shares import listed
from keras_gan.utils.arguments import choice, integer, positive_integer

# Stands for a count of 0, whose logarithm is infinite.
_NONE = 0.1


def bleu(
    texts: Iterable[str],
    references: Iterable[str],
    *,
    n: int = 4,
    unit: str = "words",
) -> float:
    """Returns the mean BLEU of texts, each with all references.

    ```
    BLEU = min(1, e^(1 - r/c)) * (p1 * ... * pn)^(1/n)
    ```

    where p_k is the share of the k-grams of the text that are in a reference,
    as often there as in the text; c is the length of the text, and r that of
    the reference of the nearest length. A p_k of no k-gram at all counts as
    0.1 of one. High values mean texts of parts that occur in real texts; copies
    of n tokens or more have 1. Look at `self_bleu`, too.

    Args:
        texts: Generated texts, at least one.
        references: Real texts that the model was not trained on.
        n: Largest number of tokens in an n-gram.
        unit: `"words"` or `"characters"`.

    Raises:
        ValueError, TypeError: If there are no texts, or an argument is not
            valid.

    Example:

    >>> round(bleu(["a b c"], ["a b d", "c"], n=2), 3)
    0.707

    Reference:
        [Papineni et al., 2002](https://aclanthology.org/P02-1040).
    """
    _check(n, unit)
    own = _tokens(listed(texts), unit)
    others = _tokens(listed(references, "references"), unit)
    known = [_Most(others, k) for k in range(1, n + 1)]
    lengths = Counter(map(len, others))
    return _mean(_score(one, known, lengths, n) for one in own)


def self_bleu(
    texts: Iterable[str],
    *,
    n: int = 4,
    unit: str = "words",
    max_texts: int = 1_000,
    seed: int = 0,
) -> float:
    """Returns the mean BLEU of texts, each with all others as references.

    It measures a lack of diversity: 1 if all texts are equal, and of n tokens
    or more. Compare with that of as many real texts.

    Args:
        texts: Generated texts, at least two.
        n: Largest number of tokens in an n-gram.
        unit: `"words"` or `"characters"`.
        max_texts: Of more texts a random sample is taken.
        seed: Integer that fixes the sample.

    Raises:
        ValueError, TypeError: If there are fewer than two texts, or an
            argument is not valid.

    Example:

    >>> self_bleu(["a b c d"] * 3)
    1.0

    Reference:
        [Zhu et al., 2018](https://arxiv.org/abs/1802.01886).
    """
    _check(n, unit)
    most = integer("max_texts", max_texts, at_least=2)
    found = listed(texts)
    if len(found) < 2:
        raise ValueError(
            "`texts` must be two or more, to compare each with the others. "
            "Received: 1."
        )
    if len(found) > most:
        draws = np.random.default_rng(seed)
        places = draws.choice(len(found), most, replace=False)
        found = [found[place] for place in places]
    all_tokens = _tokens(found, unit)
    known = [_Most(all_tokens, k) for k in range(1, n + 1)]
    lengths = Counter(map(len, all_tokens))
    scores = []
    for tokens in all_tokens:
        lengths[len(tokens)] -= 1
        scores.append(_score(tokens, known, lengths, n, itself=True))
        lengths[len(tokens)] += 1
    return _mean(scores)


class _Most:
    """How often each k-gram occurs in one text, at most, and second to that."""

    def __init__(self, texts: list, k: int) -> None:
        self.k = k
        self._most: dict[tuple, tuple[int, int]] = {}
        for tokens in texts:
            for ngram, count in ngrams(tokens, k).items():
                first, second = self._most.get(ngram, (0, 0))
                self._most[ngram] = (
                    max(first, count),
                    max(second, min(first, count)),
                )

    def shared(self, counts: Counter, itself: bool) -> int:
        """How many k-grams of a text are in a reference, as often there.

        Args:
            counts: Those of the text.
            itself: Whether the text is among the texts, but no reference.
        """
        total = 0
        for ngram, count in counts.items():
            first, second = self._most.get(ngram, (0, 0))
            total += min(count, second if itself and count == first else first)
        return total


def _score(tokens, known, lengths, n, itself=False) -> float:
    if not len(tokens):
        return 0.0
    logs = 0.0
    for one in known:
        counts = ngrams(tokens, one.k)
        total = max(1, sum(counts.values()))
        logs += math.log((one.shared(counts, itself) or _NONE) / total)
    near = min(
        (length for length, number in lengths.items() if number > 0),
        key=lambda length: (abs(length - len(tokens)), length),
    )
    short = min(0.0, 1.0 - near / len(tokens))
    return math.exp(short + logs / n)


def _tokens(texts: list[str], unit: str) -> list:
    return [tokens_of(text, unit) for text in texts]


def _mean(scores: Iterable[float]) -> float:
    return float(np.mean(list(scores)))


def _check(n: int, unit: str) -> None:
    positive_integer("n", n)
    choice("unit", unit, UNITS)
