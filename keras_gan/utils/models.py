"""Helpers for Keras models: inputs, files and configs."""

import copy
import math
import os
import pathlib
import re
from typing import Any

import keras

_NAME = re.compile(r"[A-Za-z0-9.][A-Za-z0-9_.\\/>-]*")


class Untracked:
    """Hides an object from Keras' search for layers and weights.

    Keras looks for layers and weights in the attributes of a layer, but not
    inside a plain object. So a network that only scores images is not among
    the weights that a model with this layer trains. Freezing it instead would
    end the training of the GAN that it belongs to.

    Args:
        value: A `keras.Model`, `None`, or anything else.
    """

    def __init__(self, value: Any) -> None:
        self.value = value


def input_shapes(model: Any) -> list[tuple] | None:
    """Shapes of a model's inputs, or `None` where it does not know them.

    Args:
        model: `keras.Model`, built or not.

    Example:

    >>> input_shapes(keras.Sequential([keras.Input((4,)), keras.layers.ReLU()]))
    [(None, 4)]
    """
    # A model that is not built yet raises an `AttributeError`.
    inputs = getattr(model, "inputs", None)
    return None if inputs is None else [tuple(one.shape) for one in inputs]


def layer_sizes(model: Any) -> list[int]:
    """How many values each layer computes for one input, where that is known.

    Args:
        model: `keras.Model`, built or not.

    Example:

    >>> model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
    >>> layer_sizes(model)
    [3]
    """
    sizes = []
    for layer in model.layers:
        # A layer that was called twice, or never, has no such attribute.
        shape = getattr(getattr(layer, "output", None), "shape", None)
        if shape and None not in shape[1:]:
            sizes.append(math.prod(shape[1:]))
    return sizes


def deserialized(config: dict[str, Any]) -> Any:
    """Makes the object described by a config, without changing the config.

    Args:
        config: What `keras.saving.serialize_keras_object` returned.
    """
    # Keras changes the dicts that it is given.
    return keras.saving.deserialize_keras_object(copy.deepcopy(config))


def load_model(
    path: str | os.PathLike,
    *,
    expected: str,
    missing: str = "There is no model `{path}`.",
    unsafe_hint: str = "pass `safe_mode=False`",
    compile: bool = False,
    safe_mode: bool = True,
) -> Any:
    """Loads a `.keras` file, with errors that a user can act on.

    Args:
        path: The file.
        expected: What the file must contain, in words.
        missing: Error for a file that does not exist; `{path}` is replaced.
        unsafe_hint: How to allow a file with Python code, in words.
        compile: Whether to restore optimizers and losses.
        safe_mode: Whether to refuse a file that contains Python code.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it cannot be loaded.
    """
    path = pathlib.Path(path)
    if not path.is_file():
        raise FileNotFoundError(missing.format(path=path))
    try:
        model = keras.saving.load_model(
            path, compile=compile, safe_mode=safe_mode
        )
        _check_name(model)
        return model
    except MemoryError:
        raise
    except Exception as error:  # each layer raises its own
        keras.ops.zeros(())  # It fails too if not the file is at fault.
        cure = f"It is damaged, or it is not {expected}."
        if "unsafe" in str(error) or "safe_mode" in str(error):
            cure = (
                "It holds Python code, which runs only if you trust its "
                f"author and {unsafe_hint}."
            )
        raise ValueError(
            f"`{path}` cannot be loaded. {cure} "
            f"{error if str(error) else type(error).__name__}"
        ) from error


def _check_name(model: Any) -> None:
    """Refuses a model that could not be called in a function of TensorFlow."""
    name = str(model.name)
    if keras.backend.backend() == "tensorflow" and not _NAME.fullmatch(name):
        raise ValueError(f"TensorFlow takes no model of the name {name!r}.")
