"""What `keras-gan` promises of tables, sounds and texts alike."""

import json
import shutil
from pathlib import Path

import keras
import numpy as np
import pytest
from other_data import KINDS, SHORT, look_here_for_data
from runs import write_config
from translation_runs import assert_same_run, interrupt, settings_of

from keras_gan.images import write_image

pytest.importorskip("pandas")
# Another backend would change nothing.
pytestmark = pytest.mark.quickest


@pytest.fixture(params=KINDS)
def kind(request):
    return KINDS[request.param]


@pytest.fixture
def here(kind, copied_run):
    """Data of the kind and a run on it, in the current folder."""
    return copied_run(kind.name)


def contents():
    """The bytes of all files here, by their names."""
    paths = [path for path in Path().rglob("*") if path.is_file()]
    return {str(path): path.read_bytes() for path in paths}


# Training ---------------------------------------------------------------------


def test_an_interrupted_run_ends_as_one_that_never_stopped(
    kind, here, eagerly, run_command, monkeypatch
):
    with monkeypatch.context() as patch:
        interrupt(patch, after=1)
        line = ("train", *kind.train, "--out", "again", "--no-report")
        code, output, errors = run_command(*line)
    assert code == 130 and "stopped at step 1 of 2" in errors
    for words in kind.words:
        assert words in output
    code, output, errors = run_command("train", "--resume", "again")
    assert (code, errors) == (0, "")
    assert f"keras-gan generate again {kind.use[0]}" in output
    assert_same_run("run", "again", "d_loss", "g_loss")


def test_a_run_begins_with_another(kind, here, eagerly, run_command):
    other = f"other{Path(kind.data).suffix}"
    kind.write_other(other)
    # In steps that are too small to change a weight.
    size = kind.options[kind.options.index("--batch-size") :]
    still = ("--learning-rate", 1e-30, *size, "--steps", 1)
    line = ("train", other, "--from", "run", *still)
    code, output, errors = run_command(*line, "--out", "on", "--no-report")
    assert code == 0 and f"begun with {here}/run" in output
    assert kind.words_of_other in output
    before, settings = settings_of("run"), settings_of("on")
    for name in ("width", "latent_dim", *kind.kept):
        assert settings[name] == before[name]
    old, new = (
        keras.saving.load_model(Path(run, "model.keras"))
        for run in ("run", "on")
    )
    assert int(new.optimizer.iterations) == 1
    for name in ("generator", "discriminator"):
        pair = [getattr(gan, name).trainable_variables for gan in (old, new)]
        for one, two in zip(*pair, strict=True):
            np.testing.assert_allclose(
                *map(keras.ops.convert_to_numpy, (one, two)),
                rtol=0.0,
                atol=1e-25,  # A weight of 0 changes by 1e-30.
                err_msg=one.path,
            )
    shutil.rmtree("run")  # It is not needed any more.
    code, output, _ = run_command("train", "--resume", "on")
    assert code == 0 and "`on` is finished: all 1 steps are done" in output


def test_a_run_begins_with_none_of_another_kind(kind, here, run_fails):
    write_config("images")
    Path("images/model.keras").touch()
    line = ("train", kind.data, *SHORT, "--out", "failed", "--from")
    error = run_fails(*line, "images")
    assert "must be a run of the same task" in error
    assert f"a run of --task gan, with --task {kind.name}" in error
    look_here_for_data(kind, start_sha256="0", start=str(here / "run"))
    Path("again").mkdir()
    shutil.copy("run/config.json", "again")
    error = run_fails("train", "--resume", "again")
    assert "run/model.keras` has changed since the run" in error
    assert not Path("failed").exists()


def test_data_that_changed_is_not_trained_on(kind, here, run_fails):
    look_here_for_data(kind)
    kind.write_other(kind.data)
    error = run_fails("train", "--resume", "run", "--steps", 4)
    assert f"The {kind.unit} of `run` have changed" in error


# Wrong places and runs --------------------------------------------------------


def test_where_nothing_can_be_written_nothing_is_lost(kind, here, run_fails):
    Path("file").write_text("mine")
    before = contents()
    train = ("train", *kind.train, "--out")
    assert "file" in run_fails(*train, "file")
    assert "file/run" in run_fails(*train, "file/run")
    assert "`run`" in run_fails(*train, "run")
    generate = ("generate", "run", "--out")
    assert "file" in run_fails(*generate, f"file/a{kind.use[1]}")
    assert "config.json" in run_fails(*generate, "run/config.json")
    assert contents() == before


def test_a_run_makes_no_images(kind, here, run_fails):
    write_image("a.png", np.zeros((8, 8, 3), "uint8"))
    error = run_fails("translate", "run", "a.png", "--out", "out")
    assert "keras-gan generate run" in error
    before = contents()
    for command, *arguments in (
        ("interpolate", "--out", "a.gif"),
        ("edit", "--direction", "pca:1", "--out", "b.png"),
        ("project", "a.png", "--out", "b.png"),
    ):
        error = run_fails(command, "run", *arguments)
        assert "Use it with `keras-gan generate`." in error
    assert contents() == before and not Path("out").exists()


def test_a_run_without_a_checkpoint_is_trained_first(kind, here, run_fails):
    Path("run/model.keras").unlink()
    error = run_fails("generate", "run")
    assert "`run` has no checkpoint yet" in error
    assert "needs the checkpoint" in run_fails("train", "--resume", "run")
    config = json.loads(Path("run/config.json").read_text())
    assert config["settings"]["task"] == kind.name


# Options ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--image-size", 8), "`--image-size` is for images"),
        (("--network", "dcgan"), "must be one of "),
        (("--width", 65536), "Choose a smaller width"),
        (("--augment", "ada"), "no meaning for this task"),
    ],
)
def test_options_of_images_are_refused(
    kind, in_folder, run_fails, options, message
):
    kind.write(kind.data)
    before = contents()
    assert message in run_fails("train", kind.data, *options, *SHORT)
    assert contents() == before


def test_data_must_be_named(kind, run_fails):
    error = run_fails("train", "--task", kind.name)
    assert f"`--task {kind.name}` needs DATA" in error
