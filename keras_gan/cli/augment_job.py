"""From the arguments of `keras-gan augment` to what it will write."""

import argparse
import dataclasses
import hashlib
import json
import os
import pathlib
import zipfile
from typing import Any

import keras
import numpy as np

import keras_gan
from keras_gan import datasets, sampling
from keras_gan import images as image_tools
from keras_gan.backend import BACKEND, devices
from keras_gan.cli.augment_originals import Originals, originals_of
from keras_gan.cli.augment_plan import Plan
from keras_gan.cli.generate import model_path
from keras_gan.cli.settings import location


@dataclasses.dataclass(frozen=True)
class AugmentJob:
    """What there is to write, and what determines it.

    Attributes:
        plan: The files.
        settings: All that determines them, as JSON can hold it.
        image_shape: Shape of the generated images.
    """

    plan: Plan
    settings: dict[str, Any]
    image_shape: tuple[int, ...]


def make_job(options: argparse.Namespace) -> AugmentJob:
    """Opens the images and the GAN, and checks that they belong together.

    Args:
        options: Arguments of the command line.

    Raises:
        FileNotFoundError: If the images or the GAN are not there.
        ValueError: If they do not fit each other or the arguments.
    """
    check_places(options.data, options.out)
    path = model_path(options.model)
    config = _config_beside(path)
    gan = sampling.open_generator(path, safe_mode=not options.unsafe)
    originals = _open_originals(options.data, config, gan)
    _check_classes(options.data, originals, path, config, gan)
    _check_sizes(options.data, originals, path, config, gan)
    wanted = _wanted(options, originals)
    images = None
    if wanted:
        images = datasets.SyntheticImages(
            gan,
            **wanted,
            filter=_filter(options),
            truncation=options.truncation,
            batch_size=options.batch_size,
            seed=options.seed,
        )
    model = os.path.abspath(path)
    plan = Plan(originals, images, model, options.seed, options.batch_size)
    _check_names(plan, options.data)
    settings = _settings(options, model, originals, wanted)
    return AugmentJob(plan, settings, gan.image_shape)


def check_places(data: str, out: str) -> None:
    """Refuses to write where the images are read.

    Args:
        data: DATA.
        out: `--out`.

    Raises:
        ValueError: If one is a folder inside of the other.
    """
    if not os.path.isdir(data) or data in datasets.BUILTIN_NAMES:
        return
    places = [pathlib.Path(one).resolve() for one in (data, out)]
    if places[0] in (places[1], *places[1].parents) or (
        places[1] in places[0].parents
    ):
        raise ValueError(
            "`--out` must be apart from DATA, whose images it would mix with "
            f"generated ones. Received: DATA {data}, --out {out}."
        )


def _config_beside(path: pathlib.Path) -> dict[str, Any] | None:
    """The `config.json` of the run that a model belongs to, if it is there."""
    try:
        config = json.loads(path.with_name("config.json").read_text())
    except (OSError, ValueError):
        return None
    is_run = isinstance(config, dict) and {"dataset", "settings"} <= set(config)
    return config if is_run else None


def _open_originals(data, config, gan) -> Originals:
    if gan.num_classes is None:
        raise ValueError(
            "The GAN has no classes, and its images would have no labels. "
            "Train one with `keras-gan train --conditional`."
        )
    image_tools.check_image_shape(gan.image_shape)
    options: dict[str, Any] = {}
    path = pathlib.Path(data)
    is_files = path.is_dir() or path.suffix.lower() == ".zip"
    if is_files and data not in datasets.BUILTIN_NAMES and config is not None:
        # Only to look at them as training did; their bytes stay as they are.
        height, width, channels = gan.image_shape
        options = {"image_size": (height, width), "channels": channels}
    return originals_of(datasets.open_source(data, **options))


def _check_classes(data, originals: Originals, path, config, gan) -> None:
    names = (config or {}).get("dataset", {}).get("class_names")
    if names is not None and tuple(names) != originals.class_names:
        raise ValueError(
            f"`{path}` must have learned the classes of DATA. Received: it "
            f"knows {_listed(names)}; `{data}` has "
            f"{_listed(originals.class_names)}. Train a GAN on these images, "
            "or name the classes alike."
        )
    if gan.num_classes != len(originals.class_names):
        raise ValueError(
            f"`{path}` must have learned the classes of DATA. Received: it "
            f"knows {gan.num_classes} classes; `{data}` has "
            f"{len(originals.class_names)}: {_listed(originals.class_names)}. "
            "Train a GAN on these images."
        )


def _check_sizes(data, originals: Originals, path, config, gan) -> None:
    if config is None and originals.image_shapes != [gan.image_shape]:
        raise ValueError(
            f"`{path}` draws images of {in_words(gan.image_shape)}. Received: "
            f"images of {in_words(originals.image_shapes[0])} in `{data}`. "
            "Resize them first, train a GAN on images of this size, or name "
            "the folder of its run, which says that training resized them."
        )


def _wanted(options, originals: Originals) -> dict[str, Any]:
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
        counts = _by_number(options.counts, originals.class_names)
    else:
        there = originals.counts
        # A class without images has taught the GAN nothing.
        missing = np.where(there > 0, there.max() - there, 0)
        counts = {int(c): int(missing[c]) for c in np.flatnonzero(missing)}
    return {"counts": counts} if counts else {}


def _by_number(counts: dict[str, int], class_names) -> dict[int, int]:
    found: dict[int, int] = {}
    for name, number in counts.items():
        label = -1
        if name in class_names:
            label = class_names.index(name)
        elif name.isdecimal():
            label = int(name)
        if not 0 <= label < len(class_names):
            raise ValueError(
                f"`--counts` must name classes of DATA, {_listed(class_names)},"
                f" or their numbers from 0. Received: {name!r}."
            )
        if label in found:
            raise ValueError(
                "`--counts` must name each class once. Received: "
                f"{class_names[label]!r} twice."
            )
        found[label] = number
    return found


def _filter(options) -> Any:
    if options.classifier is None:
        return options.filter
    if options.filter is not None:
        raise ValueError(
            "One of `--filter` and `--classifier` can choose the images. "
            f"Received: --filter {options.filter} and --classifier "
            f"{options.classifier}."
        )
    path = pathlib.Path(options.classifier)
    if not path.is_file():
        raise FileNotFoundError(f"There is no classifier `{path}`.")
    try:
        model = keras.saving.load_model(
            path, compile=False, safe_mode=not options.unsafe
        )
    except (
        KeyError,
        OSError,
        TypeError,
        ValueError,
        zipfile.BadZipFile,
    ) as error:
        raise ValueError(
            f"`{path}` cannot be loaded. It must be the .keras file of a "
            "classifier of images in [-1, 1]; one that holds Python code is "
            f"run only with --unsafe. {error}"
        ) from error
    return sampling.ClassifierAgreement(model)


def _check_names(plan: Plan, data) -> None:
    originals = set(plan.originals.paths)
    for number in range(len(plan.originals), len(plan)):
        if plan.path(number) in originals:
            raise ValueError(
                f"`{data}` has an image `{plan.path(number)}`, which is the "
                "name of a generated one. Augment the originals alone, or "
                "rename it."
            )


def _settings(options, model, originals: Originals, wanted) -> dict[str, Any]:
    found = hashlib.sha256("\n".join(originals.paths).encode(
        errors="surrogateescape"
    ))  # fmt: skip
    found.update(originals.labels.tobytes())
    classifier = options.classifier
    return {
        "data": location(options.data),
        "images_of_data": {
            "number": len(originals),
            "of_classes": dict(
                zip(
                    originals.class_names,
                    originals.counts.tolist(),
                    strict=True,
                )
            ),
            "sha256_of_names": found.hexdigest(),
        },
        "model": model,
        "model_sha256": _sha256(model),
        "added": {
            originals.class_names[label]: number
            for label, number in wanted.get("counts", {}).items()
        }
        or options.num_images
        or 0,
        "filter": options.filter,
        "classifier": classifier and os.path.abspath(classifier),
        "classifier_sha256": classifier and _sha256(classifier),
        "truncation": options.truncation,
        "seed": options.seed,
        "batch_size": options.batch_size,
        "versions": {
            "keras_gan": keras_gan.__version__,
            "keras": keras.__version__,
            BACKEND: devices.FRAMEWORK_VERSION,
            "numpy": np.__version__,
        },
    }


def _sha256(path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def in_words(shape) -> str:
    """A shape such as `8 x 8 x 1`."""
    return " x ".join(map(str, shape))


def _listed(names) -> str:
    shown = ", ".join(map(str, names[:10]))
    return shown + f" and {len(names) - 10} others" * (len(names) > 10)
