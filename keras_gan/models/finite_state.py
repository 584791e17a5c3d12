"""Whether everything that a file of a model would hold is finite."""

from typing import Any

import keras
import numpy as np
from keras import ops

from keras_gan import backend
from keras_gan.backend import devices
from keras_gan.models import state

# Names in an error message; the rest is counted.
_MOST_NAMES = 3


def check(model, when: str | None = None) -> None:
    """Raises an error if a model's state is not finite.

    Losses may be finite when weights are not: a ReLU may hide NaN, the averaged
    generator is not part of a step, and moments act in the next one.

    Args:
        model: An adversarial model.
        when: The time of the check, for the error message. Default: the number
            of updates of the first player.

    Raises:
        FloatingPointError: With the names of what is NaN or infinite.
    """
    named = [(n, v) for n, v in _named(model) if _is_float(v)]
    # All reductions are started before the first result is awaited.
    finite = [_all_finite(variable) for _, variable in named]
    pairs = zip(named, finite, strict=True)
    bad = [name for (name, _), fine in pairs if not bool(fine)]
    if not bad:
        return
    shown = ", ".join(bad[:_MOST_NAMES])
    if len(bad) > _MOST_NAMES:
        shown += f" and {len(bad) - _MOST_NAMES} more"
    raise FloatingPointError(
        f"The model is no longer finite: {shown} {when or _updates(model)}. "
        "Nothing was saved after that. Lower the learning rates, increase the "
        "penalties' weights, or train in float32."
    )


def _named(model) -> list:
    """Pairs of a name and a variable, of all that a file would hold."""
    owners: dict[int, str] = {}
    average = getattr(model, "ema_generator", None)
    networks = {"average": () if average is None else (average,)}
    players = model.players if model.compiled else ()
    networks |= {player.name: player.networks for player in players}
    for name, several in networks.items():
        for network in several:
            owners |= {id(v): f"{name} weight" for v in network.weights}
    named = [
        (f"{owners.get(id(v), 'weight')} {v.path}", v) for v in model.weights
    ]
    for variable in state.compiled_variables(model):
        named.append(
            (f"state of the loss or a penalty {variable.name}", variable)
        )
    if model.compiled:
        optimizer = model.optimizer
        for name, part in zip(optimizer.names, optimizer.parts, strict=True):
            named += [(f"{name} optimizer {v.path}", v) for v in part.variables]
    return named


def _is_float(variable: Any) -> bool:
    return keras.backend.is_float_dtype(
        keras.backend.standardize_dtype(variable.dtype)
    )


def _all_finite(variable: Any) -> Any:
    # A loss may have variables of the framework itself.
    is_keras = isinstance(variable, keras.Variable)
    value = backend.value_of(variable) if is_keras else variable
    if devices.has_gpu():
        return ops.all(ops.isfinite(value))
    # Faster than operations, which on JAX would be compiled for each shape.
    return np.isfinite(_on_host(value)).all()


def _on_host(value: Any) -> np.ndarray:
    """An array in the tensor's own memory, or a copy."""
    try:
        return np.from_dlpack(value)
    # bfloat16, for example, or an old framework.
    except (AttributeError, BufferError, RuntimeError, TypeError):
        return ops.convert_to_numpy(value)


def _updates(model) -> str:
    if not model.compiled:
        return "when it was saved"
    updates = int(ops.convert_to_numpy(model.optimizer.iterations))
    return f"after {updates} updates of the {model.optimizer.names[0]}"
