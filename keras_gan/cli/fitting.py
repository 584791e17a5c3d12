"""The one call of `GAN.fit`, and the callbacks around it."""

import contextlib
import importlib.util
import math
import time
from typing import Any

import keras

from keras_gan import datasets
from keras_gan.backend import devices
from keras_gan.backend.devices import is_chief
from keras_gan.callbacks import MetricsCallback, SampleSaver
from keras_gan.callbacks.run_checkpoint import RunCheckpoint
from keras_gan.cli.forecast import forecast
from keras_gan.cli.history import History
from keras_gan.cli.job import Job
from keras_gan.cli.metric_options import make_metrics
from keras_gan.cli.progress import Progress
from keras_gan.cli.step_limit import StepLimit
from keras_gan.utils.records import MOST_STEPS

_NUM_SAMPLES = 64
# Real and generated images for metrics, as many as papers use in training.
_MOST_IMAGES = 10_000
_EVALUATION_BATCH = 100
_MOST_COLUMNS = 20


def fit(job: Job, limit: StepLimit, *, shows_progress: bool) -> float:
    """Trains up to the planned number of steps, or until interrupted.

    Rounds are Keras' epochs.

    Args:
        job: The run.
        limit: Counts the steps and ends the run.
        shows_progress: Whether to print progress.

    Returns:
        The duration in seconds.
    """
    settings = job.settings
    # With a time, more rounds than there can be: the budget ends them.
    left = settings.steps - job.steps if job.budget is None else MOST_STEPS
    rounds = math.ceil(left / settings.steps_per_round)
    # Workers must stop at the same step, so none stops on a signal.
    alone = not devices.has_workers()
    start = time.perf_counter()
    with limit.listening() if alone else contextlib.nullcontext():
        try:
            job.gan.fit(
                job.batches(),
                initial_epoch=job.rounds,
                epochs=job.rounds + rounds,
                steps_per_epoch=settings.steps_per_round,
                callbacks=_callbacks(job, limit, shows_progress),
                verbose=0,
            )
        except FloatingPointError as error:
            raise FloatingPointError(f"{error} {_kept(job)}") from error
        except Exception as error:  # TensorFlow's own, around ours.
            if job.source.failure is None:
                raise
            raise ValueError(f"{job.source.failure} {_kept(job)}") from error
    return time.perf_counter() - start


class EpochTensorBoard(keras.callbacks.TensorBoard):
    """Keras' callback without its work after each step.

    It would pass the values of every step to a writer that does not exist when
    only epochs are logged.
    """

    async_safe = True

    def on_train_batch_end(self, batch, logs=None):
        pass


def _callbacks(job: Job, limit: StepLimit, shows_progress: bool) -> list:
    """The callbacks, in the order in which they act after a round.

    The checkpoint is written after the other files of its round: a run that is
    killed in between repeats the round and writes the same files again.
    """
    folder = job.folder
    chosen = [
        limit,
        *_metrics(job),
        SampleSaver(
            folder.samples_path,
            _num_samples(job.gan.num_classes),
            animation=folder.animation_path,
            tensorboard=folder.logs_path,
        ),
    ]
    if is_chief():
        chosen.append(History(folder.history_path, limit))
        # Without TensorBoard installed, TensorFlow cannot write scalars, only
        # images.
        if importlib.util.find_spec("tensorboard"):
            chosen.append(EpochTensorBoard(folder.logs_path, write_graph=False))
    chosen.append(RunCheckpoint(folder.model_path, limit.record))
    if shows_progress:
        chosen.append(Progress(limit))
    if job.budget is not None:
        chosen.append(job.budget)
    elif shows_progress:
        chosen.append(forecast(limit, is_new=not job.steps))
    return chosen


def _metrics(job: Job) -> list:
    """The callback that adds metrics to the logs, if there are any."""
    settings = job.settings
    if not settings.metrics:
        return []
    num_images = len(job.source)
    order: dict[str, Any] = {"shuffle": False}
    if num_images > _MOST_IMAGES:
        # An endless stream starts with the same images on every pass.
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
    """Full rows of a grid with one column per class."""
    if num_classes is None or num_classes > _MOST_COLUMNS:
        return _NUM_SAMPLES
    return num_classes * math.ceil(_NUM_SAMPLES / num_classes)


def _kept(job: Job) -> str:
    path = job.folder.model_path
    if not path.exists():
        return "There is no checkpoint yet."
    return f"The last checkpoint is of step {job.folder.done().steps}, {path}."
