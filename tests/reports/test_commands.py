"""The commands that a page says; tests/cli/test_report.py parses them."""

import shlex

import pytest
from report_runs import SETTINGS, make_run

from keras_gan.reports.commands import repeating, resuming, using
from keras_gan.reports.run import read_run

# Another backend would change nothing.
pytestmark = pytest.mark.once


def test_every_setting_that_is_an_option_is_repeated():
    words = shlex.split(repeating(SETTINGS | {"data": "/my cats"}))
    assert words[:3] == ["keras-gan", "train", "/my cats"]
    options = dict(zip(words[3::1], words[4::1], strict=False))
    for option, value in {
        "--image-size": "8x8", "--network": "mlp", "--learning-rate": "0.002",
        "--metrics": "fid", "--feature-extractor": "digits", "--steps": "100",
        "--save-every": "20", "--seed": "0",
    }.items():  # fmt: skip
        assert options[option] == value
    assert "--no-jit" in words and "--conditional" not in words


def test_a_run_by_the_clock_is_repeated_by_the_clock():
    words = shlex.split(repeating(SETTINGS | {"minutes": 30.0}))
    assert words[words.index("--minutes") + 1] == "30"
    assert "--steps" not in words


def test_switches_and_lists():
    text = repeating(
        {
            "data": "x", "task": "attributes", "columns": ["a b", "c"],
            "flip": True, "jit": None, "strict": True, "metrics": [],
            "resized_to": [48, 64], "image_size": [32, 32], "crop": [32, 32],
        }
    )  # fmt: skip
    assert text == (
        "keras-gan train x --task attributes --columns 'a b,c' --strict "
        "--image-size 48x64 --crop 32x32 --flip"
    )


def test_an_unfinished_run_is_continued_to_its_end(tmp_path):
    run = read_run(make_run(tmp_path / "run", rounds=4, done=2))
    assert resuming(run) == f"keras-gan train --resume {run.path}"
    assert using(run) == f"keras-gan generate {run.path}"


def test_a_finished_run_is_doubled(tmp_path):
    run = read_run(make_run(tmp_path / "run", rounds=4, minutes=1.5))
    assert resuming(run) == (f"keras-gan train --resume {run.path} --minutes 3")


def test_what_a_run_is_used_for_is_its_task(tmp_path):
    for task, use in {
        "semi-supervised": "classify {} IMAGES --out predictions.csv",
        "dagan": "augment DATA --run {} --out FOLDER",
        "pairs": "translate {} IMAGES --out DIR",
    }.items():
        run = read_run(make_run(tmp_path / task, rounds=1, task=task))
        assert using(run) == "keras-gan " + use.format(run.path)


def test_a_path_keeps_its_end():
    command = repeating({"data": "v1.0", "task": "domains", "second": "v2.0"})
    assert command.startswith("keras-gan train v1.0 ")
    assert "--second v2.0" in command
