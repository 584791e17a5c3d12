"""A saved model, or an error that says what is wrong with the file."""

import json
import zipfile
from typing import Any

from keras_gan import models
from keras_gan.utils.models import load_model

# GANs whose data are no images, and a file that `keras-gan train` takes.
_OF_OTHER_DATA = {
    "tables": (models.TableGAN, "TABLE.csv"),
    "texts": (models.TextGAN, "LINES.txt"),
}


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
    # A GAN of texts has no images to draw, to edit or to measure.
    if not isinstance(gan, models.GAN) or isinstance(gan, models.TextGAN):
        use = _use_of(gan)
        cure = f" Use it with `keras-gan {use}`." if use else ""
        raise ValueError(
            f"`{path}` must hold a GAN. Received: {type(gan).__name__}.{cure}"
        )
    return gan


def load_gan_of_images(path: Any) -> models.GAN:
    """Loads a GAN, not to train on, whose samples can be shown as images.

    Args:
        path: The `.keras` file.

    Raises:
        FileNotFoundError: If it does not exist.
        ValueError: If it is damaged, or holds a model of other data.
    """
    gan = load_gan(path, compiled=False)
    if len(gan.image_shape) != 3:
        raise ValueError(
            f"`{path}` must hold a GAN of images. Received: one whose samples "
            f"have the shape {gan.image_shape}. Use it with `keras-gan "
            "generate`."
        )
    return gan


def load_gan_of(data: str, path: Any, *, compiled: bool = True) -> Any:
    """Loads a GAN whose data are no images.

    Args:
        data: `"tables"` or `"texts"`.
        path: The `.keras` file.
        compiled: Whether to restore optimizers and losses, to train on.

    Raises:
        FileNotFoundError: If it does not exist.
        ValueError: If it is damaged, or holds another kind of model.
    """
    kind, example = _OF_OTHER_DATA[data]
    model = load_model(path, expected="a model of keras-gan", compile=compiled)
    if not isinstance(model, kind):
        raise ValueError(
            f"`{path}` must hold a model of {data}. Received: "
            f"{type(model).__name__}. Train one with `keras-gan train "
            f"{example}`."
        )
    return model


def is_gan_of(data: str, path: Any) -> bool:
    """Whether a `.keras` file says that it holds a GAN of some data.

    Args:
        data: `"tables"` or `"texts"`.
        path: The file, which may be damaged or missing.
    """
    return class_in(path) == _OF_OTHER_DATA[data][0].__name__


def _use_of(model: Any) -> str | None:
    """What to do with another model of ours."""
    if isinstance(model, models.TableGAN | models.TextGAN):
        return "generate"
    if hasattr(model, "class_source"):  # It makes more of images of classes.
        return "augment DATA --run"
    return "translate" if hasattr(model, "translate") else None


def class_in(path: Any) -> str | None:
    """The name of the class of a model, as a `.keras` file says.

    Args:
        path: The file. Of one that is damaged or missing it is `None`: whoever
            loads it says what is wrong.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return json.loads(archive.read("config.json"))["class_name"]
    except Exception:  # `zipfile` raises its own, or anything.
        return None
