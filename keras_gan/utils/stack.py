"""Whose line a warning is about."""

import inspect
import os
import pathlib

import keras

_OURS = str(pathlib.Path(__file__).parents[1])
_KERAS = pathlib.Path(keras.__file__).parent
# Keras' frameworks lie beside it, and call the steps of models.
_NAMES = (_KERAS.name, "tensorflow", "jax", "torch")
_FOLDERS = (_OURS, *(str(_KERAS.with_name(name)) for name in _NAMES))
_INSIDE = tuple(folder + os.sep for folder in _FOLDERS)


def level_outside() -> int:
    """Returns the `stacklevel` of the first line of somebody else.

    How deep a check lies differs between the methods that lead to it.

    Example:

    >>> level_outside() >= 1
    True
    """
    frame, level = inspect.currentframe(), 0
    while frame is not None and frame.f_code.co_filename.startswith(_INSIDE):
        frame, level = frame.f_back, level + 1
    return max(level, 1)
