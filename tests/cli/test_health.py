"""The health checks of `keras-gan train`."""

import json
import types
from pathlib import Path

import numpy as np
import pytest

from keras_gan.callbacks import training_health
from keras_gan.callbacks.health import judging
from keras_gan.callbacks.run_checkpoint import read_record
from keras_gan.cli import health, held_out
from keras_gan.datasets import open_source
from keras_gan.reports.commands import repeating

# Another backend would change nothing.
pytestmark = [pytest.mark.once, pytest.mark.usefixtures("eagerly")]

ROUNDS = ("--save-every", 2, "--out", "run")


@pytest.fixture
def watched(run_command, tiny, monkeypatch):
    """Function that trains a tiny GAN, with checks after each round."""
    monkeypatch.setattr(health, "_SHARE", 1e9)

    def run(*arguments):
        options = [word for word in tiny if word != "--no-health"]
        return run_command("train", *options, *arguments)

    return run


@pytest.fixture
def copied(in_folder):
    """Digits, half of which are copies."""
    random = np.random.default_rng(0)
    images = random.integers(0, 256, (60, 8, 8, 1), "uint8")
    images[30:] = images[0]
    np.savez("data.npz", x_train=images, x_test=images[:20])
    return "data.npz"


def findings(folder="run"):
    return json.loads(Path(folder, "health.json").read_text())


def test_a_healthy_run_is_silent(watched, in_folder, monkeypatch):
    monkeypatch.setattr(training_health, "FIRST_STEP", 0)
    monkeypatch.setattr(judging, "LONGEST", 2)
    code, output, errors = watched("--steps", 4, *ROUNDS)
    assert (code, errors) == (0, "") and findings() == []
    assert "health" not in output
    header = Path("run/history.csv").read_text().splitlines()[0]
    assert "health_diversity" in header


def test_a_run_too_short_to_be_judged_says_so(watched, run_command):
    code, output, _ = watched("--steps", 4, "--save-every", 2, "--out", "run")
    (line,) = (one for one in output.splitlines() if "health  " in one)
    assert code == 0
    assert line.startswith("  health    Too short to judge (at the end): steps")
    assert [one["name"] for one in findings()] == ["too_short_to_judge"]
    run_command("report", "run")
    assert "Too short to judge" in Path("run/report.html").read_text()


def test_a_finding_is_told_at_once_and_at_the_end(watched, copied):
    code, output, _ = watched(copied, "--steps", 2, *ROUNDS)
    assert code == 0
    words = "Remove the copies from DATA"
    first, last = (output.index(words), output.rindex(words))
    assert first < output.index("2/2 steps") < last
    assert "  health    Duplicate images (before the first round, 9" in output
    found, _ = findings()
    assert found["evidence"]["copies"] == 30


def test_quietly_it_is_in_the_file(watched, copied):
    assert watched(copied, "--steps", 2, "--quiet", *ROUNDS)[:2] == (0, "")
    names = [one["name"] for one in findings()]
    assert names == ["duplicate_images", "too_short_to_judge"]


def test_the_checks_can_be_left_out(train, copied):
    assert train(copied, "--steps", 2, *ROUNDS)[0] == 0
    assert not Path("run/health.json").exists()
    assert "health" not in Path("run/history.csv").read_text()


def test_a_resumed_run_goes_on_with_what_it_knows(
    watched, run_command, copied, monkeypatch
):
    monkeypatch.setattr(training_health, "FIRST_STEP", 0)
    monkeypatch.setattr(judging, "LONGEST", 2)
    assert watched(copied, "--steps", 4, *ROUNDS)[0] == 0
    before = read_record(Path("run/model.keras"))["health"]
    Path("run/health.json").unlink()
    resume = ("train", "--resume", "run", "--steps", 8, "--no-report")
    code, output, errors = run_command(*resume)
    assert (code, errors) == (0, "")
    # It was said before; the last lines say it again.
    assert output.count("Remove the copies from DATA") == 1
    after = read_record(Path("run/model.keras"))["health"]
    rows = after["series"]["rows"]
    assert [row["round"] for row in rows] == [1, 2, 3, 4]
    assert rows[:2] == before["series"]["rows"]
    assert after["findings"] == findings()
    assert after["findings"][0] == before["findings"][0]


def test_what_was_found_stays_without_checks(watched, run_command, copied):
    assert watched(copied, "--steps", 2, *ROUNDS)[0] == 0
    before = read_record(Path("run/model.keras"))["health"]
    resume = ("train", "--resume", "run", "--steps", 4, "--no-report")
    assert run_command(*resume, "--no-health")[0] == 0
    assert read_record(Path("run/model.keras"))["health"] == before
    assert before["findings"] == findings()[:-1]


def test_other_splits_tell_what_is_memorized(watched, copied):
    assert watched(copied, "--steps", 2, "--quiet", *ROUNDS)[0] == 0
    header = Path("run/history.csv").read_text().splitlines()[0]
    assert "health_held_out_ranking" in header


@pytest.mark.parametrize(
    "steps, batch, images, rounds",
    [(400, 64, 128, 1), (50, 64, 64, 4), (2, 16, 64, 400), (200, 64, 64, 1)],
)
def test_checks_take_a_small_part_of_the_images(steps, batch, images, rounds):
    settings = types.SimpleNamespace(steps_per_round=steps, batch_size=batch)
    count = health._number_of_images(settings)
    assert (count, health._rounds_between(settings, count)) == (images, rounds)
    assert 4 * count <= 0.02 * steps * batch * rounds * 1.0001


def test_images_can_be_held_out(watched, run_command, in_folder):
    options = ("--held-out", 97, "--steps", 2, *ROUNDS)
    code, output, _ = watched(*options)
    assert code == 0 and "1,700 images" in output and "97 held out" in output
    header = Path("run/history.csv").read_text().splitlines()[0]
    assert "health_memorized" in header
    resume = ("train", "--resume", "run", "--steps", 4, "--no-report")
    code, output, errors = run_command(*resume)
    assert (code, errors) == (0, "") and "97 held out" in output
    config = json.loads(Path("run/config.json").read_text())
    assert "--held-out 97" in repeating(config["settings"])


def test_some_images_must_be_left(run_fails):
    line = run_fails("train", "--held-out", 15, "--steps", 1)
    assert "0, or at least 16 images" in line and "--held-out 15." in line
    line = run_fails("train", "--held-out", 1797, "--steps", 1)
    assert "--held-out 1797 of the 1,797 images of `digits`" in line


def test_parts_are_disjoint_and_whole():
    whole = open_source(np.arange(50, dtype="uint8")[:, None, None, None])
    part = held_out.training_part(whole, 20)
    rest = held_out.held_out_part(part, 20)
    values = [
        one.read(np.arange(len(one))).ravel().tolist() for one in (part, rest)
    ]
    assert len(values[0]) == 30 and values[0] == sorted(values[0])
    assert sorted(values[0] + values[1]) == list(range(50))
    assert held_out.training_part(whole, 0) is whole


def test_of_large_images_enough_are_compared():
    info = types.SimpleNamespace(image_shape=(640, 640, 3))
    source = types.SimpleNamespace(info=info, resident=lambda: ())
    assert health._most(source) == health._NUM_IMAGES
