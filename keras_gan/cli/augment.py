"""`keras-gan augment`: images of classes, filled up with generated ones."""

import argparse
import signal

from keras_gan import datasets
from keras_gan.cli import arguments as kinds
from keras_gan.cli.augment_folder import AugmentFolder
from keras_gan.cli.augment_job import AugmentJob, in_words, make_job
from keras_gan.cli.progress import ImageCounter

SUMMARY = "fill up the classes of a data set with generated images"
DESCRIPTION = (
    "Writes a folder with the images of DATA, untouched, and images that a "
    "conditional GAN draws, in a sub-folder a class, with manifest.csv, which "
    "says of each where it comes from. Stopped or killed, the same command "
    "goes on."
)
_FILTERS = ("threshold", "rejection")
# Of more classes a table would fill the screen.
_MOST_CLASSES = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of the command to its parser."""
    names = ", ".join(datasets.BUILTIN_NAMES)
    parser.add_argument(
        "data",
        metavar="DATA",
        help=f"images with classes: {names}; a folder with a sub-folder a "
        "class, a .zip of one, or an .npz",
    )
    _add_model_options(parser)
    _add_number_options(parser.add_argument_group("how many"))
    _add_quality_options(parser.add_argument_group("which"))
    parser.add_argument(
        "--batch-size",
        type=kinds.positive_integer,
        metavar="N",
        default=64,
        help="images at once, on which it depends what is drawn (default: 64)",
    )
    parser.add_argument("--quiet", action="store_true", help="show no progress")


def _add_model_options(parser):
    parser.add_argument(
        "--run",
        dest="model",
        metavar="RUN",
        help="folder of a conditional run on DATA, or a .keras file (default: "
        "the newest run in runs/)",
    )
    parser.add_argument(
        "--unsafe",
        action="store_true",
        help="load .keras files that hold Python code (default: refuse them)",
    )
    parser.add_argument(
        "--out",
        metavar="FOLDER",
        required=True,
        help="folder to make, or one to go on with",
    )
    parser.add_argument(
        "--force",
        action="store_true",
        help="write into a folder that is not empty: what an earlier augment "
        "wrote there is removed, other files stay",
    )


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
        help="add N images of each class named, by its name or its number",
    )


def _add_quality_options(group):
    group.add_argument(
        "--filter",
        type=_filter,
        metavar="|".join((*_FILTERS, "LOGIT")),
        help="what the discriminator keeps: the better half, a rejection "
        "sample, or what has at least this logit (default: all)",
    )
    group.add_argument(
        "--classifier",
        metavar="PATH",
        help="keep what this .keras file of a classifier, of images in "
        "[-1, 1], gives the label they were drawn for",
    )
    group.add_argument(
        "--truncation",
        type=kinds.positive_number,
        metavar="BOUND",
        help="largest absolute value of a latent, such as 1: smaller is more "
        "typical and less varied (default: no bound)",
    )
    group.add_argument(
        "--seed",
        type=kinds.seed,
        metavar="N",
        default=0,
        help="fixes the images (default: 0)",
    )


def run(options: argparse.Namespace) -> int:
    """Writes the folder; returns the exit code."""
    job = make_job(options)
    folder = AugmentFolder(options.out)
    done = folder.begin(job.settings, job.plan, force=options.force)
    if not options.quiet:
        print(_opening_words(job, folder, done), flush=True)
    left = len(job.plan) - done
    counter = ImageCounter("written", left, shown=left and not options.quiet)
    try:
        for entries in job.plan.batches(done):
            folder.write(entries)
            counter.add(len(entries))
    except KeyboardInterrupt:
        kinds.print_error(
            f"stopped after {done + counter.done} of {len(job.plan)} images; "
            "the same command goes on",
            "note",
        )
        return 128 + signal.SIGINT
    counter.close()
    if not options.quiet:
        print(_closing_words(job, folder))
    return 0


def _opening_words(job: AugmentJob, folder: AugmentFolder, done: int) -> str:
    originals, settings = job.plan.originals, job.settings
    generated, shapes = in_words(job.image_shape), originals.image_shapes
    chosen = settings["filter"] or settings["classifier"]
    lines = [
        f"{len(originals):,} images of {len(originals.class_names)} classes, "
        f"{' and '.join(map(in_words, shapes[:3]))}"
        + " and others" * (len(shapes) > 3)
        + f", from {settings['data']}",
        f"{job.plan.num_generated:,} images to add, {generated}, seed "
        f"{job.plan.seed}"
        + f", chosen by {chosen}" * (chosen is not None)
        + f", from {job.plan.model}",
        f"folder {folder}{_how_far(done, len(job.plan))}",
    ]
    if shapes != [job.image_shape]:
        lines.append(
            f"note: generated images have the size of training, {generated}; "
            "the others keep theirs"
        )
    return "\n".join(lines)


def _how_far(done: int, total: int) -> str:
    if done == total:
        return ", which is complete"
    return f", from image {done:,} on" * bool(done)


def _closing_words(job: AugmentJob, folder: AugmentFolder) -> str:
    plan = job.plan
    lines = [
        f"{len(plan):,} images, {plan.num_generated:,} of them generated: "
        f"{folder}"
    ]
    names = plan.originals.class_names
    if len(names) <= _MOST_CLASSES:
        width = max(map(len, names))
        there = plan.originals.counts
        added = plan.generated_counts
        lines += [
            f"  {name:<{width}}  {there[label]:,} + {added[label]:,}"
            for label, name in enumerate(names)
        ]
    return "\n".join([*lines, f"  manifest  {folder.manifest_path}"])


def _counts(text: str) -> dict[str, int]:
    """`3:500,7:200` as {"3": 500, "7": 200}."""
    found: dict[str, int] = {}
    for part in text.split(","):
        # Names of classes may have colons in them.
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
            f"must be {', '.join(_FILTERS)} or a number, the least logit, not "
            f"{text!r}"
        )
    return number
