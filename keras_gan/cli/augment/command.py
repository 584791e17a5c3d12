"""The options of `keras-gan augment`, and what it prints."""

import argparse
import signal

import numpy as np

from keras_gan import datasets
from keras_gan.cli import arguments as kinds
from keras_gan.cli.augment.folder import AugmentFolder
from keras_gan.cli.augment.job import in_words, make_job
from keras_gan.cli.augment.plan import Plan
from keras_gan.cli.progress import ProgressBar

SUMMARY = "fill up the classes of a data set with generated images"
DESCRIPTION = (
    "Writes a folder with the images of DATA, unchanged, and images that a "
    "conditional GAN draws, in one sub-folder per class, and manifest.csv, "
    "which records where each image comes from. If it is stopped or killed, "
    "the same command resumes."
)
_FILTERS = ("threshold", "rejection")
# A table of more classes would fill the screen.
_MOST_CLASSES = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of the command to its parser."""
    names = ", ".join(datasets.BUILTIN_NAMES)
    add = parser.add_argument
    add(
        "data",
        metavar="DATA",
        help=f"images with classes: {names}; a folder with one sub-folder per "
        "class, a .zip of one, or an .npz",
    )
    add(
        "--run",
        dest="model",
        metavar="RUN",
        help="folder of a conditional run on DATA, or a .keras file (default: "
        "the newest run in runs/)",
    )
    add(
        "--unsafe",
        action="store_true",
        help="load .keras files that hold Python code (default: refuse them)",
    )
    add(
        "--out",
        metavar="FOLDER",
        required=True,
        help="folder to create, or one to resume",
    )
    add(
        "--force",
        action="store_true",
        help="write into a folder that is not empty: what an earlier augment "
        "wrote there is removed, other files stay",
    )
    _add_number_options(parser.add_argument_group("how many"))
    _add_quality_options(parser.add_argument_group("which"))
    kinds.add_batch_size(parser)
    add("--quiet", action="store_true", help="show no progress")


def _add_number_options(group):
    group.add_argument(
        "--balance",
        choices=("uniform", "none"),
        help="uniform fills every class up to the largest (default: uniform, "
        "none with --num-images or --counts)",
    )
    group.add_argument(
        "--num-images",
        type=kinds.positive_integer,
        metavar="N",
        help="add N images, the classes in turn",
    )
    group.add_argument(
        "--counts",
        type=_counts,
        metavar="CLASS:N,...",
        help="add N images of each class given, by its name or its number",
    )


def _add_quality_options(group):
    group.add_argument(
        "--filter",
        type=_filter,
        metavar="|".join((*_FILTERS, "LOGIT")),
        help="what the discriminator keeps: the better half, a rejection "
        "sample, or images with at least this logit (default: all)",
    )
    group.add_argument(
        "--classifier",
        metavar="PATH",
        help="keep the images that the classifier in this .keras file, of "
        "images in [-1, 1], assigns to the class they were drawn for",
    )
    kinds.add_truncation(group)
    group.add_argument(
        "--seed",
        type=kinds.seed,
        metavar="N",
        default=0,
        help="determines the images (default: 0)",
    )


def run(options: argparse.Namespace) -> int:
    """Writes the folder; returns the exit code."""
    plan, settings = make_job(options)
    folder = AugmentFolder(options.out)
    done = folder.begin(settings, plan, force=options.force)
    if not options.quiet:
        print(_introduction(plan, settings, folder, done), flush=True)
    left = len(plan) - done
    try:
        with ProgressBar(
            left, "written images", shown=left and not options.quiet
        ) as bar:
            for files in plan.batches(done):
                folder.write(files)
                bar.update(len(files))
    except KeyboardInterrupt:
        kinds.print_error(
            f"stopped after {done + bar.n} of {len(plan)} images; the same "
            "command resumes",
            "note",
        )
        return 128 + signal.SIGINT
    if not options.quiet:
        print(_summary(plan, folder))
    return 0


def _introduction(plan: Plan, settings, folder, done: int) -> str:
    generated, shapes = in_words(plan.image_shape), plan.originals.image_shapes
    chosen = settings["filter"] or settings["classifier"]
    start = f", from image {done:,} on" * bool(done)
    lines = [
        f"{len(plan.originals.paths):,} images of "
        f"{len(plan.originals.folders)} classes, "
        f"{' and '.join(map(in_words, shapes[:3]))}"
        + " and others" * (len(shapes) > 3)
        + f", from {settings['data']}",
        f"{len(plan.generated_labels):,} images to add, {generated}, seed "
        f"{plan.seed}"
        + f", chosen by {chosen}" * (chosen is not None)
        + f", from {plan.model}",
        f"folder {folder}"
        + (", which is complete" if done == len(plan) else start),
    ]
    if shapes != [plan.image_shape]:
        lines.append(
            f"note: generated images have the size of training, {generated}; "
            "the others keep theirs"
        )
    return "\n".join(lines)


def _summary(plan: Plan, folder: AugmentFolder) -> str:
    names, there = plan.originals.class_names, plan.originals.class_counts
    added = np.bincount(plan.generated_labels, minlength=len(names))
    lines = [
        f"{len(plan):,} images, {added.sum():,} of them generated: {folder}"
    ]
    if len(names) <= _MOST_CLASSES:
        width = max(map(len, names))
        rows = zip(names, there, added, strict=True)
        lines += [
            f"  {name:<{width}}  {n:,} + {new:,}" for name, n, new in rows
        ]
    return "\n".join([*lines, f"  manifest  {folder.manifest_path}"])


def _counts(text: str) -> dict[str, int]:
    """`3:500,7:200` as {"3": 500, "7": 200}."""
    found: dict[str, int] = {}
    for part in text.split(","):
        # Names of classes may contain colons.
        name, _, number = part.rpartition(":")
        if not name or name in found:
            raise argparse.ArgumentTypeError(
                f"must be CLASS:N,CLASS:N, each class once, not {text!r}"
            )
        found[name] = kinds.positive_integer(number)
    return found


def _filter(text: str) -> str | float:
    if text in _FILTERS:
        return text
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not abs(number) < float("inf"):
        raise argparse.ArgumentTypeError(
            f"must be {', '.join(_FILTERS)} or a number, the smallest logit, "
            f"not {text!r}"
        )
    return number
