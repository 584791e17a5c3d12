"""Folders of runs: their names, and which is the newest."""

import os

import pytest
from runs import config, write_config

from keras_gan.cli.generate import model_path
from keras_gan.cli.run_folder import RunFolder, new_run, newest_run

# Another backend would change nothing.
pytestmark = pytest.mark.quickest


def begin(run: RunFolder, written: float) -> None:
    write_config(run.path)
    os.utime(run.config_path, (written, written))


def test_new_runs_are_named_after_the_data_and_counted(in_folder):
    for name in ("digits-1", "digits-2"):
        with new_run("digits") as run:
            assert str(run) == os.path.join("runs", name)
            write_config(run.path)
    for data, name in (("/data/my faces.zip", "my-faces-1"), ("/", "run-1")):
        with new_run(data) as run:
            assert run.path.name == name


def test_a_name_is_taken_as_soon_as_it_is_chosen(in_folder):
    with new_run("digits") as one, new_run("digits") as other:
        assert one.path.name == "digits-1" and other.path.name == "digits-2"
        with pytest.raises(ValueError, match="in use by another process"):
            with RunFolder(one.path).held():
                pass
    # Nothing came of them, and nothing remains.
    assert not any(in_folder.iterdir())


def test_what_is_no_folder_ends_the_search_for_a_name(in_folder):
    (in_folder / "runs").symlink_to("nowhere")
    with pytest.raises(OSError), new_run("digits"):
        pass


def test_newest_run_is_the_one_saved_or_started_last(in_folder):
    with pytest.raises(FileNotFoundError, match="no run in `runs/`"):
        newest_run()
    begin(RunFolder("runs/b"), written=1000.0)
    begin(RunFolder("runs/a"), written=2000.0)
    begin(RunFolder("runs/c"), written=500.0)
    (in_folder / "runs" / "notes").mkdir()
    # A refused command, or an image of `generate`, saves nothing.
    (in_folder / "runs" / "c" / "generated-1.png").touch()
    assert newest_run().path.name == "a"
    checkpoint = RunFolder("runs/b").model_path
    checkpoint.touch()
    os.utime(checkpoint, (3000.0, 3000.0))
    assert newest_run().path.name == "b"


def test_commands_in_messages_can_be_copied(in_folder):
    run = RunFolder("my cats")
    write_config(run.path)
    command = "`keras-gan train --resume 'my cats'`"
    for refused in (run.check_free, lambda: model_path("my cats")):
        with pytest.raises((ValueError, FileNotFoundError), match=command):
            refused()


def test_config_is_read_as_it_was_written(in_folder):
    run = RunFolder("here")
    begin(run, written=1.0)
    assert run.read_config() == config()
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
