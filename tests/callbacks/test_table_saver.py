"""`TableSaver`: charts of the columns of generated tables."""

import json

import keras
import numpy as np
import pytest

from keras_gan.callbacks import TableSaver
from keras_gan.images import bar_chart
from keras_gan.images.bars import HEIGHT, WIDTH
from keras_gan.metrics.tables.histograms import histograms

# Another backend would change nothing: the model here only pretends.
pytestmark = pytest.mark.quickest

TABLE = {
    "x": np.array([0.0, 1.0, np.nan, 4.0]),
    "kind": np.array(["a", "b", None, "a"], object),
    "day": np.array(["2020-02-29", "NaT"] * 2, "datetime64[D]"),
    "flag": np.array([True, False, True, True]),
}


class Copies(keras.Model):
    """Knows its table by heart."""

    preprocessor = None

    def generate(self, num_rows, seed):
        assert (num_rows, seed) == (4, 3)
        return TABLE


def saver(folder, table=TABLE, **options):
    return TableSaver(folder, table, **{"num_rows": 4, "seed": 3} | options)


def test_charts_are_written_after_epochs(tmp_path):
    callback = saver(tmp_path / "s", every=2)
    callback.set_model(Copies())
    callback.on_train_begin()
    for epoch in range(3):
        callback.on_epoch_end(epoch)
    callback.on_train_end()
    assert sorted(path.name for path in (tmp_path / "s").iterdir()) == [
        "samples-0002.png", "samples-0003.png", "samples.gif",
    ]  # fmt: skip


def test_a_saver_comes_back_from_its_config(tmp_path):
    config = json.loads(json.dumps(saver(tmp_path, every=2).get_config()))
    back = TableSaver.from_config(config)
    assert (back.num_rows, back.seed, back.every) == (4, 3, 2)
    for name, values in TABLE.items():
        np.testing.assert_array_equal(back.table[name], values)
    assert back.get_config() == config


def test_what_makes_no_table_is_refused(tmp_path):
    callback = saver(tmp_path)
    callback.set_model(keras.Sequential())
    with pytest.raises(ValueError, match="Received: Sequential.*SampleSaver"):
        callback.on_train_begin()
    callback = saver(tmp_path, {"other": [1.0]})
    callback.set_model(Copies())
    with pytest.raises(ValueError, match="same columns"):
        callback.on_train_begin()


def test_bars_are_as_high_as_their_shares():
    chart = bar_chart("", np.array([[0.2, 0.4], [0.1, 0.0]]))
    assert chart.shape == (HEIGHT, WIDTH, 3)
    gray = (chart[:-1] == 150).all(axis=2).sum(axis=0)
    blue = (chart == [31, 119, 180]).all(axis=2).sum(axis=0)
    # All bars are wide enough to be seen, and the gaps stay white.
    assert set(gray) == {0, 34, 68} and set(blue) == {0, 17}
    assert (gray == 34).sum() > 15 < (blue == 17).sum()
    assert not ((gray > 0) & (blue > 0)).any()
    titled = bar_chart("Größe ☃", np.zeros((2, 3)))
    assert (titled[:14] < 100).any() and not (titled[16:-1] < 100).any()


def test_shares_of_numbers_and_categories():
    real = {"x": [0.0, 1.0, 2.0, 2.0], "k": ["a", "b", "b", "b"]}
    fake = {"x": [2.0, np.nan], "k": ["b", "c"]}
    found = histograms(real, fake)
    assert found["x"].shape == (2, 20)
    assert found["x"][:, [0, 10, 19]].tolist() == [
        [0.25, 0.25, 0.5],
        [0, 0, 0.5],
    ]
    assert found["k"].tolist() == [[0.75, 0.25, 0], [0.5, 0, 0.5]]
    close = {"x": 1e16 + np.array([0.0, 2.0, 4.0])}
    assert histograms(close, close)["x"][0, [0, 10, 19]] == pytest.approx(1 / 3)
    many = {"k": [str(n) for n in range(30)] + ["0"] * 10}
    shares = histograms(many, many)["k"]
    assert shares.shape == (2, 20) and shares[0, 0] == 11 / 40
    assert shares[:, -1].tolist() == [11 / 40] * 2
