"""Weights of one GAN as the start of another."""

import dataclasses
import difflib
import math
import re
from typing import Any

from keras import ops

from keras_gan.models.weighted_layers import (
    class_head,
    class_layers,
    weighted_layers,
)

_ROLES = ("generator", "discriminator")
# With less in common, what fits would be of no use.
_LEAST_SHARE = 1 / 3
_MOST_NAMES = 8


@dataclasses.dataclass(frozen=True)
class Transfer:
    """Which layers of a GAN took their weights from another one.

    Args:
        taken: Names of these layers, such as `"generator/conv2d"`.
        new: Names of the layers that kept the weights that they had.

    Example:

    >>> print(Transfer(("generator/dense",), ("generator/images",)))
    1 of 2 layers; new: generator/images
    """

    taken: tuple[str, ...]
    new: tuple[str, ...]

    def __str__(self) -> str:
        number = len(self.taken) + len(self.new)
        if not self.new:
            return f"all {number} layers"
        return f"{len(self.taken)} of {number} layers; new: {_listed(self.new)}"


@dataclasses.dataclass(frozen=True)
class _Fit:
    """Layers of a network: pairs that fit, each with its source; the rest."""

    pairs: list
    rest: list

    @property
    def is_enough(self) -> bool:
        number = len(self.pairs)
        least = _LEAST_SHARE * (number + len(self.rest))
        return number > 0 and number >= least


def take_weights(gan: Any, other: Any, keep_classes: bool) -> Transfer:
    """Copies weights; see `GAN.take_weights`."""
    if not all(hasattr(other, role) for role in _ROLES):
        raise ValueError(
            f"`other` must be a GAN. Received: {other!r}. Load one with "
            "`keras.saving.load_model`."
        )
    fits = {}
    for role in _ROLES:
        target = getattr(gan, role)
        apart = [] if keep_classes else class_layers(target)
        if role == "discriminator" and not keep_classes:
            apart += class_head(target, gan.class_output)
        fits[role] = _fit(getattr(other, role), target, apart)
    _check(fits)
    found = list(fits.values())
    if gan.ema_generator is not None:
        apart = [] if keep_classes else class_layers(gan.ema_generator)
        found.append(_fit(other.sampler, gan.ema_generator, apart))
    mean = getattr(gan, "ema_discriminator", None)
    if mean is not None:
        theirs = getattr(other, "ema_discriminator", None)
        apart = [] if keep_classes else class_head(mean, gan.class_output)
        found.append(_fit(theirs or other.discriminator, mean, apart))
    for fit in found:
        for old, new in fit.pairs:
            _take(old, new)
    return Transfer(_taken(fits), _rest(fits))


def _take(old: Any, new: Any) -> None:
    """Copies the weights of a layer; of growth only how far it is."""
    if hasattr(new, "start_at"):
        # The schedule is that of the new run, which may have more levels.
        new.start_at(float(ops.convert_to_numpy(old.value())))
        return
    for value, weight in zip(old.weights, new.weights, strict=True):
        weight.assign(ops.convert_to_numpy(value))


def _fit(source: Any, target: Any, apart: list) -> _Fit:
    """Compares the layers of two networks, in the order of both.

    Layers that are apart take no weights.
    """
    old, new = weighted_layers(source), weighted_layers(target)
    named = _own_names(old) & _own_names(new)
    ids = {id(layer) for layer in apart}
    keys = [object() if id(x) in ids else _key(x, named) for x in new]
    blocks = difflib.SequenceMatcher(
        None, [_key(x, named) for x in old], keys, autojunk=False
    ).get_matching_blocks()
    pairs = [
        pair
        for a, b, size in blocks
        for pair in zip(old[a : a + size], new[b : b + size], strict=True)
    ]
    fitting = {id(layer) for _, layer in pairs}
    return _Fit(pairs, [x for x in new if id(x) not in fitting])


def _key(layer: Any, named: set[str]) -> tuple:
    """What must be equal for two layers to fit."""
    name = layer.name if layer.name in named else None
    shapes = tuple(tuple(weight.shape) for weight in layer.weights)
    return type(layer).__name__, name, shapes


def _own_names(layers: list) -> set[str]:
    """Names that Keras did not choose, whose numbers would say nothing."""
    return {
        layer.name
        for layer in layers
        if re.sub(r"_\d+$", "", layer.name).replace("_", "")
        != type(layer).__name__.lower()
    }


def _check(fits: dict[str, _Fit]) -> None:
    """Raises an error if too little fits for a start."""
    if all(fit.is_enough for fit in fits.values()):
        return
    raise ValueError(
        "At least a third of the layers of each network must fit the one whose "
        f"weights it takes. Received: {_listed(_taken(fits)) or 'none'}, "
        f"which fit, and {_listed(_rest(fits, with_shapes=True))}, which do "
        "not. Choose the same architecture, width and length of the latents."
    )


def _taken(fits: dict[str, _Fit]) -> tuple[str, ...]:
    return tuple(
        f"{role}/{layer.name}"
        for role, fit in fits.items()
        for _, layer in fit.pairs
    )


def _rest(fits: dict[str, _Fit], with_shapes: bool = False) -> tuple[str, ...]:
    return tuple(
        f"{role}/{layer.name}" + f" {_shape(layer)}" * with_shapes
        for role, fit in fits.items()
        for layer in fit.rest
    )


def _shape(layer: Any) -> tuple[int, ...]:
    """The shape of the largest weight of a layer."""
    return max((tuple(w.shape) for w in layer.weights), key=math.prod)


def _listed(names: tuple[str, ...]) -> str:
    """Names of layers; the first ones of each network, if there are many."""
    parts = []
    for role in _ROLES:
        own = [name for name in names if name.startswith(role)]
        others = f" and {len(own) - _MOST_NAMES} others"
        listed = ", ".join(own[:_MOST_NAMES])
        parts.append(listed + others * (len(own) > _MOST_NAMES))
    return ", ".join(filter(None, parts))
