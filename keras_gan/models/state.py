"""State that Keras does not save: seeds, and state of penalties."""

import contextlib
from collections.abc import Iterator

import keras
import numpy as np
from keras import ops

from keras_gan.backend import ReplicaSeedGenerator
from keras_gan.models import augmenter_layers as augmenters
from keras_gan.utils.inner_layers import inner_layers


def seeds(gan) -> list:
    """State variables of all seed generators in the model, in order.

    Keras saves only weights in a `.keras` file. Dropout, noise and latents
    continue where they stopped only if these variables are saved too.
    """
    known = {id(v) for v in gan.weights}
    known |= {id(v) for m in gan.metrics for v in m.variables}
    return [v for v in gan.variables if id(v) not in known]


def seed_generators(seed) -> tuple:
    """Returns the seed generators of training and of evaluation."""
    numbers = [None if seed is None else seed + n for n in (0, 0x5EED)]
    return tuple(map(ReplicaSeedGenerator, numbers))


def spectral_layers(networks) -> list:
    """Finds our spectral normalization layers in networks, each once.

    In training steps these layers no longer update their singular vectors in
    passes. The model updates them instead, once per update of a player,
    independent of the number of passes.
    """
    layers = {id(one): one for n in networks for one in all_layers(n)}
    found = [x for x in layers.values() if hasattr(x, "update_vectors")]
    for layer in found:
        layer.updates_in_steps = False
    return found


def seed_dropout(model) -> None:
    """Lets `Dropout` layers without a seed draw from their own seed generators.

    On PyTorch, Keras would use torch's global generator, which no file saves.
    """
    for layer in all_layers(model):
        generator = getattr(layer, "seed_generator", None)
        if not isinstance(generator, keras.random.SeedGenerator):
            continue  # A layer may have one of NumPy or TensorFlow.
        if generator._initial_seed is None:
            start = ops.convert_to_numpy(generator.state)[0]
            generator._initial_seed = int(start)


def has_seeds(part) -> bool:
    """Whether an object is a loss or penalty, with a state of its own."""
    return hasattr(type(part), "seed_generators")


def compiled_variables(gan) -> list:
    """Seeds and variables of the loss and the penalties, in order."""
    if not gan.compiled:
        return []
    parts = gan.stateful_parts()
    seeds = [g for part in parts for g in getattr(part, "seed_generators", [])]
    variables = [v for part in parts for v in getattr(part, "variables", [])]
    states = [generator.state for generator in seeds]
    return states + variables + _random_states(parts)


def save(gan, store) -> None:
    """Writes seeds and the state of penalties to a store."""
    for kind, variables in _variables_by_kind(gan).items():
        for number, variable in enumerate(variables):
            store[f"{kind}_{number}"] = ops.convert_to_numpy(variable)


def load(gan, store) -> None:
    """Reads what `save` wrote.

    Raises:
        ValueError: If the saved model has other random layers.
    """
    saved = set(store.keys())
    for kind, variables in _variables_by_kind(gan).items():
        names = [f"{kind}_{number}" for number in range(len(variables))]
        found = [n for n in saved if n.startswith(f"{kind}_")]
        # Either model may not be compiled, and thus have no loss or penalties:
        # the saved one, or this one if it is loaded only to generate images.
        if kind == "compiled" and not (found and gan.compiled):
            continue
        if set(names) != set(found):
            raise ValueError(
                f"The file must have {len(names)} variables of kind {kind!r}. "
                f"Received: {len(found)}. It is from a model with other random "
                "layers, loss or penalties. Build and compile this model in "
                "the same way, or use `keras.saving.load_model`."
            )
        for name, variable in zip(names, variables, strict=True):
            variable.assign(np.asarray(store[name]))


@contextlib.contextmanager
def kept(model) -> Iterator[None]:
    """Context after which a compiled model is again as it was before.

    It may be trained and evaluated meanwhile: weights, averages, moments,
    seeds, logs and the state of penalties get their values back.
    """
    every = [model.variables, model.optimizer.variables, model.own_state()]
    every += [_random_states([model])]
    variables = {id(v): v for group in every for v in group}.values()
    values = [np.array(ops.convert_to_numpy(v)) for v in variables]
    try:
        yield
    finally:
        for variable, value in zip(variables, values, strict=True):
            variable.assign(value)


def _variables_by_kind(gan) -> dict:
    return {
        "seed": seeds(gan),
        "generator": _random_states([gan]),
        "compiled": compiled_variables(gan),
    }


def _random_states(parts) -> list:
    """States of TensorFlow's random generators, which KerasCV's layers use."""
    layers = [getattr(part, "augmenter", None) for part in parts]
    return augmenters.random_states([x for x in layers if x is not None])


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
    """All layers of a model, including those inside models and layers."""
    return inner_layers(model)


def with_layers(networks) -> list:
    """Networks and all their layers."""
    return [one for n in networks for one in [n, *all_layers(n)]]


def leaves(model) -> list:
    """The layers of a model that are not models themselves."""
    layers = getattr(model, "layers", None)
    if not layers or not isinstance(model, keras.Model):
        return [model]
    return [leaf for layer in layers for leaf in leaves(layer)]
