"""The newest state of a run, in one file that is always whole."""

import json
import pathlib
import tempfile
import zipfile
from collections.abc import Callable

import keras

from keras_gan.utils.files import replacing
from keras_gan.utils.workers import is_chief


class RunCheckpoint(keras.callbacks.Callback):
    """Saves the model as each epoch ends, in place of the one before.

    Unlike `keras.callbacks.ModelCheckpoint` it never leaves half a file: the
    model is written aside, brought to the disk and renamed. What `record`
    returns goes into the same file (as the comment of the zip archive that a
    `.keras` file is), so that weights and counters cannot come apart.

    Of several worker processes, the chief writes; the others save to a
    temporary folder, because saving may need values of all of them.

    Args:
        path: File that ends in `.keras`.
        record: Function of no arguments that returns a dict of plain values to
            keep beside the model; `read_record` reads it. None: nothing.

    Raises:
        OSError: At the end of an epoch, if the file cannot be written. The one
            before it is still there.
    """

    def __init__(self, path, record: Callable[[], dict] | None = None):
        super().__init__()
        self.path = pathlib.Path(path)
        self.record = record or dict

    def on_epoch_end(self, epoch, logs=None):
        """Saves the model."""
        if is_chief():
            self._save(self.path)
            return
        with tempfile.TemporaryDirectory() as folder:
            self._save(pathlib.Path(folder) / self.path.name)

    def _save(self, path):
        try:
            with replacing(path) as aside:
                self.model.save(aside)
                with zipfile.ZipFile(aside, "a") as archive:
                    archive.comment = json.dumps(self.record()).encode()
        except Exception as error:
            # Zip files that cannot be closed turn it into other errors.
            cause = _disk_error(error)
            if cause is None:
                raise
            kept = (
                "the checkpoint before it is untouched"
                if path.exists()
                else "there is none before it"
            )
            raise OSError(
                cause.errno,
                f"The checkpoint cannot be written ({cause.strerror or cause});"
                f" {kept}. Free some space or make the folder writable, then "
                "resume the run",
                str(path),
            ) from error


def read_record(path) -> dict:
    """Reads what `RunCheckpoint` kept beside the model.

    Args:
        path: The `.keras` file.

    Returns:
        The dict, empty where there is none.

    Raises:
        ValueError: If the file is damaged.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return json.loads(archive.comment or b"{}")
    except (zipfile.BadZipFile, json.JSONDecodeError) as error:
        raise ValueError(
            f"`{path}` is not a `.keras` file, or it is damaged: {error}."
        ) from error


def _disk_error(error: BaseException | None) -> OSError | None:
    """The first disk error in a chain of errors that led to one another."""
    found = None
    while error is not None:
        if isinstance(error, OSError):
            found = error
        error = error.__cause__ or error.__context__
    return found
