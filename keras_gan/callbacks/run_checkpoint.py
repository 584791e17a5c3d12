"""The latest state of a run, in one file that is always complete."""

import json
import pathlib
import tempfile
import zipfile
from collections.abc import Callable

import keras

from keras_gan.utils.files import replacing
from keras_gan.utils.workers import is_chief


class RunCheckpoint(keras.callbacks.Callback):
    """Saves the model after each epoch, replacing the previous file.

    Unlike `keras.callbacks.ModelCheckpoint` it never leaves a partial file: the
    model is written to a temporary file, flushed to disk and renamed. The
    result of `record` goes into the same file (as the comment of the zip
    archive that a `.keras` file is), so weights and counters always match.

    Of several worker processes, only the chief writes the file. The others
    save to a temporary folder, because saving may need values from all of them.

    Args:
        path: File that ends in `.keras`.
        record: Function without arguments that returns a dict of plain values
            to store with the model; `read_record` reads it. None: nothing.

    Raises:
        OSError: At the end of an epoch, if the file cannot be written. The
            previous file is untouched.
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
            # Failing to close the zip file may replace the original error.
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
    """Reads the record that `RunCheckpoint` stored with the model.

    Args:
        path: The `.keras` file.

    Returns:
        The dict, empty if there is none.

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
    """The root disk error in a chain of exceptions."""
    found = None
    while error is not None:
        if isinstance(error, OSError):
            found = error
        error = error.__cause__ or error.__context__
    return found
