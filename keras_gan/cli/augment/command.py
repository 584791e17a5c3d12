"""The options of `keras-gan augment`, and what it prints."""

import argparse
import signal

from keras_gan import datasets
from keras_gan.cli import arguments as kinds
from keras_gan.cli.augment.folder import AugmentFolder
from keras_gan.cli.augment.job import make_job
from keras_gan.cli.progress import ProgressBar
from keras_gan.cli.tables import balancing
from keras_gan.cli.words import listed, size_in_words
from keras_gan.datasets.augmented_files import AugmentedFiles
from keras_gan.datasets.sound_files import holds_sounds
from keras_gan.datasets.tables import is_table_file
from keras_gan.datasets.texts import is_text_file
from keras_gan.utils.arguments import finite

SUMMARY = "fill up the classes of a data set with generated images or rows"
DESCRIPTION = (
    "Writes a folder with the images of DATA, unchanged, and images that a "
    "conditional GAN draws, or a DAGAN makes of those of the class, in one "
    "sub-folder per class, and manifest.csv, which records where each image "
    "comes from. If it is stopped or killed, the same command resumes. Of a "
    "table, .csv or .parquet, it writes another one, with rows that the model "
    "of a run makes."
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
        "class, a .zip of one, or an .npz; or a table, .csv or .parquet",
    )
    kinds.add_split(parser)
    kinds.add_num_workers(parser)
    add(
        "--run",
        dest="model",
        metavar="RUN",
        help="folder of a conditional run on DATA, or of a run of --task dagan "
        "on any classes, or of a table, or a .keras file (default: the newest "
        "run in runs/)",
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
        help="folder to create, or one to resume; of a table a file that does "
        "not exist yet",
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
        metavar="uniform|none|COLUMN",
        help="uniform fills every class up to the largest (default: uniform, "
        "none with --num-images or --counts); of a table the column whose "
        "categories are filled up (default: --label of the run)",
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
    kinds.add_seed(group, "the images", default=0)


def run(options: argparse.Namespace) -> int:
    """Writes the folder; returns the exit code."""
    if is_table_file(options.data):
        return balancing.run(options)
    _check_images(options.data)
    files, settings = make_job(options)
    if files.generated is None:
        kinds.print_error(
            "all classes have equally many images, so none is generated. Pass "
            "--num-images N or --counts CLASS:N for more",
            "warning",
        )
    folder = AugmentFolder(options.out)
    with folder.held():
        done = folder.begin(settings, files, force=options.force)
        try:
            return _write(files, settings, folder, done, quiet=options.quiet)
        except ValueError:  # Such as a filter that accepts too few images.
            if folder.is_new:
                folder.discard()
            raise


def _check_images(data: str) -> None:
    """Raises an error if DATA is sounds or text, before a run is looked for."""
    for kind, is_of_kind in (("sounds", holds_sounds), ("text", is_text_file)):
        if is_of_kind(data):
            raise ValueError(
                "DATA of `keras-gan augment` must be images or a table. "
                f"Received: {data}, which is {kind}. Make more of a class with "
                "`keras-gan generate RUN --labels CLASS`, and add them to it."
            )


def _write(files, settings, folder: AugmentFolder, done: int, *, quiet) -> int:
    if not quiet:
        print(_introduction(files, settings, folder, done), flush=True)
    left = len(files) - done
    try:
        with ProgressBar(
            left, "written images", shown=left and not quiet
        ) as bar:
            for batch in files.batches(done):
                folder.write(batch)
                bar.update(len(batch))
    except KeyboardInterrupt:
        kinds.print_error(
            f"stopped after {done + bar.n} of {len(files)} images; the same "
            "command resumes",
            "note",
        )
        return 128 + signal.SIGINT
    if not quiet:
        print(_summary(files, folder))
    return 0


def _introduction(files: AugmentedFiles, settings, folder, done: int) -> str:
    originals, generated = files.originals, files.generated
    shapes = [size_in_words(shape) for shape in originals.image_shapes]
    lines = [
        f"{len(originals.paths):,} images of {len(originals.class_names)} "
        f"classes, {listed(shapes, most=3)}, from {settings.data}"
    ]
    if generated is not None:
        size = size_in_words(generated.image_shape)
        chosen = settings.filter or settings.classifier
        lines.append(
            f"{generated.num_images:,} images to add, {size}, seed "
            f"{settings.seed}"
            + f", chosen by {chosen}" * (chosen is not None)
            + f", from {settings.model}"
        )
        if shapes != [size]:
            lines.append(
                f"note: generated images have the size of training, {size}; "
                "the others keep theirs"
            )
    state = f", from image {done:,} on" * bool(done)
    if done == len(files):
        state = ", which is complete"
    return "\n".join([*lines, f"folder {folder}{state}"])


def _summary(files: AugmentedFiles, folder: AugmentFolder) -> str:
    counts, added = files.originals.class_counts, files.added_counts
    number = sum(added.values())
    lines = [f"{len(files):,} images, {number:,} of them generated: {folder}"]
    if len(counts) <= _MOST_CLASSES:
        width = max(map(len, counts))
        lines += [
            f"  {name:<{width}}  {count:,} + {added[name]:,}"
            for name, count in counts.items()
        ]
    return "\n".join([*lines, f"  manifest  {folder.manifest.path}"])


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
        return finite("filter", float(text))
    except ValueError as error:
        raise argparse.ArgumentTypeError(
            f"must be {', '.join(_FILTERS)} or a number, the smallest logit, "
            f"not {text!r}"
        ) from error
