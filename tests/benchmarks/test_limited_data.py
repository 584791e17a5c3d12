"""The program that trains on little data: its runs, results and bounds."""

import dataclasses
import sys
from pathlib import Path

import numpy as np
import pytest

# Its runs take several steps at once; another backend would change nothing.
pytestmark = pytest.mark.once

FOLDER = Path(__file__).parents[2] / "benchmarks"
TINY = [
    *("--thousand-images", "0.6", "--distances", "2"),
    *("--num-fakes", "128", "--width", "4"),
    # Below any score, so that ADA's p rises from the start.
    *("--target", "-1"),
]


@pytest.fixture(scope="module")
def program():
    sys.path.insert(0, str(FOLDER))
    import limited_data

    yield limited_data
    sys.path.remove(str(FOLDER))


@pytest.fixture(scope="module")
def runs(program):
    import limited_data_runs

    return limited_data_runs


@pytest.fixture(scope="module")
def report(program):
    import limited_data_report

    return limited_data_report


def made_up(run, setting, *, fid, probability=()):
    """A result as `train` returns it."""
    return {
        "run": run.name,
        "setting": dataclasses.asdict(setting),
        "copies": 2.0,
        "seconds": 60.0,
        "thousand_images": [float(i) for i in range(1, len(fid) + 1)],
        "fid": list(fid),
        "real_accuracy": [0.9] * len(fid),
        "probability": list(probability),
        "real_sign": list(probability),
        "samples": np.zeros((36, 16, 16), int).tolist(),
    }


@pytest.fixture
def results(runs):
    """Two seeds of every method on 500 images, one of ADA on all."""
    setting, run = runs.Setting(), runs.Run
    found = {}
    for seed, more in enumerate((0.0, 2.0)):
        for method, fid, probability in (
            ("none", (30.0, 19.0 + more, 60.0), ()),
            ("diffaugment", (30.0, 15.0, 12.0 + more), ()),
            ("ada", (30.0, 9.0, 10.0 + more), (0.1, 0.2, 0.3 + more / 10)),
        ):
            one = run("mnist", 500, method, seed)
            found[one] = made_up(one, setting, fid=fid, probability=probability)
    plenty = run("mnist", 60_000, "ada", 0)
    found[plenty] = made_up(
        plenty, setting, fid=(9.0, 8.0, 7.0), probability=(0.0, 0.01, 0.0)
    )
    return found


@pytest.fixture(scope="module")
def digits(program, runs, tmp_path_factory):
    """A folder with the prepared digits."""
    folder = tmp_path_factory.mktemp("limited_data")
    runs.prepare(folder / "digits", "digits", None)
    return folder


def test_names_of_runs_are_read_back(runs):
    run = runs.Run("mnist", 500, "ada", 2)
    assert run.name == "mnist-500-ada-2"
    assert runs.Run.parse(run.name) == run


def test_seeds_choose_different_images_and_methods_the_same(runs, digits):
    chosen = {
        (method, seed): runs.chosen_images(
            digits / "digits", runs.Run("digits", 100, method, seed)
        )
        for method in ("none", "ada")
        for seed in (0, 1)
    }
    assert chosen["none", 0].shape == (100, 8, 8, 1)
    assert chosen["none", 0].min() == -1.0 and chosen["none", 0].max() == 1.0
    np.testing.assert_array_equal(chosen["none", 0], chosen["ada", 0])
    assert np.any(chosen["none", 0] != chosen["none", 1])


def test_distance_of_images_falls_as_they_become_more(runs, digits):
    distances = [
        runs.distance_to(
            digits / "digits",
            runs.chosen_images(
                digits / "digits", runs.Run("digits", number, "none", 0)
            ),
        )
        for number in (1797, 900, 100)
    ]
    assert distances[0] == pytest.approx(0.0, abs=1e-3)
    assert 0.1 < distances[1] < distances[2]


def test_methods_differ_in_the_augmenter_alone(runs):
    from keras_gan import layers

    setting = runs.Setting(speed=7.0, operations="bg")
    assert runs.make_augmenter("none", setting, 3) is None
    assert isinstance(
        runs.make_augmenter("diffaugment", setting, 3), layers.DiffAugment
    )
    ada = runs.make_augmenter("ada", setting, 3)
    assert isinstance(ada, layers.AdaptiveAugment)
    assert (ada.speed, ada.seed, "hue" in ada.multipliers) == (7.0, 3, False)


@pytest.mark.parametrize("method", ["none", "ada"])
def test_a_run_trains_and_writes_its_result_once(
    program, runs, digits, method, monkeypatch
):
    run = runs.Run("digits", 1797, method, 0)
    arguments = ["--results", str(digits), "--run", run.name, *TINY]
    assert program.main(arguments) == 0
    options = program.parse(arguments)
    result = runs.read_result(digits, run, options.setting)
    assert result["thousand_images"] == [0.16, 0.32]
    assert np.isfinite(result["fid"]).all() and len(result["fid"]) == 2
    assert np.shape(result["samples"]) == (36, 8, 8)
    assert len(result["probability"]) == (2 if method == "ada" else 0)
    assert all(p > 0 for p in result["probability"])
    # What is there is not run again.
    monkeypatch.setattr(program.subprocess, "run", pytest.fail)
    program.train_all([run], options)


def test_results_of_another_setting_are_not_taken(runs, tmp_path):
    setting = runs.Setting()
    run = runs.Run("mnist", 500, "none", 0)
    runs.write_result(tmp_path, run, made_up(run, setting, fid=(1.0,)))
    changed = dataclasses.replace
    assert runs.read_result(tmp_path, run, setting)
    assert not runs.read_result(tmp_path, run, changed(setting, gamma=3.0))
    # A run without augmentation does not depend on ADA's speed.
    assert runs.read_result(tmp_path, run, changed(setting, speed=3.0))
    assert not runs.read_result(tmp_path, run._replace(seed=1), setting)


def test_missing_runs_are_trained_by_processes(
    program, runs, digits, monkeypatch, capsys
):
    options = program.parse(
        ["--results", str(digits), "--seeds", "2", "--methods", "none", *TINY]
    )
    options.setting = dataclasses.replace(options.setting, gamma=7.0)
    commands = []

    def run_process(command, *, check, env):
        assert check and env["TF_NUM_INTRAOP_THREADS"] == "1"
        commands.append(command)
        given = program.parse(command[2:])
        assert given.setting == options.setting
        result = made_up(given.run, given.setting, fid=(5.0, 4.0))
        runs.write_result(given.results, given.run, result)

    monkeypatch.setattr(program.subprocess, "run", run_process)
    program.train_all(program.planned(options), options)
    assert len(commands) == 2
    assert "2 of 2: digits-1797-none-1" in capsys.readouterr().out


def test_plan_has_all_sets_methods_and_seeds(program, tmp_path):
    alone = program.planned(program.parse([]))
    assert len(alone) == 9 and {run.data for run in alone} == {"digits"}
    both = program.planned(program.parse(["--data", str(tmp_path)]))
    assert len(both) == len(set(both)) == 45
    assert {run.num_images for run in both} == {100, 500, 2000, 1797, 60_000}


def test_rows_are_means_over_the_seeds(report, results):
    rows = {row[:3]: row for row in report.summarize(results)}
    none = rows["mnist", 500, "none"]
    assert (none.seeds, none.best, none.last) == (2, 20.0, 60.0)
    assert none.decay == 3.0 and none.probability is None
    ada = rows["mnist", 500, "ada"]
    assert (ada.best, ada.last) == (9.0, 11.0)
    assert ada.probability == pytest.approx(0.4)


def test_table_has_a_line_for_each_row(report, results):
    lines = report.table(report.summarize(results)).splitlines()
    assert len(lines) == 2 + 4
    assert (
        "| mnist, 500 (copies: 2.0) | none | 20.0 | 60.0 | 3.00 |" in lines[2]
    )
    assert "DiffAugment" in lines[3] and "| 0.400 |" in lines[4]


def test_bounds_tell_what_is_short(report, results):
    held = report.bounds(report.summarize(results), 500, 60_000)
    # 9 / 20 is low enough; 11 / 9 is a decay of more than a tenth.
    assert [holds for _, holds in held] == [True, False, True, True]
    assert "0.45" in held[0][0] and "1.22" in held[1][0]
    few = {run: r for run, r in results.items() if run.num_images == 500}
    assert len(report.bounds(report.summarize(few), 500, 60_000)) == 3


def test_figures_are_drawn_from_results(
    program, report, runs, results, tmp_path, capsys
):
    pytest.importorskip("matplotlib", reason="only the figures need it")
    for run, result in results.items():
        runs.write_result(tmp_path, run, result)
    arguments = ["--results", str(tmp_path), "--data", "mnist.npz"]
    arguments += ["--sizes", "500", "60000", "--plot-only"]
    assert program.main(arguments) == 0
    assert program.main([*arguments, "--check"]) == 1
    assert "missed" in capsys.readouterr().out
    for name in ("limited_data.png", "limited_data_samples.png"):
        assert (tmp_path / name).read_bytes()[1:4] == b"PNG"


def test_nothing_is_drawn_where_there_are_no_results(program, tmp_path, capsys):
    arguments = ["--results", str(tmp_path), "--plot-only"]
    assert program.main([*arguments, "--check"]) == 1
    assert "no results yet" in capsys.readouterr().out
    assert not list(tmp_path.iterdir())
