"""`keras-gan study`: whether a GAN makes a classifier better, on one's data."""

import argparse
import contextlib
import os
import pathlib
import sys
from typing import Any

from keras_gan.cli import arguments as kinds
from keras_gan.cli.apart import check_apart
from keras_gan.evaluation import Study, augmentation_study
from keras_gan.utils.locks import holding_file

SUMMARY = "find out whether a GAN helps a classifier"
DESCRIPTION = (
    "Trains the same classifier with and without a GAN on DATA, of which one "
    "class has become rare or most labels are gone, several times, and says "
    "with standard errors whether the GAN helps. A study that was interrupted "
    "goes on where it was."
)
_LOCK = (".lock-study",)
_OWN = ("cells", "study.json", "table.md", "gains.png", *_LOCK)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of the command to its parser."""
    parser.add_argument(
        "data",
        metavar="DATA",
        help="digits, a folder with a subfolder for each class, a zip of one, "
        "or an .npz with labels",
    )
    cut = parser.add_mutually_exclusive_group(required=True)
    cut.add_argument(
        "--rare",
        nargs="+",
        type=_rare,
        metavar="[CLASS:]N",
        help="keep N training images of a class, by its name or number; "
        "without a class, of each class in turn",
    )
    cut.add_argument(
        "--labels",
        type=kinds.positive_integer,
        metavar="N",
        help="keep N labels of each class; the other images are unlabeled",
    )
    parser.add_argument(
        "--test",
        type=_share_or_data,
        metavar="SHARE|DATA",
        default=0.3,
        help="share of each class that is kept for the test, or other images "
        "with labels (default: 0.3)",
    )
    _add_budget(parser)
    kinds.add_image_options(parser)
    parser.add_argument(
        "--out",
        metavar="FOLDER",
        default="study",
        help="folder of the results (default: study)",
    )
    parser.add_argument("--quiet", action="store_true", help="show no progress")


def _add_budget(parser: argparse.ArgumentParser) -> None:
    for name, default, words in (
        ("--seeds", 5, "repetitions of each rare class"),
        ("--gan-steps", 2000, "training steps of each GAN"),
        ("--batch-size", 64, "images in a batch"),
    ):
        parser.add_argument(
            name,
            type=kinds.positive_integer,
            metavar="N",
            default=default,
            help=f"{words} (default: {default})",
        )
    parser.add_argument(
        "--steps",
        type=kinds.positive_integer,
        metavar="N",
        help="training steps of each classifier (default: 1000; with --labels "
        "those of --gan-steps)",
    )
    parser.add_argument(
        "--augment",
        metavar="NAME",
        default="randaugment",
        help="classical augmentation that the GAN has to beat, as of `train` "
        "(default: randaugment)",
    )


def run(options: argparse.Namespace) -> int:
    """Measures, writes and prints; returns the exit code."""
    folder = pathlib.Path(options.out)
    for place in (options.data, options.test):
        if isinstance(place, str):
            check_apart(place, options.out)
    _check_free(folder)
    rare = _all_rare(options.rare) if options.rare else None
    with contextlib.ExitStack() as held:
        folder.mkdir(parents=True, exist_ok=True)
        held.callback(_remove_if_empty, folder)
        held.enter_context(holding_file(folder / "study"))
        study = augmentation_study(
            options.data,
            rare=rare,
            labels=options.labels,
            test=options.test,
            seeds=options.seeds,
            steps=options.steps,
            gan_steps=options.gan_steps,
            batch_size=options.batch_size,
            augment=options.augment,
            folder=folder,
            image_size=options.image_size,
            channels=options.channels,
            progress=None if options.quiet else _show,
        )
        _write(study, folder)
    print(f"{study.table()}\n\n{study.verdict()}")
    print(f"\n  table {folder / 'table.md'}\n  plot  {folder / 'gains.png'}")
    return 0


def _write(study: Study, folder: pathlib.Path) -> None:
    study.save(folder / "study.json")
    study.plot(folder / "gains.png")
    text = f"{study.table()}\n\n{study.verdict()}\n"
    (folder / "table.md").write_text(text, encoding="utf-8")


def _show(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _check_free(folder: pathlib.Path) -> None:
    """Raises an error if a folder holds what no study has written."""
    if not folder.exists():
        return
    names = [] if not folder.is_dir() else sorted(os.listdir(folder))
    # Without results, a table is somebody else's.
    own = _OWN if "cells" in names else _LOCK
    others = [name for name in names if name.removesuffix(".part") not in own]
    if not folder.is_dir() or others:
        received = f"`{others[0]}` in it" if others else "a file"
        raise ValueError(
            f"--out must be a new or empty folder, or that of a study. "
            f"Received: {folder}, with {received}. Choose another one."
        )


def _remove_if_empty(folder: pathlib.Path) -> None:
    with contextlib.suppress(OSError):
        folder.rmdir()


def _all_rare(given: list[tuple[str | None, int]]) -> Any:
    """What `augmentation_study` takes: a number, or a dict by class."""
    if len(given) == 1 and given[0][0] is None:
        return given[0][1]
    names = [name for name, _ in given]
    if None in names or len(set(names)) < len(names):
        raise ValueError(
            "`--rare` must be one number for each class in turn, or different "
            "classes with a number each. Received: "
            + " ".join(
                f"{name or ''}:{kept}".lstrip(":") for name, kept in given
            )
            + ". Write --rare 20, or --rare cat:20 dog:20."
        )
    return dict(given)


def _rare(text: str) -> tuple[str | None, int]:
    """`CLASS:N` or `N`."""
    name, colon, number = text.rpartition(":")
    return (name if colon else None), kinds.positive_integer(number)


def _share_or_data(text: str) -> float | str:
    """A number, or the name of a data set."""
    try:
        return float(text)
    except ValueError:
        return text
