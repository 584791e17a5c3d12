"""Which lines of a file a run was trained on, and which it was not."""

import argparse
import dataclasses
import pathlib

from keras_gan.cli.run_folder import RunFolder
from keras_gan.cli.texts.source import open_text
from keras_gan.utils.files import sha256


@dataclasses.dataclass(frozen=True)
class Compared:
    """The lines of a file that generated lines are compared with.

    Attributes:
        lines: The lines.
        known: `"held out"` if the run was trained on other lines of the file,
            `"trained on"` if on these, None if on none that is known.
        training: The lines that the run was trained on, as far as is known.
    """

    lines: list[str]
    known: str | None = None
    training: list[str] | None = None

    @property
    def note(self) -> str:
        """What that means for the comparison, in a line."""
        return {
            None: "",
            "held out": "compared with the lines that the run held back, not "
            "with those that it was trained on",
            "trained on": "note: the run was trained on these lines, so that "
            "copies of them would be the best; compare with lines that it has "
            "not seen",
        }[self.known]


def compared(path: str, model: pathlib.Path) -> Compared | None:
    """Returns the lines of a file that a run was not trained on.

    Args:
        path: The file.
        model: The file of the model.

    Returns:
        None if the run was trained on another file, or that is not known.
    """
    run = RunFolder(model.parent)
    if not run.config_path.is_file():
        return None
    config = run.read_config()
    if config.images_sha256 != sha256(path):
        return None
    names = ("unit", "conditional", "max_length", "held_out")
    settings = {name: getattr(config.settings, name) for name in names}
    source = open_text(argparse.Namespace(data=path, **settings))
    training = list(source.training)
    if not source.held_out:
        return Compared(training, "trained on", training)
    return Compared(list(source.held_out), "held out", training)
