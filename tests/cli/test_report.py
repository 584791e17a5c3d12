"""`keras-gan report`, and the report that `train` writes."""

import json
import shlex
import signal

import pytest
from page_checks import checked
from report_runs import make_run, write_config
from translation_runs import write_images

from keras_gan.cli import command
from keras_gan.cli.run_folder import RunConfig
from keras_gan.cli.step_limit import StepLimit
from keras_gan.cli.tasks import task_of
from keras_gan.reports import commands
from keras_gan.reports.writing import NAME
from keras_gan.utils.records import read_json, to_json

# Another backend would change nothing.
pytestmark = pytest.mark.quickest


def test_one_run(run_command, in_folder):
    make_run("mine")
    code, output, errors = run_command("report", "mine")
    assert (code, errors) == (0, "")
    assert output.startswith("1 run, 0.") and output.endswith(
        f"MB: mine/{NAME}\n"
    )
    assert "mlp draws" in checked(f"mine/{NAME}").words
    # What is read as a run is what `train` writes.
    assert read_json("mine/config.json", RunConfig).settings.network == "mlp"


def test_the_newest_run(run_command, in_folder):
    make_run("runs/digits-1")
    assert run_command("report")[0] == 0
    checked(f"runs/digits-1/{NAME}")


def test_several_runs(run_command, in_folder):
    for seed in "12":
        make_run(seed, seed=int(seed))
    code, output, _ = run_command("report", "1", "2", "--title", "Two seeds")
    assert code == 0 and output.startswith("2 runs, ")
    assert output.endswith(f"MB: {NAME}\n")
    assert "Two seeds" in checked(NAME).words
    options = ("--out", "new/page.html", "--max-size", 0.2)
    assert run_command("report", "1", "2", *options)[0] == 0
    assert (in_folder / "new/page.html").stat().st_size < 200_000


@pytest.mark.parametrize(
    "arguments, words",
    [
        (("nowhere",), "`nowhere` is not the folder of a run"),
        (("mine", "data"), "`data` is not the folder of a run"),
        (("mine", "--out", "page.pdf"), "argument --out: must be an .html"),
        (("mine", "--out", "mine.html"), "is no report of keras-gan"),
        (("mine", "--out", "mine.html/x.html"), "cannot be written"),
        (("mine", "--out", "data/page.html"), "must be apart from DATA"),
        (("mine", "--max-size", "0.001"), "`max_bytes` is too small"),
    ],
)
def test_an_error_is_one_line(run_fails, in_folder, arguments, words):
    write_images(in_folder / "data", 2)
    make_run("mine", rounds=1, data=str(in_folder / "data"))
    (in_folder / "mine.html").write_text("<p>mine</p>")
    assert words in run_fails("report", *arguments)
    assert (in_folder / "mine.html").read_text() == "<p>mine</p>"


def test_a_damaged_config_is_one_line(run_fails, in_folder):
    write_config(in_folder)
    (in_folder / "config.json").write_text("{")
    assert "config.json` is damaged" in run_fails("report", ".")


COMMANDS = {
    "digits": "digits --conditional --metrics none --seed 3 --no-jit",
    "defaults": "--augment ada --steps 130 --save-every 60",
    "minutes": "digits --minutes 2 --network dcgan --learning-rate 0.00123",
    "pairs": "a --second b --task pairs --direction b-to-a --strict",
    "domains": "a --second b --task domains --seed 4",
    "super-resolution": "a --task super-resolution --scale 4",
    "sharpened": "a --task super-resolution --degradation real --sharpen",
    "few labels": "digits --task semi-supervised --labels-for 5 --augment none",
    "dagan": "digits --task dagan --latent-dim 16",
    "inpainting": "a --task inpainting --masks box --image-size 16x24",
    "colorization": "c --task colorization --crop 8 --no-flip",
    "attributes": "c --task attributes --table t.csv --columns hair",
}


def resolved(text: str):
    """The settings of a command, as `train` resolves them."""
    arguments = ["train", *shlex.split(text), "--precision", "float32"]
    options = command._parser().parse_args([*arguments, "--quiet"])
    task = task_of(options.task or "gan")
    task.check_options(options)
    options.data = options.data or "digits"
    return task.resolve(options, task.open(options))


@pytest.fixture
def images(in_folder):
    for name, shape in (("a", (16, 24, 1)), ("b", (16, 24, 1)), ("c", None)):
        write_images(in_folder / name, 4, shape or (16, 16, 3))
    rows = "".join(f"{n:02d}.png,{n % 2},{n // 2}\n" for n in range(4))
    (in_folder / "t.csv").write_text("file,hair,smile\n" + rows)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_command_that_repeats_a_run_has_its_settings(images, name):
    settings = resolved(COMMANDS[name])
    text = commands.repeating(json.loads(to_json(settings)))
    program, train, *rest = shlex.split(text)
    assert (program, train) == ("keras-gan", "train")
    again = resolved(shlex.join(rest))
    if settings.minutes is not None:  # A first plan, which is made anew.
        assert (again.minutes, again.steps) == (2, settings.steps)
    assert again == settings


def test_a_run_that_is_stopped_has_it(
    run_command, tiny, in_folder, eagerly, monkeypatch
):
    def interrupt(limit, batch, logs=None):
        if limit.steps == 2:
            limit._interrupt(signal.SIGINT, None)
        begin(limit, batch, logs)

    begin = StepLimit.on_train_batch_begin
    monkeypatch.setattr(StepLimit, "on_train_batch_begin", interrupt)
    options = [word for word in tiny if word != "--no-report"]
    more = ("--steps", 9, "--save-every", 2, "--out", "run")
    code, _, errors = run_command("train", *options, *more)
    assert code == 130 and errors.count("\n") == 1
    assert "stopped at step 3 of 9" in errors
    page = checked(f"run/{NAME}")
    assert "not finished" in page.words and "Steps 3 of 9" in page.words
    assert f"--resume {in_folder / 'run'}" in page.words


def test_train_writes_it_at_its_end(run_command, tiny, in_folder, eagerly):
    options = [word for word in tiny if word != "--no-report"]
    more = ("--steps", 2, "--save-every", 1, "--out", "run")
    code, output, errors = run_command("train", *options, *more)
    assert (code, errors) == (0, "")
    assert f"report    run/{NAME}" in output
    page = checked(f"run/{NAME}")
    assert "finished" in page.words and "2 of 2" in page.words
    # What cannot be written is a warning, and the training has succeeded.
    (in_folder / "run" / NAME).write_text("<p>mine</p>")
    resume = ("train", "--resume", "run", "--steps", 3)
    code, output, errors = run_command(*resume)
    assert code == 0 and errors.count("\n") == 1
    assert errors.startswith("keras-gan: warning: the report is not written")
    assert "  report" not in output and "Trained 1 steps" in output
    assert (in_folder / "run" / NAME).read_text() == "<p>mine</p>"
    (in_folder / "run" / NAME).unlink()
    resume = ("train", "--resume", "run", "--steps", 4, "--no-report")
    assert run_command(*resume)[::2] == (0, "")
    assert not (in_folder / "run" / NAME).exists()
