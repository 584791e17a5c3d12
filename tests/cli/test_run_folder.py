"""Folders of runs: their names, and which is the newest."""

import os

import pytest

from keras_gan.cli.run_folder import RunFolder, new_run, newest_run

# Another backend would change nothing.
pytestmark = pytest.mark.once


def begin(run: RunFolder, written: float) -> None:
    run.make_writable()
    run.write_config({"steps": 1})
    os.utime(run.path, (written, written))


def test_new_runs_are_named_after_the_data_and_counted(in_folder):
    for name in ("digits-1", "digits-2"):
        run = new_run("digits")
        assert str(run) == os.path.join("runs", name)
        run.make_writable()
    assert new_run("/data/my faces.zip").path.name == "my-faces-1"
    assert new_run("/").path.name == "run-1"


def test_newest_run_is_the_one_written_last(in_folder):
    with pytest.raises(FileNotFoundError, match="no run in `runs/`"):
        newest_run()
    begin(RunFolder("runs/b"), written=1000.0)
    begin(RunFolder("runs/a"), written=2000.0)
    begin(RunFolder("runs/c"), written=500.0)
    (in_folder / "runs" / "notes").mkdir()
    assert newest_run().path.name == "a"


def test_config_is_read_as_it_was_written(in_folder):
    run = RunFolder("here")
    begin(run, written=1.0)
    assert run.read_config() == {"steps": 1}
    assert [path.name for path in run.path.iterdir()] == ["config.json"]
    with pytest.raises(FileNotFoundError, match="not the folder of a run"):
        RunFolder("there").read_config()


def test_newest_samples(in_folder):
    run = RunFolder("here")
    assert run.newest_samples() is None
    run.samples_path.mkdir(parents=True)
    for number in (2, 10, 1):
        (run.samples_path / f"samples-{number:04d}.png").touch()
    assert run.newest_samples().name == "samples-0010.png"
