"""A saved GAN, or an error that says what is wrong with the file."""

import pathlib
import zipfile

import keras

from keras_gan import models


def load_gan(path, *, compiled: bool = True) -> models.GAN:
    """Loads a GAN that `keras-gan train` or `GAN.save` wrote.

    Args:
        path: The `.keras` file.
        compiled: Whether it is to train on. Drawing images needs neither loss
            nor optimizers.

    Raises:
        FileNotFoundError: If it is not there.
        ValueError: If it is damaged, or holds another kind of model.
    """
    path = pathlib.Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"There is no model `{path}`.")
    try:
        gan = keras.saving.load_model(path, compile=compiled)
    except (zipfile.BadZipFile, KeyError, OSError, ValueError) as error:
        raise ValueError(
            f"`{path}` cannot be loaded; it is damaged, or not a model of "
            f"keras-gan: {error}"
        ) from error
    if not isinstance(gan, models.GAN):
        raise ValueError(
            f"`{path}` must hold a GAN. Received: {type(gan).__name__}."
        )
    return gan
