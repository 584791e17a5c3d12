"""The one call of `GAN.fit`, and the callbacks around it."""

import contextlib
import importlib.util
import math
import time
from typing import Any

import keras

from keras_gan import datasets
from keras_gan.backend import devices
from keras_gan.callbacks import MetricsCallback, SampleSaver
from keras_gan.callbacks.run_checkpoint import RunCheckpoint, read_record
from keras_gan.cli.clock import Clock
from keras_gan.cli.history import History
from keras_gan.cli.jobs import Job
from keras_gan.cli.metric_options import make_metrics
from keras_gan.cli.progress import Progress
from keras_gan.utils.workers import is_chief

_NUM_SAMPLES = 64
# Real and generated images that metrics see: papers use this many in training.
_MOST_IMAGES = 10_000
_EVALUATION_BATCH = 100
_MOST_COLUMNS = 20


def fit(job: Job, clock: Clock, *, shows_progress: bool) -> float:
    """Trains to the end of the plan, or until interrupted.

    Rounds are the epochs of Keras. The images are one endless stream, of which
    what an earlier part of the run has seen is skipped, so that a run sees the
    same however often it is cut off and wherever rounds end.

    Args:
        job: The run.
        clock: Counts the steps.
        shows_progress: Whether to print how far it is.

    Returns:
        Seconds that it took.
    """
    settings = job.settings
    stream = datasets.load(
        job.source,
        batch_size=settings.batch_size,
        seed=settings.seed,
        labels=settings.conditional,
        repeat=True,
        skip_batches=job.steps,
        balance=None if settings.balance == "none" else settings.balance,
    )
    left = settings.steps - job.steps
    rounds = math.ceil(left / settings.steps_per_round)
    # Workers have to stop at the same step, so none stops by itself.
    alone = not devices.has_workers()
    start = time.perf_counter()
    with clock.listening() if alone else contextlib.nullcontext():
        try:
            job.gan.fit(
                stream,
                initial_epoch=job.rounds,
                epochs=job.rounds + rounds,
                steps_per_epoch=settings.steps_per_round,
                callbacks=_callbacks(job, clock, shows_progress),
                verbose=0,
            )
        except FloatingPointError as error:
            raise FloatingPointError(f"{error} {_kept(job)}") from error
    return time.perf_counter() - start


class EpochTensorBoard(keras.callbacks.TensorBoard):
    """Keras' callback without its work at each step.

    That would be to hand every value of every step to a writer that is not
    there when only epochs are logged.
    """

    async_safe = True

    def on_train_batch_end(self, batch, logs=None):
        pass


def _callbacks(job: Job, clock: Clock, shows_progress: bool) -> list:
    """In the order in which they act when a round ends.

    The checkpoint comes after what belongs to its round: a run that is killed
    in between does the round again and writes the same files once more.
    """
    folder = job.folder
    chosen = [
        clock,
        *_metrics(job),
        SampleSaver(
            folder.samples_path,
            _num_samples(job.gan.num_classes),
            animation=folder.animation_path,
            tensorboard=folder.logs_path,
        ),
    ]
    if is_chief():
        chosen.append(History(folder.history_path, clock))
        # TensorFlow writes numbers for it only where it is installed, images
        # always.
        if importlib.util.find_spec("tensorboard"):
            chosen.append(EpochTensorBoard(folder.logs_path, write_graph=False))
    chosen.append(RunCheckpoint(folder.model_path, clock.record))
    if shows_progress:
        chosen.append(Progress(clock))
    return chosen


def _metrics(job: Job) -> list:
    """Before all that writes logs."""
    settings = job.settings
    if not settings.metrics:
        return []
    num_images = len(job.source)
    order: dict[str, Any] = {"shuffle": False}
    if num_images > _MOST_IMAGES:
        # The start of an endless stream is the same whenever it is read.
        num_images = _MOST_IMAGES
        order = {"repeat": True, "seed": settings.seed}
    real = datasets.load(
        job.source,
        batch_size=_EVALUATION_BATCH,
        labels=settings.conditional,
        **order,
    ).take(math.ceil(num_images / _EVALUATION_BATCH))
    chosen = make_metrics(settings.metrics, settings.feature_extractor)
    return [
        MetricsCallback(
            real, chosen, num_images=num_images, batch_size=_EVALUATION_BATCH
        )
    ]


def _num_samples(num_classes: int | None) -> int:
    """Whole rows of a grid with one class a column."""
    if num_classes is None or num_classes > _MOST_COLUMNS:
        return _NUM_SAMPLES
    return num_classes * math.ceil(_NUM_SAMPLES / num_classes)


def _kept(job: Job) -> str:
    path = job.folder.model_path
    if not path.exists():
        return "There is no checkpoint yet."
    return f"The last one is of step {read_record(path)['steps']}, {path}."
