"""Checks of files that a model is saved to, and of what they will hold."""

import itertools
import os

import keras

from keras_gan.models import finite_state


class CheckedFiles:
    """A mix-in for models whose files must be of use later."""

    def save(self, filepath, overwrite=True, zipped=None, **kwargs):
        """Saves the model to a `.keras` file, as `keras.Model.save` does.

        A model that is not finite does not replace the last good file. Its
        networks can still be saved alone. `keras.saving.save_model` empties
        the file before anything can be checked, so this method is safer.

        Args:
            filepath: Path that ends in `.keras`.
            overwrite: As in `keras.Model.save`.
            zipped: As in `keras.Model.save`.
            **kwargs: As in `keras.Model.save`.

        Raises:
            ValueError: If the path has another ending.
            FloatingPointError: If a weight, an average or a moment of an
                optimizer is NaN or infinite.
        """
        # Keras writes folders, and repositories of Hugging Face, without it.
        is_folder = zipped is False or str(filepath).startswith("hf://")
        if not is_folder:
            check_path(filepath)
        finite_state.check(self)
        super().save(  # type: ignore[misc]
            filepath, overwrite=overwrite, zipped=zipped, **kwargs
        )

    def save_weights(self, filepath, overwrite=True, **kwargs):
        """Saves all variables, as `keras.Model.save_weights` does.

        Args:
            filepath: Path that ends in `.weights.h5`.
            overwrite: As in `keras.Model.save_weights`.
            **kwargs: As in `keras.Model.save_weights`.

        Raises:
            FloatingPointError: As in `save`.
        """
        finite_state.check(self)
        super().save_weights(  # type: ignore[misc]
            filepath, overwrite=overwrite, **kwargs
        )


def check_path(filepath) -> None:
    """Raises an error if a whole model cannot be saved to a file."""
    if not isinstance(filepath, str | os.PathLike):
        return
    if not str(filepath).endswith(".keras"):
        raise ValueError(
            "An adversarial model must be saved as a `.keras` file: HDF5 holds "
            "neither its seeds nor several optimizers. Received: "
            f"{str(filepath)!r}. End the path with `.keras`; for weights alone "
            "use `save_weights` and `.weights.h5`."
        )


def check_checkpoints(callbacks) -> None:
    """Raises an error if a checkpoint callback could not save the model."""
    for callback in _each(callbacks):
        if isinstance(callback, keras.callbacks.ModelCheckpoint):
            if not callback.save_weights_only:
                check_path(callback.filepath)


def _each(callbacks) -> list:
    """Callbacks in lists of any depth, those of Keras' own among them."""
    if isinstance(callbacks, keras.callbacks.CallbackList):
        callbacks = callbacks.callbacks
    if not isinstance(callbacks, list | tuple):
        return [] if callbacks is None else [callbacks]
    return list(itertools.chain.from_iterable(map(_each, callbacks)))
