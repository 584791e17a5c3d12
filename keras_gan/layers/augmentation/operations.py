"""The operations of adaptive augmentation and their random parameters."""

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

import keras
from keras import ops

from keras_gan.utils.arguments import number_in

Tensor = Any


class Operation(NamedTuple):
    """An operation: how often it is applied, and with which parameter.

    Attributes:
        group: Name of its group.
        distribution: `"uniform"` in [0, 1) or `"normal"`: the input of `value`.
        size: Number of draws per image.
        value: Draws -> the parameter of the operation.
        identity: The parameter that changes nothing.
        chance: Probability p -> share of images that the operation changes.
    """

    group: str
    distribution: str
    size: int
    value: Callable[[Tensor], Tensor]
    identity: float
    chance: Callable[[Tensor], Tensor] = lambda probability: probability


def _angle(uniform: Tensor) -> Tensor:
    return math.pi * (2.0 * uniform - 1.0)


def _power_of_two(deviation: float) -> Callable[[Tensor], Tensor]:
    return lambda normal: ops.exp(math.log(2.0) * deviation * normal)


def _one_of(count: int) -> Callable[[Tensor], Tensor]:
    return lambda uniform: ops.floor(count * uniform)


def _half_chance(probability: Tensor) -> Tensor:
    # There are two rotations, before and after the stretch; at least one of
    # them is applied with probability p.
    return 1.0 - ops.sqrt(1.0 - probability)


OPERATIONS = {
    "flip": Operation("blit", "uniform", 1, _one_of(2), 0),
    "quarter_turns": Operation("blit", "uniform", 1, _one_of(4), 0),
    "shift": Operation("blit", "uniform", 2, lambda u: (2 * u - 1) / 8, 0),
    "scale": Operation("geometric", "normal", 1, _power_of_two(0.2), 1),
    "rotation": Operation("geometric", "uniform", 1, _angle, 0, _half_chance),
    "stretch": Operation("geometric", "normal", 1, _power_of_two(0.2), 1),
    "second_rotation": Operation(
        "geometric", "uniform", 1, _angle, 0, _half_chance
    ),
    "fractional_shift": Operation("geometric", "normal", 2, lambda n: n / 8, 0),
    "brightness": Operation("color", "normal", 1, lambda n: 0.2 * n, 0),
    "contrast": Operation("color", "normal", 1, _power_of_two(0.5), 1),
    "luma_flip": Operation("color", "uniform", 1, _one_of(2), 0),
    "hue": Operation("color", "uniform", 1, _angle, 0),
    "saturation": Operation("color", "normal", 1, _power_of_two(1.0), 1),
    **{
        f"band_{number}": Operation("filter", "normal", 1, _power_of_two(1), 1)
        for number in range(1, 5)
    },
    "noise": Operation("noise", "normal", 1, lambda n: ops.abs(0.1 * n), 0),
    "cutout": Operation("cutout", "uniform", 2, lambda u: u, -1),
}
"""Name -> operation, in order of application.

Units: `shift` and `fractional_shift` are `(x, y)` in sides of the image,
rotations are in radians, `cutout` is the center of the hole in sides of the
image (-1: no hole), brightness and noise are relative to half the value range.
"""

GROUPS = tuple(dict.fromkeys(one.group for one in OPERATIONS.values()))
LETTERS = "bgcfnc"


def multipliers(operations: str | Iterable[str] | Mapping[str, float]) -> dict:
    """Returns the multiplier of the probability of each chosen operation.

    Args:
        operations: Letters of the groups in the paper's order (`"bgcfnc"` is
            all of them: the first c is color, the second cutout), or names of
            groups or operations, or a dict of names and multipliers in [0, 1].
            The multiplier of an operation overrides that of its group.

    Raises:
        TypeError: If it is none of these.
        ValueError: If a name or a letter is unknown, or a multiplier is not in
            [0, 1].
    """
    if not isinstance(operations, Iterable):
        raise TypeError(
            "`operations` must be letters, a list of names, or a dict of names "
            f"and multipliers. Received: operations={operations!r}."
        )
    if isinstance(operations, str):
        operations = _groups_of_letters(operations)
    if not isinstance(operations, Mapping):
        operations = dict.fromkeys(operations, 1.0)
    chosen: dict[str, float] = {}
    # Groups first, so that names of operations override them in any order.
    pairs = sorted(operations.items(), key=lambda pair: pair[0] in OPERATIONS)
    for name, multiplier in pairs:
        key = f"operations[{name!r}]"
        share = number_in(key, multiplier, "[0, 1]")
        chosen.update(dict.fromkeys(_members(name), share))
    if not chosen:
        raise ValueError(
            f"`operations` must name at least one operation. {_known()} "
            f"Received: operations={operations!r}."
        )
    return {name: chosen[name] for name in OPERATIONS if name in chosen}


def draw(
    chosen: Mapping[str, float], probability: Tensor, batch_size: Tensor, seed
) -> dict[str, Tensor]:
    """Draws the parameters of each operation for each image.

    Args:
        chosen: Names and multipliers, as returned by `multipliers`.
        probability: Scalar p in [0, 1].
        batch_size: Number of images.
        seed: `keras.random.SeedGenerator`.

    Returns:
        Parameters by name, `(batch,)` or `(batch, 2)`, that of the identity
        where an operation is not applied; and `"fired"`, boolean `(batch,
        operations)`.
    """
    named = {name: OPERATIONS[name] for name in chosen}
    gates = keras.random.uniform(
        (batch_size, len(named)), dtype="float32", seed=seed
    )
    chances = [
        operation.chance(multiplier * probability)
        for operation, multiplier in zip(
            named.values(), chosen.values(), strict=True
        )
    ]
    fired = gates < ops.stack(chances)
    numbers = _numbers(named.values(), batch_size, seed)
    drawn = {"fired": fired}
    for index, (name, operation) in enumerate(named.items()):
        value = operation.value(next(numbers[operation.distribution]))
        fires = fired[:, index : index + 1]
        value = ops.where(fires, value, float(operation.identity))
        drawn[name] = value if operation.size > 1 else value[:, 0]
    return drawn


def _numbers(operations, batch_size, seed) -> dict[str, Any]:
    """Iterators over columns of draws, one random call per distribution."""
    functions = {
        "uniform": keras.random.uniform,
        "normal": keras.random.normal,
    }
    columns = {}
    for distribution, function in functions.items():
        sizes = [o.size for o in operations if o.distribution == distribution]
        numbers = function((batch_size, sum(sizes)), dtype="float32", seed=seed)
        ends = [sum(sizes[: i + 1]) for i in range(len(sizes))]
        pieces = [
            numbers[:, end - size : end]
            for size, end in zip(sizes, ends, strict=True)
        ]
        columns[distribution] = iter(pieces)
    return columns


def _groups_of_letters(letters: str) -> list[str]:
    names = []
    remaining = dict(enumerate(LETTERS))
    for letter in letters:
        found = [i for i, known in remaining.items() if known == letter]
        if not found:
            raise ValueError(
                f"`operations` must be letters of {LETTERS!r}, each at most "
                "once: b blit, g geometric, c color, f filter, n noise, and a "
                f"second c for cutout. Received: operations={letters!r}. "
                'Names go into a list: `operations=["blit", "cutout"]`.'
            )
        names.append(GROUPS[found[0]])
        del remaining[found[0]]
    return names


def _members(name: str) -> list[str]:
    if name in GROUPS and name not in OPERATIONS:
        return [key for key, one in OPERATIONS.items() if one.group == name]
    if name in OPERATIONS:
        return [name]
    raise ValueError(
        f"`operations` must be made of known names. {_known()} "
        f"Received: {name!r}."
    )


def _known() -> str:
    return f"Groups: {', '.join(GROUPS)}. Operations: {', '.join(OPERATIONS)}."
