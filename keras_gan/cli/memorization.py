"""`keras-gan evaluate --memorization`: finds copies of training images."""

import argparse
import pathlib
import warnings
from typing import Any

import numpy as np

from keras_gan import images as image_tools
from keras_gan import metrics
from keras_gan.cli.apart import check_apart
from keras_gan.cli.evaluation_inputs import EvaluationInput, StoredImages
from keras_gan.cli.own_files import check_replaceable, mark
from keras_gan.metrics.resemblance import Resemblance

NUM_NEIGHBORS = 3
_NUM_ROWS = 8
_DEFAULT_PATH = "memorization.png"
# Pixels between a generated image and the real ones beside it.
_GAP = 12


def add_memorization_option(parser) -> None:
    """Adds `--memorization`."""
    parser.add_argument(
        "--memorization",
        nargs="?",
        type=_picture_path,
        const=pathlib.Path(_DEFAULT_PATH),
        metavar="PATH",
        help="also measure how many images of FAKE are copies of REAL, the "
        "training images, and write the most similar pairs to this .png "
        f"(default: not measured; without PATH: {_DEFAULT_PATH})",
    )


def make_metric(
    path: pathlib.Path,
    extractor: str,
    inputs: dict[str, EvaluationInput],
    numbers: dict[str, int],
) -> metrics.Memorization:
    """Returns the metric, after checking the option.

    Args:
        path: Where the picture will be written.
        extractor: Name of a feature extractor.
        inputs: Both inputs by the keys `"real"` and `"fake"`.
        numbers: How many images of each are used.

    Raises:
        ValueError: If an input has no images, or the folder does not exist.
    """
    for kind in inputs:
        if kind not in numbers:
            raise ValueError(
                f"`--memorization` needs images, and {kind.upper()} is a file "
                "of statistics. Name images, or leave the option out."
            )
    if not path.parent.is_dir():
        raise ValueError(
            "The picture of `--memorization` must be in an existing folder. "
            f"Received: {path}. Create `{path.parent}` first."
        )
    check_replaceable(path, "evaluate")
    real = inputs["real"]
    if isinstance(real, StoredImages):
        check_apart(real.source.info.name, path, "--memorization")
    if isinstance(real, StoredImages) and numbers["real"] < len(real):
        warnings.warn(
            f"`--memorization` looks at {numbers['real']} of {len(real)} "
            "images of REAL and finds no copies of the others. Leave "
            "`--num-images` out.",
            stacklevel=2,
        )
    return metrics.Memorization(
        feature_extractor=extractor, max_images=max(*numbers.values(), 2)
    )


def write_picture(
    path: pathlib.Path,
    found: Resemblance,
    inputs: dict[str, Any],
    numbers: dict[str, int],
    batch_size: int,
) -> None:
    """Writes the fakes that are most similar to real images, one per row.

    The generated image is on the left, its nearest real ones on the right.

    Args:
        path: A .png file.
        found: Distances of all fakes, in the order in which they were read.
        inputs: Both inputs by the keys `"real"` and `"fake"`.
        numbers: How many images of each were used.
        batch_size: Batch size with which they were read.
    """
    chosen = found.most_alike(_NUM_ROWS)
    nearest = found.indices[chosen]
    fakes = inputs["fake"].images_at(chosen, numbers["fake"], batch_size)
    real = inputs["real"].images_at(
        nearest.ravel(), numbers["real"], batch_size
    )
    real = np.stack([_fitted(image, fakes.shape[1:]) for image in real])
    left = image_tools.image_grid(fakes, columns=1)
    right = image_tools.image_grid(real, columns=nearest.shape[1])
    gap = np.full((len(left), _GAP, left.shape[2]), 255, "uint8")
    picture = np.concatenate([left, gap, right], axis=1)
    image_tools.write_image(path, picture, software=mark("evaluate"))


def _fitted(image: np.ndarray, shape) -> np.ndarray:
    """An image in [-1, 1], converted to a size and number of channels."""
    height, width, channels = shape
    image = image_tools.convert_channels(image, channels, (-1, 1))
    return image_tools.resize(image, (height, width))


def _picture_path(text: str) -> pathlib.Path:
    path = pathlib.Path(text)
    if path.suffix.lower() != ".png":
        raise argparse.ArgumentTypeError(
            f"must be a .png, not {text!r}; write it after REAL and FAKE"
        )
    return path
