"""Numbers and durations in words."""

import math

_UNITS = ((1e9, "G"), (1e6, "M"), (1e4, "k"))


def short(value: float) -> str:
    """Returns a round number for the axis of a chart.

    Example:

    >>> short(0.25), short(2500), short(20000), short(1.5e6)
    ('0.25', '2,500', '20k', '1.5M')
    """
    for limit, unit in _UNITS:
        if abs(value) >= limit:
            divisor = 1e3 if unit == "k" else limit
            return f"{value / divisor:.4g}{unit}"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def in_words(value: float) -> str:
    """Returns a value to four digits, or so.

    Example:

    >>> in_words(0.52552), in_words(135.369), in_words(15823.0)
    ('0.5255', '135.4', '15,823')
    """
    if math.isnan(value):
        return "not finite"
    return f"{value:,.0f}" if 1e3 <= abs(value) < 1e9 else f"{value:.4g}"


def duration(seconds: float) -> str:
    """Returns a duration, to two units.

    Example:

    >>> duration(7.4), duration(130), duration(12_010), duration(200_000)
    ('7.4 s', '2 min 10 s', '3 h 20 min', '2 d 7 h')
    """
    if seconds < 60:
        return f"{seconds:.3g} s"
    units = (("d", 86_400), ("h", 3600), ("min", 60), ("s", 1))
    left = round(seconds)
    words: list[str] = []
    for unit, length in units:
        number, left = divmod(left, length)
        if number or words:
            words.append(f"{number} {unit}" * (number > 0))
    return " ".join(filter(None, words[:2]))
