"""State that Keras does not save by itself: seeds and penalties."""

import keras
import numpy as np
from keras import ops

from keras_gan.backend import ReplicaSeedGenerator
from keras_gan.models import augmenter_layers as augmenters


def seeds(gan) -> list:
    """State variables of every seed generator in the model, in order.

    A `.keras` file holds weights only. Dropout, noise and latents go on where
    they stopped only if these are kept too.
    """
    known = {id(v) for v in gan.weights}
    known |= {id(v) for m in gan.metrics for v in m.variables}
    return [v for v in gan.variables if id(v) not in known]


def seed_generators(seed) -> tuple:
    """Seed generators of training and of evaluation."""
    numbers = [None if seed is None else seed + n for n in (0, 0x5EED)]
    return tuple(map(ReplicaSeedGenerator, numbers))


def spectral_layers(networks) -> list:
    """Our spectral normalization layers in some networks, each once.

    From here on they leave their vectors alone in passes: the model updates
    them once per update of a player, however many passes that takes.
    """
    layers = {id(one): one for n in networks for one in all_layers(n)}
    found = [x for x in layers.values() if hasattr(x, "update_vectors")]
    for layer in found:
        layer.updates_in_call = False
    return found


def compiled_variables(gan) -> list:
    """Seeds and variables of the loss and the penalties, in order."""
    if not gan.compiled:
        return []
    parts = gan.stateful_parts()
    drawn = [g for part in parts for g in getattr(part, "seed_generators", [])]
    kept = [v for part in parts for v in getattr(part, "variables", [])]
    states = [generator.state for generator in drawn]
    return states + kept + _random_states(parts)


def save(gan, store) -> None:
    """Writes seeds and what the penalties remember into a store."""
    for kind, variables in _kinds(gan).items():
        for number, variable in enumerate(variables):
            store[f"{kind}_{number}"] = ops.convert_to_numpy(variable)


def load(gan, store) -> None:
    """Reads them back.

    Raises:
        ValueError: If the file is of a model with other random layers.
    """
    saved = set(store.keys())
    for kind, variables in _kinds(gan).items():
        names = [f"{kind}_{number}" for number in range(len(variables))]
        found = [n for n in saved if n.startswith(f"{kind}_")]
        # A model that is not compiled has no loss and no penalties: neither
        # the one that saved, nor the one that loads to draw images only.
        if kind == "compiled" and not (found and gan.compiled):
            continue
        if set(names) != set(found):
            raise ValueError(
                f"The file must hold {len(names)} variables of kind {kind!r}. "
                f"Received: {len(found)}. It was saved by a model with other "
                "random layers, loss or penalties: build and compile this one "
                "as that one was, or use `keras.saving.load_model`."
            )
        for name, variable in zip(names, variables, strict=True):
            variable.assign(np.asarray(store[name]))


def _kinds(gan) -> dict:
    return {
        "seed": seeds(gan),
        "generator": _random_states([gan]),
        "compiled": compiled_variables(gan),
    }


def _random_states(parts) -> list:
    """TensorFlow's random generators in augmenters, KerasCV's mostly."""
    held = [getattr(part, "augmenter", None) for part in parts]
    return augmenters.random_states([one for one in held if one is not None])


def rewind(seed_generator) -> None:
    """Sets a seed generator back to its first draw."""
    start = np.asarray(ops.convert_to_numpy(seed_generator.state)).copy()
    start[1] = 0
    seed_generator.state.assign(start)


def has_float16(*models) -> bool:
    """Whether a layer of one of the models computes in float16."""
    return any(
        layer.compute_dtype == "float16"
        for model in models
        for layer in leaves(model)
    )


def all_layers(model) -> list:
    """Every layer of a model, those inside models and layers included."""
    return list(model._flatten_layers(include_self=False))


def leaves(model) -> list:
    """The layers of a model that are not models themselves."""
    layers = getattr(model, "layers", None)
    if not layers or not isinstance(model, keras.Model):
        return [model]
    return [leaf for layer in layers for leaf in leaves(layer)]
