"""Charts: scales, lines with gaps, curves and what they are of."""

import json
import re

import numpy as np
import pytest
from report_runs import make_run, write_config, write_history

from keras_gan.reports.charts import Series, chart_of
from keras_gan.reports.curves import charts_of, images_per_second, metrics_of
from keras_gan.reports.health import MEASUREMENTS
from keras_gan.reports.run import read_run
from keras_gan.reports.scales import scale_of

# Another backend would change nothing.
pytestmark = pytest.mark.once


def test_ticks_are_round_numbers_around_the_values():
    assert scale_of(np.array([0.12, 0.98])).ticks == (0, 0.25, 0.5, 0.75, 1)
    ticks = scale_of(np.array([-3.0, 4.0])).ticks
    assert ticks == (-4, -2, 0, 2, 4)
    scale = scale_of(np.array([0.4, 0.6]), at_least=(0, 1))
    assert (scale.low, scale.high) == (0, 1)
    np.testing.assert_allclose(
        scale.place(np.array([0, 0.25, 1])), [0, 0.25, 1]
    )


def test_a_wide_range_of_positive_values_is_logarithmic():
    scale = scale_of(np.array([1.0, 10.0, 1000.0]))
    assert scale.is_log and set(scale.ticks) >= {1, 10, 100, 1000}
    low, middle, high = scale.place(np.array([1.0, 31.6227766, 1000.0]))
    assert 0 < low < high < 1 and abs((low + high) / 2 - middle) < 1e-6
    assert not scale_of(np.array([0.0, 1000.0])).is_log


@pytest.mark.parametrize(
    "values",
    [[], [np.nan], [3.0], [0.0, 0.0], [1e-28, 2e-28], [-1e30, 1e30], [1e-9, 1]],
)
def test_every_finite_value_has_its_place(values):
    values = np.array(values, "float64")
    scale = scale_of(values)
    places = scale.place(values[np.isfinite(values)])
    assert scale.low < scale.high and len(scale.ticks) >= 2
    assert ((places >= 0) & (places <= 1)).all()
    assert len(set(scale.ticks)) == len(scale.ticks) < 12


def series(values, best=None):
    count = np.arange(1, len(values) + 1, dtype="float64")
    return Series("x", count, 10 * count, np.array(values, "float64"), best)


def test_a_line_has_a_gap_where_there_is_no_value():
    (line,) = chart_of("x", "", [series([1, 2, np.nan, 4])]).lines
    assert re.sub(r"[\d. ]+", "", line.path) == "MhLMh"
    assert [dot.words for dot in line.dots] == [
        "step 10, round 1: x 1",
        "step 20, round 2: x 2",
        "step 40, round 4: x 4",
    ]


def test_long_series_are_thinned_but_for_ends_and_the_best():
    values = np.full(10_000, 5.0)
    values[0], values[4321], values[-1] = 9, 1, 7
    (line,) = chart_of("x", "", [series(values, best=4321)]).lines
    assert len(line.dots) <= 251 and not line.shows_dots
    assert [dot.words for dot in line.dots if dot.is_best] == [
        "step 43,220, round 4322: x 1"
    ]
    assert line.dots[0].words.endswith("x 9")
    assert line.dots[-1].words.endswith("x 7")


def test_larger_values_are_higher():
    (line,) = chart_of("x", "", [series([1, 3, 2])]).lines
    first, top, last = (float(dot.y) for dot in line.dots)
    assert top < last < first
    assert [float(dot.x) for dot in line.dots] == sorted(
        float(dot.x) for dot in line.dots
    )


@pytest.fixture
def run(tmp_path):
    folder = tmp_path / "run"
    folder.mkdir()
    write_config(folder, batch_size=32)
    time = np.arange(1, 5)
    logs = {
        "fid": [9, 3, np.nan, 5], "val_psnr_y": [20, 25, 24, 21],
        "cycle_loss": 1 / time, "d_class_accuracy": time / 5,
        "augment_probability": time / 9, "r2": time, "health_modes": time,
        "seconds": [8, 2, 0, 4],
    }  # fmt: skip
    write_history(folder, 4, logs)
    return read_run(folder)


def test_charts_of_one_run(run):
    charts = charts_of([run], ["run"])
    shown = {one.title: [x.series.name for x in one.lines] for one in charts}
    assert shown == {
        "fid": ["fid"],
        "val_psnr_y": ["val_psnr_y"],
        "Losses": ["d_loss", "g_loss"],
        "cycle_loss": ["cycle_loss"],
        "Accuracies": ["d_fake_accuracy", "d_real_accuracy"],
        "d_class_accuracy": ["d_class_accuracy"],
        "augment_probability": ["augment_probability"],
        "health_modes": ["health_modes"],
        "r1": ["r1"],
        "r2": ["r2"],
        "Throughput": ["images per second"],
    }
    notes = {one.title: one.note for one in charts}
    assert "Lower is better." in notes["fid"]
    assert "not comparable with papers" in notes["fid"]
    assert "Higher is better." in notes["val_psnr_y"]
    assert "relativistic" in notes["Accuracies"]
    assert notes["health_modes"] == MEASUREMENTS["modes"]


def run_with(folder, logs, rounds=3):
    """A run whose history has some columns."""
    folder.mkdir()
    write_config(folder, batch_size=32)
    write_history(folder, rounds, logs)
    return read_run(folder)


def test_validation_losses_and_what_nobody_knows_are_no_metrics(tmp_path):
    names = "val_d_loss", "val_cycle_loss", "val_d_fake_accuracy", "val_mine"
    run = run_with(tmp_path / "run", {name: [1.0, 2.0, 3.0] for name in names})
    assert [metric.name for metric in metrics_of(run)] == ["fid"]
    assert {one.title for one in charts_of([run], [""])} > set(names)


@pytest.mark.parametrize(
    "name, best",
    [
        ("copied_share", 1.0),
        ("val_mae", 1.0),
        ("val_ngram_distance", 1.0),
        ("val_unique", 3.0),
        ("val_accuracy", 3.0),
    ],
)
def test_directions_of_metrics(tmp_path, name, best):
    run = run_with(tmp_path / "run", {name: [2.0, 1.0, 3.0]})
    (metric,) = (one for one in metrics_of(run) if one.name == name)
    assert metric.best[0] == best


def test_what_is_not_measured_in_each_round_has_no_gaps(tmp_path):
    values = [1.0, "", "", 4.0, "nan", 2.0, ""]
    run = run_with(tmp_path / "run", {"health_modes": values, "x": [1] * 7}, 7)
    charts = {one.title: one for one in charts_of([run], [""])}
    (line,) = charts["health_modes"].lines
    # But for the value that is not finite.
    assert re.sub(r"[\d. ]+", "", line.path) == "MhLMh"
    assert charts["health_modes"].across == charts["x"].across


def test_findings_of_one_round_share_a_mark(tmp_path):
    folder = make_run(tmp_path / "run")
    found = [
        {"name": name, "when": when}
        for name, when in (("a", 2), ("b", 2), ("c", 2), ("d", 4))
    ]
    (folder / "health.json").write_text(json.dumps(found))
    marks = charts_of([read_run(folder)], [""])[0].marks
    assert [one.label for one in marks] == ["1–3", "4"]
    assert marks[0].words == "A, round 2; B, round 2; C, round 2"


def test_charts_of_several_runs_have_a_line_each(run, tmp_path):
    other = read_run(make_run(tmp_path / "other", rounds=2))
    charts = charts_of([run, other], ["a", "b"])
    shown = {one.title: [x.series.name for x in one.lines] for one in charts}
    assert shown["fid"] == shown["d_loss"] == shown["Throughput"] == ["a", "b"]
    assert shown["cycle_loss"] == ["a"]
    swapped = {one.title: one for one in charts_of([other, run], ["b", "a"])}
    colors = {n: [x.series.color for x in c.lines] for n, c in swapped.items()}
    # A run has its color also where the other one has no line.
    assert colors["fid"] == [0, 1] and colors["cycle_loss"] == [1]
    assert "Losses" not in shown


def test_the_best_of_a_metric(run):
    fid, psnr = metrics_of(run)
    assert fid.best == (3, 2) and fid.direction == "lower is better"
    assert psnr.best == (25, 2) and psnr.direction == "higher is better"


def test_images_per_second(run):
    # Twenty steps of 32 images in each round; no time in the third one.
    np.testing.assert_array_equal(
        images_per_second(run), [80, 320, np.nan, 160]
    )
