"""From the arguments of `keras-gan augment` to what it will write."""

import argparse
import math
import os
from typing import Any

from keras_gan import datasets, images, models, sampling
from keras_gan.cli.apart import check_apart
from keras_gan.cli.augment.class_images import source_of_classes
from keras_gan.cli.augment.folder import AugmentSettings
from keras_gan.cli.generate import model_path
from keras_gan.cli.loading import is_gan_of
from keras_gan.cli.opening import open_data
from keras_gan.cli.run_folder import data_of_run
from keras_gan.cli.settings import location
from keras_gan.cli.sizes import check_drawing
from keras_gan.cli.versions import versions
from keras_gan.cli.words import listed, size_in_words
from keras_gan.datasets.augmented_files import AugmentedFiles
from keras_gan.datasets.balancing import by_class_number
from keras_gan.datasets.fingerprints import fingerprint
from keras_gan.datasets.image_files import ImageFiles, image_files
from keras_gan.sampling.open_generator import load_saved
from keras_gan.utils.files import sha256
from keras_gan.utils.memory import check_memory
from keras_gan.utils.models import load_model

# Of memory for each image that is added: its row in the manifest.
_BYTES_PER_ROW = 400
_DRAWING = ("batch_size", "seed", "truncation")


def make_job(
    options: argparse.Namespace,
) -> tuple[AugmentedFiles, AugmentSettings]:
    """Opens the images and the GAN, and checks that they belong together.

    Args:
        options: Arguments of the command line.

    Returns:
        What to write, and all that determines it.

    Raises:
        FileNotFoundError: If the images or the GAN do not exist.
        ValueError: If they do not fit each other or the arguments.
    """
    if options.balance not in (None, "uniform", "none"):
        raise ValueError(
            "`--balance` must be uniform or none for images. Received: "
            f"--balance {options.balance}. A column is for tables, whose DATA "
            "ends in .csv or .parquet."
        )
    check_apart(options.data, options.out)
    path = model_path(options.model)
    if is_gan_of("tables", path):
        raise ValueError(
            f"`{path}` is the run of a table, so DATA must be a .csv or "
            f".parquet file. Received: {options.data}. Name the table, or the "
            "--run of a GAN that draws images."
        )
    trained_on = data_of_run(path)
    gan = _opened_gan(path, options)
    source = _open(options, trained_on, gan)
    originals = image_files(source)
    data = originals.fingerprint()
    if isinstance(gan, models.DAGAN):  # It learned no classes.
        data["sha256"] = fingerprint(source)  # New images start from these.
        gan = source_of_classes(gan, source)
    else:
        _check_fit(originals, trained_on, gan, f"`{path}`", f"`{options.data}`")
    wanted, generated = _wanted(options, originals, gan), None
    if wanted:
        drawing = {name: getattr(options, name) for name in _DRAWING}
        generated = datasets.SyntheticImages(
            gan, **wanted, **drawing, filter=_filter(options)
        )
    files = AugmentedFiles(
        originals,
        generated,
        batch_size=options.batch_size,
        model=os.path.abspath(path),
        seed=options.seed,
    )
    return files, _settings(options, files, data, os.path.abspath(path))


def _opened_gan(path, options) -> Any:
    """A `DAGAN`, or the source of images of a conditional GAN."""
    model = load_saved(path, not options.unsafe)
    if isinstance(model, models.DAGAN):
        if options.filter is not None:
            raise ValueError(
                "`--filter` needs a discriminator of single images, and that "
                f"of a DAGAN judges pairs. Received: --filter {options.filter}."
                " Use --classifier."
            )
        return model
    gan = sampling.open_generator(model)
    if gan.num_classes is None:
        raise ValueError(
            "The GAN has no classes, so its images would have no labels. "
            "Train one with `keras-gan train --conditional`, or with `--task "
            "dagan`."
        )
    return gan


def _open(options, trained_on: Any, gan: Any) -> datasets.Source:
    data = options.data
    images.check_image_shape(gan.image_shape)
    is_files = os.path.isdir(data) or data.lower().endswith(".zip")
    shape: dict[str, Any] = {}
    resizes = trained_on or isinstance(gan, models.DAGAN)
    if resizes and is_files and data not in datasets.BUILTIN_NAMES:
        # Decoded as in training, as a check; the files are copied unchanged.
        *size, channels = gan.image_shape
        shape = {"image_size": size, "channels": channels}
    return open_data(
        data,
        split=options.split,
        quiet=options.quiet,
        num_workers=options.num_workers,
        cache=False,  # The files themselves are copied.
        **shape,
    )


def _check_fit(originals: ImageFiles, trained_on, gan, model, data) -> None:
    """Checks that the GAN was trained on these classes and this size."""
    names, shapes = originals.class_names, originals.image_shapes
    known = trained_on and trained_on.class_names
    if gan.num_classes != len(names) or tuple(known or names) != names:
        learned, there = f"{gan.num_classes} classes", f"{len(names)}: "
        if known:
            learned, there = listed(known), ""
        raise ValueError(
            f"{model} must have learned the classes of DATA. Received: it "
            f"knows {learned}; {data} has {there}{listed(names)}. Train a GAN "
            "on these images, or rename the classes."
        )
    if trained_on is None and shapes != [gan.image_shape]:
        raise ValueError(
            f"{model} draws images of {size_in_words(gan.image_shape)}. "
            f"Received: images of {size_in_words(shapes[0])} in {data}. Resize "
            "them first, train a GAN on images of this size, or name the "
            "folder of its run, which records that training resized them."
        )


def _check_number(options, gan: sampling.GeneratorSource) -> None:
    """Refuses numbers of images that no memory can hold."""
    added = (options.counts or {}).values()
    check_memory(
        "The table of these images",
        _BYTES_PER_ROW * max(options.num_images or 0, sum(added)),
        "Add fewer of them.",
    )
    check_memory(
        f"A batch of {options.batch_size} images",
        4 * options.batch_size * math.prod(gan.image_shape),
        "Choose a smaller --batch-size.",
    )
    check_drawing(gan.generator, options.batch_size)


def _wanted(options, originals: ImageFiles, gan) -> dict[str, Any]:
    """How many images to draw, as `SyntheticImages` takes it; {} for none."""
    asked = {
        "--balance uniform": options.balance == "uniform",
        "--num-images": options.num_images is not None,
        "--counts": options.counts is not None,
    }
    given = [name for name, is_given in asked.items() if is_given]
    if len(given) > 1 or (not given and options.balance == "none"):
        raise ValueError(
            f"Exactly one of {', '.join(asked)} says how many images to add. "
            f"Received: {' and '.join(given) or '--balance none alone'}."
        )
    _check_number(options, gan)
    if options.num_images is not None:
        return {"num_images": options.num_images}
    counts = originals.missing_counts()
    if options.counts is not None:
        names = originals.class_names
        numbers = {str(label): label for label in range(len(names))}
        named = {
            key if key in names else numbers.get(key, key): number
            for key, number in options.counts.items()
        }
        counts = by_class_number("--counts", named, names, len(names))
    return {"counts": counts} if counts else {}


def _filter(options) -> Any:
    if options.classifier is None:
        return options.filter
    if options.filter is not None:
        raise ValueError(
            "Only one of `--filter` and `--classifier` can choose the images. "
            "Received: both."
        )
    return load_model(
        options.classifier,
        expected="the .keras file of a classifier of images in [-1, 1]",
        missing="There is no classifier `{path}`.",
        unsafe_hint="pass --unsafe",
        safe_mode=not options.unsafe,
    )


def _settings(
    options, files: AugmentedFiles, data: dict[str, Any], model: str
) -> AugmentSettings:
    classifier = options.classifier and os.path.abspath(options.classifier)
    return AugmentSettings(
        data=location(options.data),
        images_of_data=data,
        model=model,
        model_sha256=sha256(model),
        added=options.num_images or dict(files.added_counts) or 0,
        filter=options.filter,
        classifier=classifier,
        classifier_sha256=classifier and sha256(classifier),
        **{name: getattr(options, name) for name in _DRAWING},
        versions=versions(),
    )
