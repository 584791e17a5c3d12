"""`keras-gan train --from`: a GAN that begins with what another has learned."""

import contextlib
import json
import shutil
from pathlib import Path

import keras
import numpy as np
import pytest
from runs import config, history, saved_state
from translation_runs import settings_of, write_images

from keras_gan import cli
from keras_gan.cli.planning import _narrower
from keras_gan.cli.run_folder import RunFolder
from keras_gan.cli.step_limit import StepLimit
from keras_gan.cli.tasks import starting

# Another backend would change nothing.
pytestmark = pytest.mark.quickest

OPTIONS = (
    *("--batch-size", "8", "--precision", "float32", "--no-jit"),
    *("--loss", "non_saturating", "--metrics", "none"),
)
NETWORK = ("--network", "mlp", "--width", "12", "--latent-dim", "5")
BEGUN = (
    *("train", "new", "--from", "first", *OPTIONS, "--seed", "3"),
    *("--freeze-layers", "1", "--steps", "4", "--save-every", "2"),
)


@pytest.fixture(scope="module")
def finished(tmp_path_factory, eagerly):
    """A folder with a run of digits, new images, and a run that goes on."""
    folder = tmp_path_factory.mktemp("transfer")
    for name in ("a", "b"):
        write_images(folder / "new" / name, negative=name == "b")
    with contextlib.chdir(folder):
        first = ("train", "--conditional", "--steps", "1", *OPTIONS, *NETWORK)
        assert cli.main([*first, "--quiet", "--out", "first"]) == 0
        assert cli.main([*BEGUN, "--quiet", "--out", "second"]) == 0
    return folder


@pytest.fixture
def here(finished, in_folder):
    """A copy of it, which is the current folder."""
    shutil.copytree(finished, in_folder, dirs_exist_ok=True)
    # Where the runs look for what they were made from.
    for path in in_folder.glob("*/config.json"):
        text = path.read_text().replace(str(finished), str(in_folder))
        path.write_text(text)
    return in_folder


def first_kernel(run):
    gan = keras.saving.load_model(f"{run}/model.keras", compile=False)
    return gan.discriminator.weights[0].numpy()


def test_networks_are_those_of_the_other_run_and_it_says_what_is_new(
    here, run_command
):
    code, output, errors = run_command(*BEGUN, "--steps", 1, "--out", "third")
    assert (code, errors) == (0, "")
    (line,) = [x for x in output.splitlines() if x.startswith("begun with")]
    assert line == (
        f"begun with {here}/first: 9 of 11 layers; new: "
        "generator/label_embedding, discriminator/label_embedding"
    )
    assert "discriminator that are not trained: 1\n" in output
    settings = settings_of("third")
    expected = {
        "network": "mlp", "width": 12, "latent_dim": 5, "conditional": True,
        "start": f"{here}/first", "freeze_layers": 1,
    }  # fmt: skip
    assert {name: settings[name] for name in expected} == expected
    np.testing.assert_array_equal(first_kernel("first"), first_kernel("third"))


@pytest.mark.parametrize("saved", [True, False])
def test_it_ends_with_the_same_weights_however_it_was_stopped(
    here, run_command, monkeypatch, saved
):
    kernel = first_kernel("first")
    count = StepLimit.on_train_batch_begin

    def interrupt(limit, batch, logs=None):
        if limit.steps == 1:
            limit._interrupt(2, None)
        count(limit, batch, logs)

    if saved:
        with monkeypatch.context() as patch:
            patch.setattr(StepLimit, "on_train_batch_begin", interrupt)
            assert run_command(*BEGUN, "--out", "again")[0] == 130
        shutil.rmtree("first")  # It is not needed any more.
    else:  # Killed before its first checkpoint.
        Path("again").mkdir()
        shutil.copy("second/config.json", "again")
    code, output, errors = run_command("train", "--resume", "again")
    assert (code, errors) == (0, "")
    assert f"begun with {here}/first" in output
    whole, again = (
        saved_state(Path(run, "model.keras")) for run in ("second", "again")
    )
    assert whole.keys() == again.keys()
    for name, value in whole.items():
        np.testing.assert_array_equal(value, again[name], err_msg=name)
    assert history(Path("second")) == history(Path("again"))
    np.testing.assert_array_equal(first_kernel("again"), kernel)


def test_without_a_checkpoint_the_other_run_must_be_as_it_was(here, run_fails):
    Path("again").mkdir()
    shutil.copy("second/config.json", "again")
    shutil.copy("second/model.keras", "first/model.keras")
    error = run_fails("train", "--resume", "again")
    assert "first/model.keras` has changed since the run" in error
    assert [path.name for path in Path("again").iterdir()] == ["config.json"]


@pytest.mark.parametrize(
    ("then", "now", "data", "same"),
    [
        (("a", "b"), ("a", "b"), "other", True),
        (("a", "b"), ("b", "a"), "other", False),
        (("0", "1"), ("0", "1"), "other", False),
        (("0", "1"), ("0", "1"), "digits", True),
    ],
)
def test_classes_are_the_same_by_their_names(then, now, data, same):
    before, new = config(then), config(now, data=data)
    found = starting._has_same_classes(before, new.settings, new.dataset)
    assert found is same


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ("--width", 16),
            "none, which fit, and generator/label_embedding (2, 5)",
        ),
        (("--network", "dcgan"), "1, this one dcgan of width 12, latents of l"),
        (("--from", "new"), "`new` is not the folder of a run"),
        (("--from", "pairs"), "must be a run of the same task"),
        (("--freeze-layers", 4), "must leave a layer to train"),
        (("--freeze-layers", -1), "must be at least 0"),
        (("--task", "domains", "--second", "new"), "`--from` has no meaning"),
    ],
)
def test_what_cannot_be_is_one_line_and_leaves_nothing(
    here, run_fails, options, message
):
    shutil.copytree("first", "pairs")
    content = json.loads(Path("pairs/config.json").read_text())
    content["settings"] |= {"task": "pairs", "network": "unet", "latent_dim": 0}
    Path("pairs/config.json").write_text(json.dumps(content))
    given = (*BEGUN[2:-6], *options)
    assert message in run_fails("train", "new", *given, "--out", "failed")
    assert not Path("failed").exists()


def test_resuming_with_other_options(here, run_fails):
    error = run_fails("train", "--resume", "second", "--freeze-layers", 2)
    assert "--freeze-layers 1 (not 2)" in error
    error = run_fails("train", "--resume", "second", "--from", "second")
    assert f"--from {here}/first (not {here}/second)" in error


def test_too_little_time_makes_no_narrower_networks(here):
    settings = RunFolder("second").read_config().settings
    job = type("Job", (), {"settings": settings})()
    assert _narrower(job, 1.0, 5, None, None) == (job, 1.0)
