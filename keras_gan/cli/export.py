"""`keras-gan export`: a trained generator for programs without Keras."""

import argparse
import contextlib
import os
import pathlib

from keras_gan.cli.apart import check_apart_from_run
from keras_gan.cli.generate import model_path
from keras_gan.cli.loading import load_gan
from keras_gan.models import exporting
from keras_gan.utils.files import naming
from keras_gan.utils.locks import holding_file

SUMMARY = "write a trained generator for other programs"
DESCRIPTION = (
    "Writes the averaged generator of a run in a format of other programs: "
    "SavedModel, ONNX, TensorFlow Lite or PyTorch. Its inputs are latents, "
    "labels where there are classes, and truncation where there are styles."
)
# The end of what is written; a SavedModel is a folder.
_SUFFIXES = {
    "tf_saved_model": "",
    "onnx": ".onnx",
    "tflite": ".tflite",
    "torch": ".pt2",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of the command to its parser."""
    parser.add_argument(
        "model",
        nargs="?",
        metavar="RUN",
        help="folder of a run, or a .keras file (default: the newest run in "
        "runs/)",
    )
    parser.add_argument(
        "--format",
        choices=tuple(_SUFFIXES),
        help="what to write (default: by the suffix of --out, else "
        "tf_saved_model)",
    )
    parser.add_argument(
        "--out",
        metavar="PATH",
        help="file, or folder of a SavedModel, that does not exist yet "
        "(default: generator with the suffix of the format, beside the model)",
    )


def run(options: argparse.Namespace) -> int:
    """Writes; returns the exit code."""
    source = model_path(options.model)
    kind = options.format or _format_of(options.out)
    exporting.check(kind)
    suffix = _SUFFIXES[kind]
    out = pathlib.Path(options.out or source.with_name(f"generator{suffix}"))
    ending = out.suffix.lower()
    # A folder may be called v1.5.
    if ending != suffix and (suffix or ending in _SUFFIXES.values()):
        raise ValueError(
            f"`--out` must {f'end in {suffix}' if suffix else 'be a folder'} "
            f"for --format {kind}. Received: {out}."
        )
    with contextlib.ExitStack() as held:
        check_apart_from_run(source, options.out)
        held.enter_context(holding_file(out))
        if os.path.lexists(out):
            raise ValueError(
                f"`{out}` exists already. Choose another --out, or remove it."
            )
        gan = load_gan(source, compiled=False)
        with naming(out):
            gan.export(out, kind, verbose=False)
    inputs = ", ".join(f"{x.name} {x.shape}" for x in gan.exported().inputs)
    print(f"{kind} of {inputs}: {out}")
    return 0


def _format_of(out: str | None) -> str:
    """The format that a suffix stands for."""
    suffix = "" if out is None else pathlib.Path(out).suffix.lower()
    formats = {suffix: kind for kind, suffix in _SUFFIXES.items()}
    if suffix not in formats:
        known = ", ".join(
            f"{kind} ({end or 'a folder'})" for kind, end in _SUFFIXES.items()
        )
        raise ValueError(
            f"`--out` must have the suffix of a format: {known}. Received: "
            f"{out}. Rename it, or choose a --format."
        )
    return formats[suffix]
