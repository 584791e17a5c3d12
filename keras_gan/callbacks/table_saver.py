"""Charts of the columns of generated tables during training."""

from typing import Any

import keras
import numpy as np

from keras_gan import images as image_tools
from keras_gan.callbacks._grid_saver import GridSaver
from keras_gan.metrics.tables.histograms import histograms
from keras_gan.utils.arguments import integer, positive_integer
from keras_gan.utils.tables import Column, columns_of, is_frame, table_of

_MOST_COLUMNS = 36  # More charts are too many to look at.


@keras.saving.register_keras_serializable(package="keras_gan")
class TableSaver(GridSaver):
    """Writes charts of the columns after epochs, and an animated GIF of them.

    There is a chart for each column, of at most 36: the shares of its values
    in real rows, gray, and in generated ones, blue. `samples-0003.png` is of
    the third epoch. Training is not affected in any way. Of several worker
    processes, only the chief writes.

    Args:
        directory: Folder for the charts; it is created if it does not exist.
        table: Real rows, a `DataFrame` or a dict of arrays, with the columns
            that the model makes.
        num_rows: Number of rows that are generated.
        seed: Integer that fixes them.
        every: Write charts every this many epochs, and after the last one.
        animation: `True` writes `samples.gif` to `directory` when training
            ends, a path writes it there, `False` writes none.
        tensorboard: Folder for TensorBoard's log of the charts, or `None`.

    Raises:
        ValueError: If an argument is out of range, or, when training begins,
            if the model makes no table of these columns.
        OSError: When training begins, if a folder is not writable.

    Example:

    >>> table = {"age": [31, 45, 62, 27] * 5, "sex": ["F", "M", "F", "F"] * 5}
    >>> preprocessor = keras_gan.layers.TablePreprocessor()
    >>> preprocessor.adapt(table)
    >>> networks = keras_gan.networks.table(preprocessor, hidden=(8,))
    >>> saver = TableSaver("samples", table, num_rows=50)
    >>> saver.set_model(keras_gan.TableGAN(*networks, preprocessor, seed=1))
    >>> saver.draw()[0].shape
    (2, 84, 126, 3)
    """

    def __init__(
        self,
        directory: image_tools.Path,
        table: Any,
        *,
        num_rows: int = 1_000,
        seed: int = 0,
        every: int = 1,
        animation: bool | image_tools.Path = True,
        tensorboard: image_tools.Path | None = None,
    ) -> None:
        super().__init__(directory, every, (-1, 1), animation, tensorboard)
        self.table = table
        self.num_rows = positive_integer("num_rows", num_rows)
        self.seed = integer("seed", seed, at_least=0)

    def check_model(self) -> None:
        """Raises a `ValueError` if the model makes no such table."""
        if not hasattr(self.model, "preprocessor"):
            raise ValueError(
                "`TableSaver` needs a model of tables, such as "
                f"`keras_gan.TableGAN`. Received: {type(self.model).__name__}. "
                "Use `SampleSaver` for models that draw images."
            )
        self.draw()  # What does not fit is an error now, not after an epoch.

    def draw(self) -> tuple[np.ndarray, None]:
        """Returns the charts, uint8, to be arranged in a square."""
        rows = self.model.generate(self.num_rows, seed=self.seed)
        shares = histograms(self.table, rows)
        charts = [
            image_tools.bar_chart(name, values)
            for name, values in list(shares.items())[:_MOST_COLUMNS]
        ]
        return np.stack(charts), None

    def get_config(self):
        """Returns the arguments, as plain values."""
        config = {
            **super().get_config(),
            "table": {
                n: _plain(one) for n, one in columns_of(self.table).items()
            },
            "frame": is_frame(self.table),
            "num_rows": self.num_rows,
            "seed": self.seed,
        }
        del config["value_range"]
        return config

    @classmethod
    def from_config(cls, config):
        """Makes a callback from what `get_config` returned."""
        config = dict(config)
        columns = {n: _column(**one) for n, one in config["table"].items()}
        table = table_of(columns, frame=config.pop("frame"))
        return cls(**{**config, "table": table})


def _plain(column: Column) -> dict[str, Any]:
    return {
        "kind": column.kind,
        "values": [
            None if lost else one
            for one, lost in zip(
                column.values.tolist(), column.missing.tolist(), strict=True
            )
        ],
        "dtype": column.dtype,
    }


def _column(kind: str, values: list, dtype: dict[str, Any]) -> Column:
    found = np.array(values, object)
    missing = np.array([one is None for one in values])
    if kind != "text":
        found = np.where(missing, 0, found).astype(
            bool if kind == "boolean" else "float64"
        )
    return Column(kind, found, missing, dtype)
