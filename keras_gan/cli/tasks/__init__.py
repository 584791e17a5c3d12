"""The tasks of `keras-gan train`, by their names."""

from keras_gan.cli.tasks.attributes import AttributesTask
from keras_gan.cli.tasks.colorization import ColorizationTask
from keras_gan.cli.tasks.dagan import DaganTask
from keras_gan.cli.tasks.domains import DomainsTask
from keras_gan.cli.tasks.gan import GanTask
from keras_gan.cli.tasks.inpainting import InpaintingTask
from keras_gan.cli.tasks.pairs import PairsTask
from keras_gan.cli.tasks.semi_supervised import SemiSupervisedTask
from keras_gan.cli.tasks.sound import SoundTask
from keras_gan.cli.tasks.super_resolution import SuperResolutionTask
from keras_gan.cli.tasks.table import TableTask
from keras_gan.cli.tasks.task import Task
from keras_gan.cli.tasks.text import TextTask
from keras_gan.datasets import BUILTIN_NAMES
from keras_gan.datasets.sound_files import holds_sounds
from keras_gan.datasets.tables import is_table_file
from keras_gan.datasets.texts import is_text_file

__all__ = ["Task", "task_of", "task_of_data"]

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
        TableTask(),
        SoundTask(),
        TextTask(),
    )
}


def task_of_data(data: str | None) -> str:
    """Returns the task that is meant where none is named.

    Args:
        data: DATA of the command line.
    """
    if not data or data in BUILTIN_NAMES:
        return "gan"
    if is_table_file(data):
        return "table"
    if is_text_file(data):
        return "text"
    return "sound" if holds_sounds(data) else "gan"


def task_of(name: str) -> Task:
    """Returns the task of a name.

    Args:
        name: One of `settings.TASKS`.
    """
    return _TASKS[name]
