"""Each family of networks on the command line: trained, resumed, drawn from."""

import csv
from pathlib import Path

import keras
import numpy as np
import pytest
from runs import history, saved_state

from keras_gan.cli.presets import NETWORKS
from keras_gan.cli.run_folder import RunFolder
from keras_gan.cli.step_limit import StepLimit
from keras_gan.models.growing import growing_layers

# Another backend would change nothing; a small mlp is in all other tests.
pytestmark = pytest.mark.quickest
FAMILIES = [name for name in NETWORKS if name != "mlp"]
# BigGAN's slots divide the latents.
SMALL = (
    *("--width", 4, "--latent-dim", 12, "--batch-size", 4, "--conditional"),
    *("--precision", "float32", "--no-jit", "--metrics", "none"),
    *("--no-report", "--no-health", "--out", "run"),
)
OPTIONS = {
    # Others have images of 8 pixels per side, like the digits.
    "fastgan": ("--image-size", 16),
    # The steps of its discriminator divide the batch.
    "sngan": ("--batch-size", 10),
}


@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_trains_goes_on_and_draws(family, eagerly, run_command):
    options = ("--network", family, *OPTIONS.get(family, ()), "--steps", 1)
    code, output, errors = run_command("train", *SMALL, *options)
    assert (code, errors) == (0, "")
    assert f"\n{family} of " in output and "weights, conditional" in output
    begun = saved_state("run/model.keras")
    more = ("train", "--resume", "run", "--steps", 2, "--quiet")
    assert run_command(*more) == (0, "", "")
    assert RunFolder("run").done().steps == 2
    state = saved_state("run/model.keras")
    assert state.keys() == begun.keys()
    assert any(not np.array_equal(state[x], begun[x]) for x in state)
    assert all(np.isfinite(value).all() for value in state.values())
    draw = ("generate", "run", "--num-images", 3, "--labels", "1,7")
    code, *_ = run_command(*draw, "--out", "x.npz")
    assert code == 0
    with np.load("x.npz") as arrays:
        assert arrays["labels"].tolist() == [1, 7, 1]
        side = 16 if family == "fastgan" else 8
        assert arrays["images"].shape == (3, side, side, 1)
        assert np.isfinite(arrays["images"]).all()


def test_networks_that_grow_go_on_within_a_fade(
    eagerly, run_command, monkeypatch
):
    train = (
        *("train", *SMALL, "--network", "progressive", "--steps", 8),
        *("--save-every", 3, "--quiet"),
    )
    assert run_command(*train, "--out", "whole") == (0, "", "")
    count = StepLimit.on_train_batch_begin

    def interrupt(limit, batch, logs=None):
        if limit.steps == 2:
            limit._interrupt(2, None)
        count(limit, batch, logs)

    with monkeypatch.context() as patch:
        patch.setattr(StepLimit, "on_train_batch_begin", interrupt)
        assert run_command(*train)[0] == 130
    # Half of the steps grow it: two at the coarse size, and two of a fade.
    gan = keras.saving.load_model("run/model.keras")
    (growth,) = growing_layers([gan.generator])
    assert float(growth.value()) == 0.5
    assert run_command("train", "--resume", "run", "--quiet") == (0, "", "")
    with open("run/history.csv", newline="") as file:
        grown = [float(row["growth"]) for row in csv.DictReader(file)]
    assert grown == [0.5, 1.0, 1.0]
    assert history(Path("run")) == history(Path("whole"))
    whole, again = (
        saved_state(Path(run, "model.keras")) for run in ("whole", "run")
    )
    assert whole.keys() == again.keys()
    for name, value in whole.items():
        np.testing.assert_array_equal(value, again[name], err_msg=name)


def test_networks_of_larger_images_fade_in_the_new_level(eagerly, run_command):
    train = ("train", *SMALL, "--quiet", "--network", "progressive")
    assert run_command(*train, "--steps", 2, "--save-every", 2) == (0, "", "")
    code, output, errors = run_command(
        *("train", *SMALL[2:], "--from", "run", "--image-size", 16),
        *("--steps", 2, "--save-every", 1, "--out", "larger"),
    )
    assert (code, errors) == (0, "")
    (line,) = [x for x in output.splitlines() if x.startswith("begun with")]
    assert "_16x16" in line and "_8x8" not in line
    assert RunFolder("larger").read_config().settings.width == 2
    with open("larger/history.csv", newline="") as file:
        grown = [float(row["growth"]) for row in csv.DictReader(file)]
    # A step with the levels that there were, and one of a fade.
    assert grown == [1.0, 2.0]


@pytest.mark.parametrize(
    ("family", "options", "message"),
    [
        ("biggan", ("--image-size", 30), "The nearest is (28, 28, 1): resize"),
        ("stylegan2", ("--image-size", 30), "4, 5, 6 or 7 pixels doubled"),
        ("progressive", ("--image-size", 30), "4, 5, 6 or 7 pixels doubled"),
        ("fastgan", (), "and at least 16 pixels"),
        ("ladagan", ("--image-size", 30), "The nearest is (32, 32, 1): resize"),
        (
            "biggan",
            ("--latent-dim", 7),
            "latent_dim=7. The nearest are 6 and 8",
        ),
        ("ladagan", ("--width", 6), "width=6. Use 8, the nearest one"),
        (
            "sngan",
            ("--batch-size", 7),
            "`--batch-size` must be a multiple of 5",
        ),
    ],
)
def test_what_a_family_cannot_have_is_one_line_and_leaves_nothing(
    family, options, message, run_fails, in_folder
):
    error = run_fails("train", *SMALL, "--network", family, *options)
    assert message in error and "Received: " in error
    is_of_size = "`dcgan`" in error or "resize" in error
    assert ("`--image-size`" in error) is is_of_size
    assert list(in_folder.iterdir()) == []
