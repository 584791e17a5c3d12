"""The health checks of `keras-gan train`: what they see, and their words."""

import dataclasses
import math
import sys
from typing import Any

import numpy as np
from tqdm import tqdm

from keras_gan import datasets
from keras_gan.callbacks import TrainingHealth
from keras_gan.callbacks.health.data import most_images
from keras_gan.cli.held_out import LEAST_IMAGES, held_out_part
from keras_gan.cli.job import Job
from keras_gan.cli.opening import open_data
from keras_gan.cli.run_folder import RunFolder
from keras_gan.datasets.subsets import subset
from keras_gan.reports.health import read_findings

_BATCH = 100
# Decoding more files would take longer than the checks of a whole run.
_MOST_FILES = 1_000
_NUM_IMAGES = 128
# Images in a check of one sample: it is drawn, and scored, with real ones.
_PASSES = 4
# Of the images of a round: checks take at most 2 % of the time.
_SHARE = 0.02
# Of fewer samples little can be said.
_FEWEST = 64
_SEED = 20


def training_health(job: Job, *, shows: bool) -> list[TrainingHealth]:
    """Returns the callback that watches a GAN; for other tasks there is none.

    Args:
        job: The run.
        shows: Whether findings are printed at once.
    """
    if job.settings.task != "gan" or len(job.source) < LEAST_IMAGES:
        return []
    num_images = _number_of_images(job.settings)
    known = job.folder.done().health
    return [
        TrainingHealth(
            _batches(job, job.source, _most(job.source)),
            _held_out(job, num_images),
            path=job.folder.health_path,
            every=_rounds_between(job.settings, num_images),
            num_images=num_images,
            batch_size=min(job.settings.batch_size, num_images),
            say=_say if shows else None,
            state=None if known is None else dataclasses.asdict(known),
        )
    ]


def findings_in_words(folder: RunFolder) -> list[str]:
    """Returns a line for each finding of a run.

    Args:
        folder: The folder of the run.
    """
    return [found.sentence for found in read_findings(folder.health_path)]


def _say(sentence: str) -> None:
    """Prints a finding, above the bar if there is one."""
    if sys.stdout.isatty():
        tqdm.write(sentence, file=sys.stdout)
    else:
        print(sentence, flush=True)


def _number_of_images(settings: Any) -> int:
    """Samples of a check: fewer where rounds are short."""
    trained = settings.steps_per_round * settings.batch_size
    affordable = int(_SHARE * trained / _PASSES)
    return min(_NUM_IMAGES, max(_FEWEST, affordable))


def _rounds_between(settings: Any, num_images: int) -> int:
    trained = settings.steps_per_round * settings.batch_size
    return math.ceil(num_images * _PASSES / (_SHARE * trained))


def _most(source: Any) -> int:
    in_memory = source.resident() is not None
    most = max(_NUM_IMAGES, most_images(source.info.image_shape))
    return most if in_memory else min(most, _MOST_FILES)


def _held_out(job: Job, num_images: int) -> Any:
    """Images that are held back, or else of another split, if any."""
    settings, info = job.settings, job.source.info
    if settings.held_out >= LEAST_IMAGES:
        part = held_out_part(job.source, settings.held_out)
        return _batches(job, part, num_images)
    if info.split != "train":
        return None
    for split in ("val", "test"):
        try:
            other = open_data(
                settings.data,
                image_size=settings.image_size,
                channels=settings.channels,
                split=split,
                num_workers=job.source.num_workers,
                quiet=True,
            )
        except ValueError:  # There is no such split.
            continue
        same = other.info.class_names == info.class_names
        if len(other) >= LEAST_IMAGES and (same or not settings.conditional):
            return _batches(job, other, num_images)
    return None


def _batches(job: Job, source: Any, most: int) -> Any:
    """Some images of a source, the same in each start of the run."""
    order = np.random.default_rng(_SEED).permutation(len(source))
    return datasets.load(
        subset(source, order[:most]),
        batch_size=_BATCH,
        shuffle=False,
        labels=job.settings.conditional,
    )
