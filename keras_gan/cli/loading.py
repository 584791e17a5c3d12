"""A saved GAN, or an error that says what is wrong with the file."""

from keras_gan import models
from keras_gan.utils.models import load_model


def load_gan(path, *, compiled: bool = True) -> models.GAN:
    """Loads a GAN that `keras-gan train` or `GAN.save` wrote.

    Args:
        path: The `.keras` file.
        compiled: Whether to restore optimizers and losses, to train on.

    Raises:
        FileNotFoundError: If it does not exist.
        ValueError: If it is damaged, or holds another kind of model.
    """
    gan = load_model(path, expected="a model of keras-gan", compile=compiled)
    if not isinstance(gan, models.GAN):
        cure = ""
        if hasattr(gan, "translate"):
            # What needs images of classes makes more of these.
            needs_classes = hasattr(gan, "class_source")
            use = "augment DATA --run" if needs_classes else "translate"
            cure = f" Use it with `keras-gan {use}`."
        raise ValueError(
            f"`{path}` must hold a GAN. Received: {type(gan).__name__}.{cure}"
        )
    return gan
