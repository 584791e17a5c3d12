"""The one call of `fit`, and the callbacks around it."""

import contextlib
import dataclasses
import importlib.util
import math
import time

import keras

from keras_gan.backend import devices
from keras_gan.backend.devices import is_chief
from keras_gan.callbacks.run_checkpoint import RunCheckpoint
from keras_gan.cli.health import training_health
from keras_gan.cli.history import History
from keras_gan.cli.job import Job
from keras_gan.cli.progress import Progress
from keras_gan.cli.step_limit import StepLimit
from keras_gan.cli.step_timer import forecast
from keras_gan.utils.records import MOST_STEPS


def fit(
    job: Job,
    limit: StepLimit,
    *,
    shows_progress: bool,
    checks_health: bool = True,
) -> float:
    """Trains up to the planned number of steps, or until interrupted.

    Rounds are Keras' epochs.

    Args:
        job: The run.
        limit: Counts the steps and ends the run.
        shows_progress: Whether to print progress.
        checks_health: Whether to look for what is wrong with the training.

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
    health = training_health(job, shows=shows_progress) if checks_health else []
    with limit.listening() if alone else contextlib.nullcontext():
        try:
            job.model.fit(
                job.batches(),
                **job.task.fitting(job),
                initial_epoch=job.rounds,
                epochs=job.rounds + rounds,
                steps_per_epoch=settings.steps_per_round,
                validation_data=job.task.validation(job),
                callbacks=_callbacks(job, limit, health, shows_progress),
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


def _callbacks(
    job: Job, limit: StepLimit, health: list, shows_progress: bool
) -> list:
    """The callbacks, in the order in which they act after a round.

    The checkpoint is written after the other files of its round: a run that is
    killed in between repeats the round and writes the same files again.
    """
    folder = job.folder
    chosen = [
        limit,
        *job.task.callbacks(job),
        *health,
    ]
    if is_chief():
        chosen.append(History(folder.history_path, limit))
        # Without TensorBoard installed, TensorFlow cannot write scalars, only
        # images.
        if importlib.util.find_spec("tensorboard"):
            chosen.append(EpochTensorBoard(folder.logs_path, write_graph=False))

    # Without checks, what earlier ones found is kept for later ones.
    before = folder.done().health
    known = None if before is None else dataclasses.asdict(before)

    def record() -> dict:
        found = health[0].state() if health else known
        return {**limit.record(), **({"health": found} if found else {})}

    chosen.append(RunCheckpoint(folder.model_path, record))
    if shows_progress:
        chosen.append(Progress(limit))
    if job.budget is not None:
        chosen.append(job.budget)
    elif shows_progress:
        chosen.append(forecast(limit, is_new=not job.steps))
    return chosen


def _kept(job: Job) -> str:
    path = job.folder.model_path
    if not path.exists():
        return "There is no checkpoint yet."
    return f"The last checkpoint is of step {job.folder.done().steps}, {path}."
