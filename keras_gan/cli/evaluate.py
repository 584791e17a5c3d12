"""`keras-gan evaluate`: metrics of real against generated data."""

import argparse
import contextlib
import dataclasses
import json
import os
import pathlib
import sys
from typing import Any, cast

import keras

from keras_gan.cli import arguments as kinds
from keras_gan.cli import memorization
from keras_gan.cli.comparing import Comparison
from keras_gan.cli.evaluation_inputs import (
    EvaluationInput,
    SavedStatistics,
    StoredImages,
    holds_statistics,
    numbers_of_images,
)
from keras_gan.cli.metric_options import add_metric_options, make_metrics
from keras_gan.cli.progress import ProgressBar
from keras_gan.cli.settings import first
from keras_gan.cli.sounds import compare as compare_sounds
from keras_gan.cli.tables import compare
from keras_gan.cli.texts import compare as compare_texts

SUMMARY = "compare generated images, sounds, tables or text with real ones"
DESCRIPTION = (
    "Compares two sets of images by the features that a network extracts. "
    "REAL and FAKE are each one of: a built-in name, a folder of images, a "
    ".zip of one, an .npz of images, an .npz of statistics (mu, sigma), or the "
    "folder of a run, whose GAN draws the images. Sounds, folders or a .zip of "
    "WAV files, are compared by the features of a classifier of REAL; tables, "
    ".csv or .parquet, by their columns, and lines of text, .txt or .smi, by "
    "their n-grams; FAKE may be the run of any of these, too."
)
_METRICS = ["fid"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of the command to its parser."""
    parser.add_argument(
        "real", metavar="REAL", help="real images, sounds, a table or text"
    )
    parser.add_argument("fake", metavar="FAKE", help="generated ones, or a run")
    add_metric_options(parser, default=None, shown="fid")
    memorization.add_memorization_option(parser)
    _add_image_options(parser)
    parser.add_argument(
        "--save-statistics",
        metavar="PATH",
        help="write mu and sigma of REAL to this .npz, which can be used as "
        "REAL later (default: not written)",
    )
    parser.add_argument(
        "--json",
        action="store_true",
        help="print one JSON object (default: a table)",
    )
    parser.add_argument("--quiet", action="store_true", help="show no progress")
    compare_sounds.add_arguments(parser.add_argument_group("sounds"))
    compare.add_arguments(parser.add_argument_group("tables"))
    compare_texts.add_arguments(parser.add_argument_group("text"))


def _add_image_options(parser):
    parser.add_argument(
        "--num-images",
        "--num-sounds",
        type=kinds.two_or_more,
        metavar="N",
        help="random sample of each input (default: all stored images, and as "
        "many generated ones)",
    )
    kinds.add_image_options(parser)
    kinds.add_split(parser, "REAL")
    kinds.add_num_workers(parser)
    kinds.add_batch_size(parser)
    kinds.add_seed(parser, "latents and the sample of images", default=0)


@dataclasses.dataclass(frozen=True)
class _Measured:
    """The metrics after all images, and the images that they have seen.

    `copies` is the metric of `--memorization`, or `None`.
    """

    metrics: list[Any]
    copies: Any
    numbers: dict[str, int]
    of: Comparison


def run(options: argparse.Namespace) -> int:
    """Measures and prints; returns the exit code."""
    of_sounds = compare_sounds.is_of_sounds(options)
    if not of_sounds:
        compare_sounds.check_none(options)
    if compare_texts.is_of_texts(options):
        return compare_texts.run(options)
    compare_texts.check_none(options)
    if compare.is_of_tables(options):
        return compare.run(options)
    compare.check_none(options)
    compared = compare_sounds.SoundComparison if of_sounds else Comparison
    options.metrics = first(options.metrics, _METRICS)
    if not options.metrics and not options.memorization:
        raise ValueError(
            "`--metrics none` leaves nothing to evaluate. Name some of "
            f"{', '.join(compared.metrics)}{compared.otherwise}."
        )
    # Keras reports downloads on the standard output.
    with contextlib.redirect_stdout(sys.stderr):
        measured = _measured(options, compared(options))
        values = _values(measured.metrics)
        if options.memorization:
            values.update(_memorized(measured, options))
    _print(values, measured, options)
    if options.save_statistics:
        fid = _fid_of(measured.metrics)
        fid.save_real_statistics(options.save_statistics)
    return 0


def _measured(options, of: Comparison) -> _Measured:
    inputs, extractor = of.inputs, of.extractor
    numbers = numbers_of_images(inputs, options.num_images)
    chosen = _metrics(options, inputs, extractor)
    if options.save_statistics:
        _check_savable(options, inputs, chosen)
    copies = None
    if options.memorization:
        copies = memorization.make_metric(
            options.memorization, extractor, inputs, numbers
        )
    every = [*chosen, copies] if copies else chosen
    numbers = {k: n for k, n in numbers.items() if _needing(k, every)}
    for kind, number in numbers.items():
        source: Any = inputs[kind]
        _check_number(kind, of, number, every)
        batch_size = min(number, options.batch_size)
        source.check_memory(_needing(kind, every), batch_size)
    of.prepare()
    for kind, number in numbers.items():
        _read(kind, of, number, every, options)
    return _Measured(chosen, copies, numbers, of)


def _memorized(measured: _Measured, options) -> dict[str, float]:
    """Returns the values of `--memorization` and writes its picture."""
    neighbors = min(memorization.NUM_NEIGHBORS, measured.numbers["real"])
    found = measured.copies.resemblance(neighbors)
    memorization.write_picture(
        options.memorization,
        found,
        measured.of.inputs,
        measured.numbers,
        options.batch_size,
    )
    return found.values(measured.copies.quantile)


def _print(values, measured: _Measured, options) -> None:
    numbers, of = measured.numbers, measured.of
    picture = options.memorization
    if options.json:
        described = {
            "real": options.real,
            "fake": options.fake,
            **of.described(),
            **{f"num_{kind}": number for kind, number in numbers.items()},
        }
        if picture:
            described["memorization_picture"] = str(picture)
        print(json.dumps({**values, **described}))
        return
    width = max(map(len, values)) + 2
    for name, value in values.items():
        print(f"{name:<{width}}{value:.6g}")
    counts = [f"{n:,} {kind} {of.unit}" for kind, n in numbers.items()]
    print(f"of {' and '.join([*counts, of.in_words()])}")
    if picture:
        print(
            f"{picture}: the fake images that are nearest to real ones (left), "
            "and these real ones"
        )


def _needing(kind: str, chosen) -> list[Any]:
    """The metrics that use real, or fake, images."""
    return [metric for metric in chosen if kind in metric.kinds]


def _check_number(kind: str, of: Comparison, number: int, chosen) -> None:
    """Raises an error if there are too few images, before reading any."""
    source, unit = of.inputs[kind], of.unit
    there = len(source) if isinstance(source, StoredImages) else number
    if number > there:
        raise ValueError(
            f"`--num-{unit}` must be at most {there}, the number of {unit} of "
            f"{kind.upper()}. Received: {number}."
        )
    for metric in _needing(kind, chosen):
        if number < metric.least_images:
            raise ValueError(
                f"The metric {metric.name!r} needs at least "
                f"{metric.least_images} {unit}. Received: {number} of "
                f"{kind.upper()}. Use more {unit}, or another metric."
            )


def _metrics(
    options, inputs: dict[str, EvaluationInput], extractor: Any
) -> list[Any]:
    chosen = []
    for name, metric in zip(
        options.metrics, make_metrics(options.metrics, extractor), strict=True
    ):
        for kind in metric.kinds:
            source = inputs[kind]
            if not isinstance(source, SavedStatistics):
                continue
            if not hasattr(metric, "with_statistics"):
                raise ValueError(
                    f"`--metrics {name}` needs images, and "
                    f"{kind.upper()} is a file of statistics. Give images, or "
                    "leave the metric out."
                )
            metric = metric.with_statistics(kind, source.statistics)
        chosen.append(metric)
    return chosen


def _read(kind: str, of: Comparison, number: int, chosen, options) -> None:
    needed, source = _needing(kind, chosen), cast(Any, of.inputs[kind])
    shown = not options.quiet
    with ProgressBar(number, f"{kind} {of.unit}", shown=shown) as bar:
        for images in source.batches(number, options.batch_size):
            # Metrics that get the same tensor share its features.
            images = keras.ops.convert_to_tensor(images)
            for metric in needed:
                getattr(metric, f"update_{kind}")(images)
            bar.update(len(images))


def _values(chosen) -> dict[str, float]:
    values: dict[str, float] = {}
    for metric in chosen:
        if hasattr(metric, "mean_and_deviation"):
            name = metric.name
            names = (name, f"{name}_standard_deviation")
            found = metric.mean_and_deviation()
            values.update(zip(names, found, strict=True))
            continue
        result = metric.result()
        if not isinstance(result, dict):
            result = {metric.name: result}
        values.update({name: float(value) for name, value in result.items()})
    return values


def _check_savable(options, inputs, chosen) -> None:
    if _fid_of(chosen) is None or isinstance(inputs["real"], SavedStatistics):
        raise ValueError(
            "`--save-statistics` needs `--metrics fid` and images as REAL. "
            f"Received: --metrics {','.join(options.metrics)} and REAL "
            f"{options.real}."
        )
    if not options.save_statistics.endswith(".npz"):
        raise ValueError(
            "`--save-statistics` must end in .npz. Received: "
            f"{options.save_statistics}"
        )
    path = pathlib.Path(options.save_statistics)
    if os.path.lexists(path) and not holds_statistics(path):
        raise ValueError(
            f"`{path}` exists already and is no file of statistics. Choose "
            "another name for `--save-statistics`, or remove it first."
        )
    folder = path.parent
    if not folder.is_dir():
        raise ValueError(
            "`--save-statistics` must be in an existing folder. Received: "
            f"{options.save_statistics}. Create `{folder}` first."
        )


def _fid_of(chosen):
    fids = [m for m in chosen if hasattr(m, "save_real_statistics")]
    return fids[0] if fids else None
