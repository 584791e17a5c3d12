"""The latest state of a run, in one file that is always complete."""

import json
import pathlib
import tempfile
import zipfile
from collections.abc import Callable

import keras

from keras_gan.backend.devices import is_chief
from keras_gan.utils.files import replacing
from keras_gan.utils.records import Record, parse_json


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
                # It checks the state again, because another callback may have
                # changed it after `FiniteLosses`: 16 ms for 10 M weights.
                self.model.save(aside)
                with zipfile.ZipFile(aside, "a") as archive:
                    archive.comment = json.dumps(self.record()).encode()
        except Exception as error:
            # Failing to close the zip file may replace the original error.
            cause = _disk_error(error)
            if cause is None:
                raise
            kept, then = "there is none before it", "start again"
            if path.exists():
                kept, then = "the checkpoint before it is untouched", "resume"
            raise OSError(
                cause.errno,
                f"The checkpoint cannot be written ({cause.strerror or cause});"
                f" {kept}. Free some space or make the folder writable, then "
                + then,
                str(path),
            ) from error


def read_record(path, kind: type[Record] = dict) -> Record:  # type: ignore[assignment]
    """Reads the record that `RunCheckpoint` stored with the model.

    Args:
        path: The `.keras` file.
        kind: What the record must be, such as a dataclass.

    Returns:
        The record; one without values if none was stored.

    Raises:
        ValueError: If the file is damaged, or the record of another kind.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            record = archive.comment or b"{}"
    except (NotImplementedError, ValueError, zipfile.BadZipFile) as error:
        raise ValueError(
            f"`{path}` is not a `.keras` file, or it is damaged: {error}. "
            "Restore it from a copy, or start a new run."
        ) from error
    return parse_json(record, kind, f"The record in `{path}`")


def _disk_error(error: BaseException | None) -> OSError | None:
    """The root disk error in a chain of exceptions."""
    found = None
    while error is not None:
        if isinstance(error, OSError):
            found = error
        error = error.__cause__ or error.__context__
    return found
