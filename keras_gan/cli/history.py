"""`history.csv`: one row per round."""

import csv
import pathlib
import time

import keras

from keras_gan.cli.step_limit import StepLimit
from keras_gan.utils.files import replacing


class History(keras.callbacks.Callback):
    """Appends a row to a CSV file after each round.

    When training begins, rows of rounds after the checkpoint from which the
    run resumes are removed, and so is a row that was cut off.

    Args:
        path: The `.csv` file.
        limit: Counts the steps.
    """

    def __init__(self, path, limit: StepLimit):
        super().__init__()
        self.path = pathlib.Path(path)
        self.limit = limit
        self._start = 0.0

    def on_train_begin(self, logs=None):
        if self.path.exists():
            self._drop_rows_after(self.limit.steps)

    def on_epoch_begin(self, epoch, logs=None):
        self._start = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        row = {
            "round": epoch + 1,
            "steps": self.limit.steps,
            "seconds": time.perf_counter() - self._start,
            **(logs or {}),
        }
        is_new = not self.path.exists()
        with open(self.path, "a", newline="") as file:
            writer = csv.writer(file)
            if is_new:
                writer.writerow(row)
            writer.writerow([_shown(value) for value in row.values()])

    def _drop_rows_after(self, steps):
        header, *rows = read_rows(self.path) or [[]]
        if "steps" not in header:
            # Cut off within its first line: nothing to keep.
            self.path.unlink()
            return
        place = header.index("steps")
        kept = [
            row
            for row in rows
            if len(row) == len(header) and int(row[place]) <= steps
        ]
        with (
            replacing(self.path) as aside,
            open(aside, "w", newline="") as file,
        ):
            csv.writer(file).writerows([header, *kept])


def read_rows(path) -> list[list[str]]:
    """All rows of a CSV file, the header first."""
    with open(path, newline="") as file:
        return list(csv.reader(file))


def _shown(value) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)
