"""`keras-gan train --minutes`: plans, ends, resumes, by the clock of a test."""

import dataclasses
import json
import math
import os
import signal
import subprocess
import sys
import time
import types
from pathlib import Path

import keras
import numpy as np
import pytest
from portable import assert_equal

import keras_gan
from keras_gan import cli
from keras_gan.callbacks.run_checkpoint import read_record
from keras_gan.cli import planning
from keras_gan.cli import settings as settings_module
from keras_gan.cli.job import Job
from keras_gan.cli.progress import Progress
from keras_gan.cli.run_folder import Done, RunFolder
from keras_gan.cli.settings import Settings
from keras_gan.cli.step_limit import StepLimit
from keras_gan.cli.step_timer import StepTimer, forecast
from keras_gan.cli.tasks import task_of
from keras_gan.cli.words import duration_in_words
from keras_gan.models.growing import growing_layers
from keras_gan.utils import clock as clock_module

# Another backend would change nothing.
pytestmark = pytest.mark.quickest

MINUTES = ("--minutes", 1, "--save-every", 20)


class Clock:
    """A second passes with each step, measured or not; three after a round."""

    now = 1000.0

    def __call__(self):
        return self.now

    def passing_after(self, method, seconds):
        def act(callback, number, logs=None):
            method(callback, number, logs)
            self.now += seconds

        return act


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(clock_module, "seconds", clock)
    for kind, name, seconds in (
        (StepLimit, "on_train_batch_begin", 1),
        (StepTimer, "on_train_batch_begin", 1),
        (StepLimit, "on_epoch_end", 3),
    ):
        passing = clock.passing_after(getattr(kind, name), seconds)
        monkeypatch.setattr(kind, name, passing)
    return clock


def settings_of(folder) -> dict:
    return json.loads(Path(folder, "config.json").read_text())["settings"]


def weights_of(folder) -> list:
    return keras.saving.load_model(Path(folder, "model.keras")).get_weights()


def test_run_of_a_minute_interrupted_and_resumed(
    train, run_command, clock, monkeypatch
):
    code, output, errors = train(*MINUTES, "--out", "whole")
    assert code == 0
    # Eight steps are measured, and not done.
    assert clock.now - 1000 == pytest.approx(60, abs=2)
    assert "1 minute, about 43 steps" in output
    assert "42/42 steps" in output
    assert output.startswith("compiling and measuring a step\n")
    assert errors.count("\n") == 1
    assert "`--width 16` allows only about 52 steps in 1 minute." in errors
    assert settings_of("whole")["minutes"] == 1.0
    assert settings_of("whole")["steps"] == 42
    record = read_record("whole/model.keras")
    assert (record["steps"], record["rounds"]) == (42, 3)
    assert record["budget"]["seconds"] == pytest.approx(60, abs=1)
    assert RunFolder("whole").done().budget.planned_steps == 42

    def interrupt(self, batch, logs=None):
        if self.steps == 22:
            os.kill(os.getpid(), signal.SIGINT)
        begin(self, batch, logs)

    begin = StepLimit.on_train_batch_begin
    with monkeypatch.context() as patch:
        patch.setattr(StepLimit, "on_train_batch_begin", interrupt)
        code, _, errors = train(*MINUTES, "--out", "run")
    assert code == 130 and "stopped at step 23 of 43" in errors
    clock.now += 10_000
    assert run_command("train", "--resume", "run", "--quiet") == (0, "", "")
    for weight, same in zip(
        weights_of("run"), weights_of("whole"), strict=True
    ):
        assert_equal(weight, same)

    code, output, _ = run_command("train", "--resume", "run")
    assert code == 0 and "is finished: 42 steps in 1 minute." in output
    assert "keras-gan train --resume run --minutes 2" in output
    more = ("--resume", "run", "--minutes", 1.5)
    code, output, _ = run_command("train", *more)
    steps = read_record("run/model.keras")["steps"]
    assert steps == pytest.approx(69, abs=3)
    assert code == 0 and f"{steps}/{steps} steps" in output
    assert settings_of("run")["minutes"] == 1.5
    code, _, errors = run_command("train", "--resume", "run", "--steps", 99)
    assert code == 2 and "was started to train for 1.5 minutes" in errors
    code, _, errors = run_command("train", "--resume", "run", "--minutes", 1)
    assert (
        code == 2
        and "minutes, which cannot be taken back. Received: --minutes 1."
        in errors
    )


def test_networks_that_grow_are_measured_at_full_size(clock):
    gan = keras_gan.GAN(
        *keras_gan.networks.progressive((8, 8, 1), width=2, latent_dim=4)
    )
    gan.compile(run_eagerly=True)
    (layer, *_) = growing_layers([gan])
    before = [variable.numpy() for variable in layer.variables]
    seen = []

    def batches():
        while True:
            seen.append(float(layer.value()))
            yield (np.zeros((2, 8, 8, 1), "float32"),)

    job = types.SimpleNamespace(
        model=gan,
        task=task_of("gan"),
        batches=batches,
        settings=types.SimpleNamespace(minutes=0.01),
        budget=None,
    )
    assert float(layer.value()) == 0.0
    planning.seconds_per_step(job, math.inf)
    assert seen[-1] == layer.num_levels
    for variable, value in zip(layer.variables, before, strict=True):
        assert variable.numpy() == value


def test_measuring_leaves_no_trace_in_the_run(train, clock, monkeypatch):
    def known(job, ends):
        clock.now += 8
        return 1.0

    short = ("--minutes", 0.5, "--save-every", 9, "--quiet", "--out")
    assert train(*short, "measured")[0] == 0
    monkeypatch.setattr(planning, "seconds_per_step", known)
    assert train(*short, "known")[0] == 0
    assert read_record("known/model.keras")["steps"] > 10
    for weight, same in zip(
        weights_of("measured"), weights_of("known"), strict=True
    ):
        assert_equal(weight, same)


def test_time_that_is_over_before_training_leaves_no_folder(
    run_fails, train, clock
):
    # Eight steps are measured.
    options = (*train.options, "--minutes", 0.1, "--quiet", "--out", "run")
    error = run_fails("train", *options)
    assert "`--minutes` must leave time for training" in error
    assert "a step takes 1 s. Ask for more." in error
    assert not Path("run").exists()


def test_measuring_stops_when_the_time_is_over(run_fails, train, clock):
    options = (*train.options, "--minutes", 0.05, "--quiet")
    error = run_fails("train", *options)
    # The step that is in progress is finished.
    assert clock.now == 1005
    assert "of which 5 s went to starting, reading the images and " in error
    assert "compiling. Ask for more." in error


def test_time_counts_from_the_start_of_the_process(
    train, in_folder, clock, monkeypatch, capsys
):
    begun = clock.now - 30
    monkeypatch.setattr(clock_module, "start_of_process", lambda: begun)
    options = (*train.options, *MINUTES, "--quiet", "--out", "run")
    argv = ["keras-gan", "train", *map(str, options)]
    monkeypatch.setattr("sys.argv", argv)
    assert cli.main() == 0
    # A fifth of the time to start is left for the process to end.
    assert clock.now - begun == pytest.approx(54, abs=3)
    assert RunFolder("run").done().budget.seconds == pytest.approx(54, abs=3)
    capsys.readouterr()


def test_start_of_the_process_is_before_its_first_line():
    program = (
        "import time; time.sleep(.3); "
        f"import runpy; clock = runpy.run_path({clock_module.__file__!r}); "
        "print(clock['seconds']() - clock['start_of_process']())"
    )
    before = time.monotonic()
    printed = subprocess.check_output([sys.executable, "-S", "-c", program])
    least = 0.3 if sys.platform == "linux" else 0.0
    # The system counts in hundredths of a second.
    assert least <= float(printed) <= time.monotonic() - before + 0.02


def test_start_of_the_process_where_the_system_does_not_tell(monkeypatch):
    def missing(name):
        raise ValueError(name)

    monkeypatch.setattr("os.sysconf", missing)
    assert clock_module.start_of_process() == clock_module._CAME


def test_resuming_needs_time_for_training(
    train, run_command, run_fails, clock, monkeypatch
):
    def stop(self, epoch, logs=None):
        end(self, epoch, logs)
        self.interrupted_by = signal.SIGINT
        self.model.stop_training = True

    end = StepLimit.on_epoch_end
    with monkeypatch.context() as patch:
        patch.setattr(StepLimit, "on_epoch_end", stop)
        assert train(*MINUTES, "--quiet", "--out", "run")[0] == 130
    files = {p: p.read_bytes() for p in Path("run").rglob("*") if p.is_file()}
    # Half a minute is used, compiling and measuring took 8 seconds.
    used = read_record("run/model.keras")["budget"]["seconds"]
    assert used == pytest.approx(31, abs=2)
    more = ("--resume", "run", "--quiet", "--minutes")
    error = run_fails("train", *more, (used + 10) / 60)
    assert "`--minutes` must leave time for training" in error
    least = math.ceil(used / 60 * 100) / 100
    assert f"Ask for {least:g} to end it here, or for more." in error
    assert files == {path: path.read_bytes() for path in files}
    code, _, _ = run_command("train", *more, least)
    assert code == 0 and settings_of("run")["minutes"] == least
    assert read_record("run/model.keras")["steps"] == 20
    assert run_command("train", *more, (used + 20) / 60)[0] == 0
    assert read_record("run/model.keras")["steps"] > 22


@pytest.mark.parametrize(
    "width, cure",
    [(16, "Leave it out for a width"), (8, "Ask for more minutes.")],
)
def test_widths_that_are_too_slow(plan, width, cure):
    with pytest.warns(UserWarning, match=f"--width {width}` allows.*{cure}"):
        plan(lambda width: 10.0, width=width, asked_width=width)


@pytest.mark.parametrize(
    "options, message",
    [
        (("--minutes", 0), "must be above 0"),
        (("--minutes", "nan"), "must be above 0"),
        (("--minutes", 1e8), "must be at most 10000000"),
        (("--minutes", 1, "--steps", 5), "not allowed with argument"),
        (("--minutes", 1, "--epochs", 5), "not allowed with argument"),
    ],
)
def test_wrong_minutes(run_fails, options, message):
    assert message in run_fails("train", *options)


def test_several_workers_are_refused(run_fails, monkeypatch):
    monkeypatch.setattr(settings_module.devices, "has_workers", lambda: True)
    error = run_fails("train", "--minutes", 1)
    assert "Ask for --steps." in error


def test_runs_by_steps_have_no_minutes(train, run_command, run_fails):
    assert train("--steps", 1, "--quiet", "--out", "run")[0] == 0
    assert RunFolder("run").done() == Done(1, 1, None)
    error = run_fails("train", "--resume", "run", "--minutes", 1)
    assert "was started to train for 1 steps" in error


@pytest.fixture
def plan(monkeypatch, clock):
    """Function that plans ten minutes of a run, by seconds of a step."""

    def planned(
        seconds,
        minutes=10,
        width=32,
        augment="none",
        asked_width=None,
        changes=None,
        **options,
    ):
        built = []

        def build(settings):
            built.append(settings)
            augmenter = planning.build_augmenter(settings)
            return types.SimpleNamespace(augmenter=augmenter)

        monkeypatch.setattr(
            planning,
            "seconds_per_step",
            lambda job, ends: seconds(job.settings.width),
        )
        settings = Settings(
            "digits", (28, 28), 1, False, "dcgan", width, 64, "hinge", 64,
            10_000, 400, 1e-3, 1e-4, 0.9, 0.99, None, "float32", None, 0,
            augment=augment, minutes=minutes,
        )  # fmt: skip
        settings = dataclasses.replace(settings, **changes or {})
        given = {"width": asked_width, "save_every": None, "quiet": False}
        given |= {"started": 1000.0, "seconds_to_start": 0.0, **options}
        job = Job(None, settings, None, build(settings))
        asked = types.SimpleNamespace(**given)
        return planning.planned(job, build, asked), len(built)

    return planned


@pytest.mark.parametrize(
    "full, power, width, steps",
    [
        (0.05, 1, 32, 12_000),
        (1.0, 1, 16, 1200),
        (1.0, 0.3, 32, 600),  # It would not be faster.
        (64.0, 1, 8, 37),
    ],
)
def test_narrower_networks_where_the_time_is_short(
    plan, capsys, full, power, width, steps
):
    job, _ = plan(lambda width: full * (width / 32) ** power)
    assert job.settings.width == width
    # The rest goes between the rounds.
    assert 0.4 * steps < job.settings.steps < steps
    assert job.budget.planned_steps == job.settings.steps
    said, _, printed = capsys.readouterr().out.partition("\n")
    assert said == "compiling and measuring a step"
    expected = f"networks of width {width}, not 32, which would allow only "
    assert printed.startswith(expected) if width < 32 else not printed
    rounds = job.settings.steps / job.settings.steps_per_round
    assert 24 < rounds <= 25 or rounds <= 600 / 10


@pytest.mark.parametrize(
    "changes, width",
    [({}, 16), ({"image_size": (256, 256), "width": 64}, 64)],
)
def test_narrower_networks_are_possible_ones(plan, changes, width):
    changes = {"network": "ladagan", "image_size": (128, 128), **changes}
    job, _ = plan(lambda width: width / 4, changes=changes)
    assert job.settings.width == width
    table = {"task": "table", "network": "table", "latent_dim": 0}
    table |= {"image_size": None, "channels": None}
    assert plan(lambda width: width, changes=table)[0].settings.width == 8


def test_short_runs_have_few_rounds(plan):
    job, _ = plan(lambda width: 0.01, minutes=1)
    assert job.settings.steps_per_round == 1000
    job, _ = plan(lambda width: 0.01, minutes=1, save_every=7)
    assert job.settings.steps_per_round == 7


def test_augmentation_is_as_fast_as_the_run_is_long(plan):
    job, built = plan(lambda width: 0.1, augment="ada")
    assert job.model.augmenter.speed == pytest.approx(5700 * 64 / 10_000, 0.01)
    assert built == 2
    assert plan(lambda width: 0.1, augment="flip")[1] == 1


@pytest.mark.parametrize(
    "seconds, is_new, line",
    [
        (0.5, False, "about 17 min on this machine\n"),
        (0.5, True, "about 17 min on this machine; --minutes 5 ends sooner"),
        (6, True, "about 3 h 20 min on this machine; --minutes 60 ends sooner"),
        (0.05, True, "about 100 s on this machine\n"),
        (0.005, True, ""),
    ],
)
def test_forecast_of_the_first_steps(clock, capsys, seconds, is_new, line):
    limit = StepLimit(0, 2000, 0)
    progress = Progress(
        limit
    )  # Its bar is not shown where there is no terminal.
    timer = forecast(limit, is_new=is_new)
    timer.set_model(types.SimpleNamespace(optimizer=keras.optimizers.SGD(0.1)))
    for batch in range(1000):
        timer.on_train_batch_begin(batch)
        clock.now += seconds - 1 if batch else 1000
    printed = capsys.readouterr().out
    assert printed.startswith(line) and bool(printed) == bool(line)
    assert printed.count("\n") == bool(line)
    progress.on_train_end()


@pytest.mark.parametrize(
    "seconds, words",
    [
        (9.6, "10 s"), (100, "2 min"), (5000, "83 min"), (7200, "2 h"),
        (12_010, "3 h 20 min"), (86_400 * 3, "3 days"),
    ],
)  # fmt: skip
def test_durations_in_words(seconds, words):
    assert duration_in_words(seconds) == words
