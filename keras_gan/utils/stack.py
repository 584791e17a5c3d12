"""Whose line a warning is about."""

import inspect
import os
import pathlib

import keras

_OURS = str(pathlib.Path(__file__).parents[1])
_INSIDE = tuple(
    folder + os.sep for folder in (_OURS, os.path.dirname(keras.__file__))
)


def level_outside() -> int:
    """Returns the `stacklevel` of the first line outside keras_gan and Keras.

    How deep a check lies differs between the methods that lead to it.

    Example:

    >>> level_outside() >= 1
    True
    """
    frame, level = inspect.currentframe(), 0
    while frame is not None and frame.f_code.co_filename.startswith(_INSIDE):
        frame, level = frame.f_back, level + 1
    return max(level, 1)
