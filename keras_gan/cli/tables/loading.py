"""A saved `TableGAN`, or an error that says what is wrong with the file."""

from typing import Any

from keras_gan import models
from keras_gan.cli.loading import class_in
from keras_gan.utils.models import load_model


def load_table_gan(path: Any, *, compiled: bool = True) -> models.TableGAN:
    """Loads a model of tables.

    Args:
        path: The `.keras` file.
        compiled: Whether to restore optimizers and losses, to train on.

    Raises:
        FileNotFoundError: If it does not exist.
        ValueError: If it is damaged, or holds another kind of model.
    """
    model = load_model(path, expected="a model of keras-gan", compile=compiled)
    if not isinstance(model, models.TableGAN):
        raise ValueError(
            f"`{path}` must hold a model of tables. Received: "
            f"{type(model).__name__}. Train one with `keras-gan train "
            "TABLE.csv`."
        )
    return model


def is_of_tables(path: Any) -> bool:
    """Whether a `.keras` file says that it holds a `TableGAN`.

    Args:
        path: The file, which may be damaged or missing.
    """
    return class_in(path) == models.TableGAN.__name__
