"""Checks of the files that a model is to be saved to."""

import os
import pathlib

import keras


def check_path(filepath) -> None:
    """Raises an error if a whole model cannot be saved to a file."""
    if not isinstance(filepath, str | os.PathLike):
        return
    if pathlib.PurePath(filepath).suffix in (".h5", ".hdf5"):
        raise ValueError(
            "An adversarial model must be saved as a `.keras` file: HDF5 holds "
            "neither its seeds nor several optimizers. Received: "
            f"{str(filepath)!r}. End the path with `.keras`; for weights alone "
            "use `save_weights` and `.weights.h5`."
        )


def check_files(callbacks) -> None:
    """Raises an error if a checkpoint callback could not save the model."""
    for callback in keras.tree.flatten(callbacks):
        if isinstance(callback, keras.callbacks.ModelCheckpoint):
            if not callback.save_weights_only:
                check_path(callback.filepath)
