"""`keras-gan evaluate`: metrics of real against generated images."""

import argparse
import contextlib
import dataclasses
import json
import pathlib
import sys
from typing import Any

import keras

from keras_gan.cli import arguments as kinds
from keras_gan.cli import memorization
from keras_gan.cli.arguments import METRICS
from keras_gan.cli.metric_options import add_metric_options, make_metrics
from keras_gan.cli.progress import ImageCounter
from keras_gan.cli.settings import default_extractor
from keras_gan.cli.sides import (
    ImagesSide,
    Side,
    StatisticsSide,
    numbers_of_images,
    open_side,
)

SUMMARY = "measure generated images against real ones"
DESCRIPTION = (
    "Compares two sets of images by the features that a network has of them. "
    "REAL and FAKE are each one of: a built-in name, a folder of images, a "
    ".zip of one, an .npz of images, an .npz of statistics (mu, sigma), or the "
    "folder of a run, which draws the images."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of the command to its parser."""
    parser.add_argument("real", metavar="REAL", help="real images")
    parser.add_argument("fake", metavar="FAKE", help="generated images")
    add_metric_options(parser, default=["fid"], shown="fid")
    memorization.add_memorization_option(parser)
    _add_image_options(parser)
    parser.add_argument(
        "--save-statistics",
        metavar="PATH",
        help="write mu and sigma of REAL to this .npz, for later use as REAL "
        "(default: not written)",
    )
    parser.add_argument(
        "--json",
        action="store_true",
        help="print one JSON object (default: a table)",
    )
    parser.add_argument("--quiet", action="store_true", help="show no progress")


def _add_image_options(parser):
    parser.add_argument(
        "--num-images",
        type=kinds.two_or_more,
        metavar="N",
        help="images of each side, drawn at random (default: all there are, "
        "and as many generated ones)",
    )
    parser.add_argument(
        "--image-size",
        type=kinds.image_size,
        metavar="N|HxW",
        help="resize files to N pixels a side, or to height x width (default: "
        "as they are; the network resizes by itself)",
    )
    parser.add_argument(
        "--channels",
        type=int,
        choices=(1, 3, 4),
        help="1 greyscale, 3 RGB, 4 RGBA (default: as they are)",
    )
    parser.add_argument(
        "--batch-size",
        type=kinds.positive_integer,
        metavar="N",
        default=64,
        help="images at once (default: 64)",
    )
    parser.add_argument(
        "--seed",
        type=kinds.seed,
        metavar="N",
        default=0,
        help="fixes latents and the choice of images (default: 0)",
    )


@dataclasses.dataclass(frozen=True)
class _Measured:
    """The metrics after all images, and which images these were.

    `copies` is the metric of `--memorization`, which is `None` without it.
    """

    metrics: list[Any]
    copies: Any
    sides: dict[str, Any]
    numbers: dict[str, int]
    extractor: str


def run(options: argparse.Namespace) -> int:
    """Measures and prints; returns the exit code."""
    if not options.metrics and not options.memorization:
        raise ValueError(
            "`--metrics none` leaves nothing to evaluate. Name some of "
            f"{', '.join(METRICS)}, or ask for `--memorization`."
        )
    # Keras writes of downloads where only the result is to stand.
    with contextlib.redirect_stdout(sys.stderr):
        measured = _measured(options)
        values = _values(measured.metrics)
        if options.memorization:
            values.update(_memorized(measured, options))
    _print(values, measured, options)
    if options.save_statistics:
        fid = _fid_of(measured.metrics)
        fid.save_real_statistics(options.save_statistics)
    return 0


def _measured(options) -> _Measured:
    sides = {
        "real": open_side(options.real, options),
        "fake": open_side(options.fake, options),
    }
    extractor = options.feature_extractor or default_extractor(options.real)
    numbers = numbers_of_images(sides, options.num_images)
    chosen = _metrics(options, sides, extractor)
    if options.save_statistics:
        _check_savable(options, sides, chosen)
    copies = None
    if options.memorization:
        copies = memorization.make_metric(
            options.memorization, extractor, sides, numbers
        )
    every = [*chosen, copies] if copies else chosen
    numbers = {k: n for k, n in numbers.items() if _needing(k, every)}
    for kind, number in numbers.items():
        _check_number(kind, sides[kind], number, every)
    for kind, number in numbers.items():
        _read(kind, sides[kind], number, every, options)
    return _Measured(chosen, copies, sides, numbers, extractor)


def _memorized(measured: _Measured, options) -> dict[str, float]:
    """The values of `--memorization`; writes its picture."""
    neighbours = min(memorization.NUM_NEIGHBOURS, measured.numbers["real"])
    found = measured.copies.resemblance(neighbours)
    memorization.write_picture(
        options.memorization,
        found,
        measured.sides,
        measured.numbers,
        options.batch_size,
    )
    return found.values(measured.copies.quantile)


def _print(values, measured: _Measured, options) -> None:
    numbers, extractor = measured.numbers, measured.extractor
    picture = options.memorization
    if options.json:
        described = {
            "real": options.real,
            "fake": options.fake,
            "feature_extractor": extractor,
            **{f"num_{kind}": number for kind, number in numbers.items()},
        }
        if picture:
            described["memorization_picture"] = str(picture)
        print(json.dumps({**values, **described}))
        return
    width = max(map(len, values)) + 2
    for name, value in values.items():
        print(f"{name:<{width}}{value:.6g}")
    counts = [f"{number:,} {kind} images" for kind, number in numbers.items()]
    print(f"of {' and '.join([*counts, f'features of {extractor}'])}")
    if picture:
        print(
            f"{picture}: the fake images nearest to real ones (left), each "
            "with these"
        )


def _needing(kind: str, chosen) -> list[Any]:
    """The metrics that have to see images of a kind."""
    return [metric for metric in chosen if kind in metric.kinds]


def _check_number(kind: str, side: Side, number: int, chosen) -> None:
    """Refuses too few images before any are read."""
    there = len(side) if isinstance(side, ImagesSide) else number
    if number > there:
        raise ValueError(
            f"`--num-images` must be at most {there}, the number of images of "
            f"{kind.upper()}. Received: {number}."
        )
    for metric in _needing(kind, chosen):
        if number < metric.least_images:
            raise ValueError(
                f"The metric {metric.name!r} needs at least "
                f"{metric.least_images} images. Received: {number} of "
                f"{kind.upper()}. Name more images, or another metric."
            )


def _metrics(options, sides: dict[str, Side], extractor: str) -> list[Any]:
    chosen = []
    for name, metric in zip(
        options.metrics, make_metrics(options.metrics, extractor), strict=True
    ):
        for kind in metric.kinds:
            side = sides[kind]
            if not isinstance(side, StatisticsSide):
                continue
            if not hasattr(metric, "with_statistics"):
                raise ValueError(
                    f"`--metrics {name}` needs images, and "
                    f"{kind.upper()} is a file of statistics. Name images, or "
                    "leave the metric out."
                )
            metric = metric.with_statistics(kind, side.statistics)
        chosen.append(metric)
    return chosen


def _read(kind: str, side: Any, number: int, chosen, options) -> None:
    needed = _needing(kind, chosen)
    counter = ImageCounter(kind, number, shown=not options.quiet)
    for images in side.batches(number, options.batch_size):
        # A tensor: several metrics of one have its features taken once.
        images = keras.ops.convert_to_tensor(images)
        for metric in needed:
            getattr(metric, f"update_{kind}")(images)
        counter.add(len(images))
    counter.close()


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


def _check_savable(options, sides, chosen) -> None:
    if _fid_of(chosen) is None or isinstance(sides["real"], StatisticsSide):
        raise ValueError(
            "`--save-statistics` writes what `--metrics fid` computes of the "
            f"images of REAL. Received: --metrics {','.join(options.metrics)} "
            f"and REAL {options.real}."
        )
    if not options.save_statistics.endswith(".npz"):
        raise ValueError(
            "`--save-statistics` must end in .npz. Received: "
            f"{options.save_statistics}"
        )
    folder = pathlib.Path(options.save_statistics).parent
    if not folder.is_dir():
        raise ValueError(
            "`--save-statistics` must be in a folder that is there. Received: "
            f"{options.save_statistics}. Make `{folder}` first."
        )


def _fid_of(chosen):
    fids = [m for m in chosen if hasattr(m, "save_real_statistics")]
    return fids[0] if fids else None
