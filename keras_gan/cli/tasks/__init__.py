"""The tasks of `keras-gan train`, by their names."""

from keras_gan.cli.tasks.attributes import AttributesTask
from keras_gan.cli.tasks.colorization import ColorizationTask
from keras_gan.cli.tasks.dagan import DaganTask
from keras_gan.cli.tasks.domains import DomainsTask
from keras_gan.cli.tasks.gan import GanTask
from keras_gan.cli.tasks.inpainting import InpaintingTask
from keras_gan.cli.tasks.pairs import PairsTask
from keras_gan.cli.tasks.semi_supervised import SemiSupervisedTask
from keras_gan.cli.tasks.super_resolution import SuperResolutionTask
from keras_gan.cli.tasks.task import Task

__all__ = ["Task", "task_of"]

_TASKS: dict[str, Task] = {
    task.name: task
    for task in (
        GanTask(),
        PairsTask(),
        DomainsTask(),
        SuperResolutionTask(),
        InpaintingTask(),
        ColorizationTask(),
        AttributesTask(),
        SemiSupervisedTask(),
        DaganTask(),
    )
}


def task_of(name: str) -> Task:
    """Returns the task of a name.

    Args:
        name: One of `settings.TASKS`.
    """
    return _TASKS[name]
