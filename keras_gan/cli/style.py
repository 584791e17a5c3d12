"""`keras-gan style`: the content of one picture in the style of another."""

import argparse
import contextlib
import os
import pathlib
import sys

import numpy as np

from keras_gan import features, models
from keras_gan import images as image_tools
from keras_gan.cli import arguments as kinds
from keras_gan.cli.own_files import check_replaceable, mark
from keras_gan.cli.progress import ProgressBar
from keras_gan.models.pixel_optimization import STYLE_WEIGHT
from keras_gan.utils.files import replacing
from keras_gan.utils.locks import holding_file
from keras_gan.utils.memory import check_memory

SUMMARY = "paint a picture in the style of another"
DESCRIPTION = (
    "Changes the pixels of CONTENT until a network finds in them the content "
    "of CONTENT and the style of STYLE, and writes a PNG. Nothing is trained."
)
_COMMAND = "style"
# What L-BFGS remembers of each pixel, at least.
_BYTES_PER_PIXEL = 800


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of the command to its parser."""
    parser.add_argument("content", metavar="CONTENT", help="image file")
    parser.add_argument("style", metavar="STYLE", help="image file")
    parser.add_argument(
        "--out",
        metavar="FILE",
        help="ends in .png (default: CONTENT-in-STYLE.png here)",
    )
    parser.add_argument(
        "--size",
        type=kinds.units,
        metavar="N",
        default=384,
        help="reduce both images so that their longer side has at most N "
        "pixels (default: 384)",
    )
    parser.add_argument(
        "--strength",
        type=kinds.rate,
        metavar="FACTOR",
        default=1.0,
        help="how much the style counts: 0.1 is faint, 10 is strong (default: "
        "1)",
    )
    parser.add_argument(
        "--steps",
        type=kinds.steps,
        metavar="N",
        default=100,
        help="steps of L-BFGS, fewer if the loss no longer falls (default: "
        "100)",
    )
    parser.add_argument(
        "--feature-extractor",
        choices=features.MAP_NAMES,
        metavar="NAME",
        help=f"one of {', '.join(features.MAP_NAMES)} (default: vgg19, but "
        "efficientnet_lite0 if that is installed and the weights of vgg19 are "
        "not on this machine)",
    )
    parser.add_argument("--quiet", action="store_true", help="show no progress")


def run(options: argparse.Namespace) -> int:
    """Optimizes and writes; returns the exit code."""
    path = _path(options)
    with contextlib.ExitStack() as held:
        held.enter_context(holding_file(path))
        check_replaceable(path, _COMMAND)
        content, style = (
            _read(one, options.size) for one in (options.content, options.style)
        )
        check_memory(
            f"Optimizing {content.shape[0]} x {content.shape[1]} pixels",
            _BYTES_PER_PIXEL * content.shape[0] * content.shape[1],
            "Choose a smaller --size.",
        )
        extractor = options.feature_extractor or features.for_style()
        # Keras reports downloads on the standard output.
        with contextlib.redirect_stdout(sys.stderr):
            model = models.StyleTransfer(feature_extractor=extractor)
        bar = ProgressBar(options.steps, "steps", shown=not options.quiet)
        with bar:
            image, history = model.optimize(
                content,
                style,
                steps=options.steps,
                style_weight=options.strength * STYLE_WEIGHT,
                report=lambda step, _: bar.update(step - bar.n),
            )
        png = image_tools.encode_png(
            image_tools.to_uint8(image), software=mark(_COMMAND)
        )
        with replacing(path) as aside:
            aside.write_bytes(png)
    first, last = (history["style"][index] for index in (0, -1))
    print(
        f"style loss {first:.3g} -> {last:.3g}, content loss "
        f"{history['content'][-1]:.3g}, features of {extractor}: {path}"
    )
    return 0


def _path(options) -> pathlib.Path:
    """Where the picture is written, which must be a .png."""
    path = pathlib.Path(
        options.out
        or "{}-in-{}.png".format(
            *(
                pathlib.Path(one).stem
                for one in (options.content, options.style)
            )
        )
    )
    if path.suffix.lower() != ".png" or path.is_dir():
        raise ValueError(f"`--out` must be a file .png. Received: {path}")
    return path


def _read(path: str, size: int) -> np.ndarray:
    """An RGB image in [-1, 1] whose longer side has at most `size` pixels."""
    if os.path.isdir(path):
        raise ValueError(
            f"CONTENT and STYLE must be image files. Received: `{path}`, a "
            "folder."
        )
    height, width, _ = image_tools.image_shape(path)
    factor = min(1.0, size / max(height, width))
    height, width = (max(1, round(side * factor)) for side in (height, width))
    image = image_tools.convert_channels(image_tools.read_image(path), 3)
    return image_tools.from_uint8(image_tools.resize(image, (height, width)))
