"""From the arguments of `keras-gan augment` to what it will write."""

import argparse
import hashlib
import json
import os
import pathlib
from typing import Any

import numpy as np

from keras_gan import datasets, images, sampling
from keras_gan.cli.augment.plan import Plan
from keras_gan.cli.generate import model_path
from keras_gan.cli.settings import location, versions
from keras_gan.datasets.image_files import ImageFiles, image_files
from keras_gan.utils.models import load_model


def make_job(options: argparse.Namespace) -> tuple[Plan, dict[str, Any]]:
    """Opens the images and the GAN, and checks that they belong together.

    Args:
        options: Arguments of the command line.

    Returns:
        What to write, and all that determines it, as JSON can hold it.

    Raises:
        FileNotFoundError: If the images or the GAN do not exist.
        ValueError: If they do not fit each other or the arguments.
    """
    data = options.data
    _check_apart(data, options.out)
    path = model_path(options.model)
    gan = sampling.open_generator(path, safe_mode=not options.unsafe)
    config = _run_config(path)
    originals = _open_originals(data, config, gan)
    _check_fit(data, originals, path, config, gan)
    wanted = _wanted(options, originals)
    drawing = {n: getattr(options, n) for n in ("truncation", "batch_size")}
    generated = wanted and datasets.SyntheticImages(
        gan, **wanted, **drawing, filter=_filter(options), seed=options.seed
    )
    plan = Plan(
        originals,
        generated or None,
        gan.image_shape,
        os.path.abspath(path),
        options.seed,
        options.batch_size,
    )
    taken = set(originals.paths)
    for name in map(plan.path, range(len(taken), len(plan))):
        if name in taken:
            raise ValueError(
                f"`{data}` has an image `{name}`, which is the name of a "
                "generated one. Augment the originals alone, or rename it."
            )
    return plan, _settings(options, plan, wanted)


def in_words(shape) -> str:
    """A shape such as `8 x 8 x 1`."""
    return " x ".join(map(str, shape))


def _check_apart(data: str, out: str) -> None:
    """Refuses to write where images are read."""
    if not os.path.isdir(data) or data in datasets.BUILTIN_NAMES:
        return
    one, other = (pathlib.Path(path).resolve() for path in (data, out))
    if one.is_relative_to(other) or other.is_relative_to(one):
        raise ValueError(
            "`--out` must be apart from DATA, whose images it would mix with "
            f"generated ones. Received: DATA {data}, --out {out}."
        )


def _run_config(path: pathlib.Path) -> dict[str, Any] | None:
    """The `config.json` of the run that a model belongs to, if there is one."""
    try:
        config = json.loads(path.with_name("config.json").read_text())
    except (OSError, ValueError):
        return None
    is_run = isinstance(config, dict) and {"dataset", "settings"} <= set(config)
    return config if is_run else None


def _open_originals(data: str, config: Any, gan: Any) -> ImageFiles:
    if gan.num_classes is None:
        raise ValueError(
            "The GAN has no classes, so its images would have no labels. "
            "Train one with `keras-gan train --conditional`."
        )
    images.check_image_shape(gan.image_shape)
    options: dict[str, Any] = {}
    path = pathlib.Path(data)
    is_files = path.is_dir() or path.suffix.lower() == ".zip"
    if is_files and data not in datasets.BUILTIN_NAMES and config is not None:
        # Decoded as in training, as a check; the files are copied unchanged.
        height, width, channels = gan.image_shape
        options = {"image_size": (height, width), "channels": channels}
    return image_files(datasets.open_source(data, **options))


def _check_fit(data, originals: ImageFiles, path, config, gan) -> None:
    """Checks that the GAN was trained on these classes and this size."""
    names, shapes = originals.class_names, originals.image_shapes
    known = (config or {}).get("dataset", {}).get("class_names")
    learned, there = known and _listed(known), _listed(names)
    if known is None:
        learned = f"{gan.num_classes} classes"
        there = f"{len(names)}: {there}"
    if gan.num_classes != len(names) or tuple(known or names) != names:
        raise ValueError(
            f"`{path}` must have learned the classes of DATA. Received: it "
            f"knows {learned}; `{data}` has {there}. Train a GAN on these "
            "images, or rename the classes."
        )
    if config is None and shapes != [gan.image_shape]:
        raise ValueError(
            f"`{path}` draws images of {in_words(gan.image_shape)}. Received: "
            f"images of {in_words(shapes[0])} in `{data}`. Resize them first, "
            "train a GAN on images of this size, or name the folder of its "
            "run, which records that training resized them."
        )


def _wanted(options, originals: ImageFiles) -> dict[str, Any]:
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
    if options.num_images is not None:
        return {"num_images": options.num_images}
    if options.counts is not None:
        return {"counts": _by_label(options.counts, originals.class_names)}
    there = originals.class_counts
    # A class without images has taught the GAN nothing.
    missing = np.where(there > 0, there.max() - there, 0)
    counts = {int(c): int(missing[c]) for c in np.flatnonzero(missing)}
    return {"counts": counts} if counts else {}


def _by_label(counts: dict[str, int], names: tuple[str, ...]) -> dict[int, int]:
    labels = {str(label): label for label in range(len(names))}
    labels |= {name: label for label, name in enumerate(names)}
    found: dict[int, int] = {}
    for name, number in counts.items():
        if name not in labels:
            raise ValueError(
                f"`--counts` must name classes of DATA, {_listed(names)}, "
                f"or their numbers from 0. Received: {name!r}."
            )
        if labels[name] in found:
            raise ValueError(
                "`--counts` must name each class once. Received: "
                f"{names[labels[name]]!r} twice."
            )
        found[labels[name]] = number
    return found


def _filter(options) -> Any:
    if options.classifier is None:
        return options.filter
    if options.filter is not None:
        raise ValueError(
            "Only one of `--filter` and `--classifier` can choose the images. "
            f"Received: --filter {options.filter} and --classifier "
            f"{options.classifier}."
        )
    classifier = load_model(
        options.classifier,
        expected="the .keras file of a classifier of images in [-1, 1]",
        missing="There is no classifier `{path}`.",
        unsafe_hint="pass --unsafe",
        safe_mode=not options.unsafe,
    )
    return sampling.ClassifierAgreement(classifier)


def _settings(options, plan: Plan, wanted) -> dict[str, Any]:
    originals, classifier = plan.originals, options.classifier
    names, counts = originals.class_names, originals.class_counts.tolist()
    paths = "\n".join(originals.paths).encode(errors="surrogateescape")
    found = hashlib.sha256(paths + originals.labels.tobytes())
    added = {names[k]: n for k, n in wanted.get("counts", {}).items()}
    return {
        "data": location(options.data),
        "images_of_data": {
            "number": len(originals.paths),
            "of_classes": dict(zip(names, counts, strict=True)),
            "sha256_of_names": found.hexdigest(),
        },
        "model": plan.model,
        "model_sha256": _sha256(plan.model),
        "added": added or options.num_images or 0,
        "filter": options.filter,
        "classifier": classifier and os.path.abspath(classifier),
        "classifier_sha256": classifier and _sha256(classifier),
        "truncation": options.truncation,
        "seed": options.seed,
        "batch_size": options.batch_size,
        "versions": versions(),
    }


def _sha256(path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _listed(names) -> str:
    shown = ", ".join(map(str, names[:10]))
    return shown + f" and {len(names) - 10} others" * (len(names) > 10)
