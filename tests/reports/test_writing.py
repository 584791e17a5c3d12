"""`reports.write`: pages of whole, broken and several runs."""

import json
import os
import shutil

import numpy as np
import pytest
from edits import edited
from page_checks import checked
from report_runs import blobs, make_run, write_config, write_grid

from keras_gan.images import image_grid, write_animation, write_image
from keras_gan.reports import write

# Another backend would change nothing.
pytestmark = pytest.mark.once

DIGITS = [str(number) for number in range(10)]
FINDING = {
    "when": 2,
    "name": "mode_collapse",
    "confidence": 0.93,
    "evidence": {"classes": 3, "of": 10, "share": 0.7123456},
    "advice": "Raise --batch-size to 64.",
}


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """A folder with runs of 32-pixel images, which tests leave as they are."""
    folder = tmp_path_factory.mktemp("runs")
    for seed in (1, 2):
        make_run(folder / f"seed-{seed}", shape=(16, 12, 3), seed=seed)
    return folder


@pytest.fixture
def run(runs, tmp_path):
    """One of them, for a test to do with as it likes."""
    return shutil.copytree(runs / "seed-1", tmp_path / "run")


def test_a_page_has_all_of_a_run(run):
    path = write(run)
    assert path == run / "report.html"
    page = checked(path)
    # The newest grid, and each of five through time.
    assert len(page.all("img")) == 6
    assert "mlp draws 16 × 12 RGB images, trained on 1,797" in page.words
    assert "finished" in page.words and "100 of 100" in page.words
    summaries = [a["aria-label"] for a in page.all("svg") if "role" in a]
    for name in ("fid", "d_loss", "d_real_accuracy", "r1", "images per second"):
        assert any(f"{name}, 5 values" in words for words in summaries)
    assert "keras-gan train digits" in page.words
    assert f"--resume {run} --steps 200" in page.words
    assert "3.15.1" in page.words and "the processor" in page.words
    assert "Something is missing" not in page.words


def test_a_page_is_written_again_and_is_the_same_but_for_the_time(run):
    first = write(run).read_text().splitlines()
    second = write(run).read_text().splitlines()
    assert len(first) == len(second)
    changed = [a for a, b in zip(first, second, strict=True) if a != b]
    assert all("<time" in line for line in changed)


def test_classes_findings_and_pictures_of_other_commands(tmp_path):
    run = make_run(tmp_path / "run", class_names=DIGITS, num_images=20)
    (run / "health.json").write_text(json.dumps([FINDING]))
    pictures = blobs(4, (8, 8, 1), 0)
    grid = image_grid(pictures)
    write_image(run / "mine.png", grid)  # No command of ours wrote it.
    write_image(run / "close.png", grid, software="keras-gan evaluate")
    write_animation(
        run / "film.gif",
        [image_grid(pictures * x) for x in np.linspace(0, 1, 30)],
        software="keras-gan interpolate",
    )
    page = checked(write(run))
    assert "in 10 classes" in page.words
    assert page.words.count("0 1 2 3 4 5 6 7 8 9") == 2
    assert "Mode collapse round 2 · 93% sure" in page.words
    assert "classes 3, of 10, share 0.7123" in page.words
    assert "Raise --batch-size to 64." in page.words
    # It is marked in every chart.
    plots = [a for a in page.all("svg") if "role" in a]
    marks = [a for a in page.all("g") if a.get("class") == "mark"]
    assert len(marks) == len(plots) > 3
    assert "close.png" in page.words and "film.gif" in page.words
    assert "mine.png" not in page.words
    assert page.all("img")[-1]["alt"].startswith("Between latents")


TASKS = {
    "pairs": {"network": "unet"},
    "domains": {"network": "resnet", "second": "/x/winter"},
    "super-resolution": {"network": "srresnet", "scale": 4, "crop": [16, 16]},
    "inpainting": {"network": "gated_unet", "masks": "box"},
    "colorization": {"network": "unet", "resized_to": [16, 16]},
    "attributes": {"network": "resnet", "attributes": ["smiling", "hair"]},
}


@pytest.mark.parametrize("task", TASKS)
def test_runs_of_every_task(tmp_path, task):
    time = np.linspace(0, 1, 3)
    logs = {"cycle_loss": 2 - time, "val_psnr": 20 + time, "val_ssim": time}
    run = make_run(
        tmp_path / "run", rounds=3, task=task, latent_dim=0, logs=logs,
        metrics=[], num_images=9, **TASKS[task],
    )  # fmt: skip
    page = checked(write(run))
    assert f"--task {task}" in page.words
    assert f"keras-gan translate {run} IMAGES --out DIR" in page.words
    assert "Best val_psnr 21 in round 3" in page.words
    second = " and winter" * (task == "domains")
    assert f"trained on 1,797 images of digits{second}." in page.words
    attributes = TASKS[task].get("attributes")
    assert not attributes or "(smiling, hair)" in page.words


def test_several_runs_side_by_side(runs, tmp_path):
    both = [runs / "seed-1", runs / "seed-2"]
    path = write(both, tmp_path / "new" / "both.html", title="Two seeds")
    page = checked(path)
    assert "Two seeds" in page.words and "2 runs side by side" in page.words
    assert "run seed-1 seed-2" in page.words  # The header of the comparison.
    assert "seed 1 2" in page.words  # What differs is in it.
    assert "network mlp mlp" not in page.words
    (fid,) = (a for a in page.all("svg") if "of fid" in str(a))
    assert "seed-1, 5 values" in fid["aria-label"]
    assert "seed-2, 5 values" in fid["aria-label"]


def test_runs_of_one_name_are_told_apart(runs, tmp_path):
    both = [tmp_path / name / "run" for name in "ab"]
    for folder in both:
        shutil.copytree(runs / "seed-1", folder)
    page = checked(write([*both, both[0]], tmp_path / "both.html"))
    assert "a/run and b/run" in page.words


def test_a_run_that_has_only_begun(tmp_path):
    write_config(tmp_path)
    page = checked(write(tmp_path))
    assert "not finished" in page.words and "0 of 100" in page.words
    assert "There are no samples yet." in page.words
    assert "No round has ended yet" in page.words
    assert "--resume" not in page.words and not page.all("img")


def test_a_run_that_was_killed(run):
    """Half a line, half a picture, and values that are not finite."""
    history = run / "history.csv"
    rows = history.read_text().splitlines()
    rows[2] = rows[2].rpartition(",")[0] + ",nan"
    rows[3] = rows[3].rpartition(",")[0] + ",inf"
    history.write_text("\n".join(rows) + "\n6,120,3.1,0.4")
    last = run / "samples" / "samples-0005.png"
    last.write_bytes(last.read_bytes()[:100])
    (run / "model.keras").write_bytes(b"PK")
    (run / "health.json").write_text('[{"name": ')
    page = checked(write(run))
    assert "history.csv has 1 row that" in page.words
    assert "fid was not a finite number in rounds 2, 3." in page.words
    assert "samples-0005.png is left out" in page.words
    assert "After round 4" in page.words
    assert "The checkpoint does not say its step" in page.words
    assert "The findings are left out" in page.words


def test_a_run_without_its_checkpoint_says_so(run):
    (run / "model.keras").unlink()
    page = checked(write(run))
    assert "model.keras is missing" in page.words
    assert "--resume" not in page.words


def test_an_old_run_lacks_settings(run):
    (run / "config.json").write_text('{"settings": {"data": "digits"}}')
    page = checked(write(run))
    assert "A network draws" in page.words and len(page.all("img")) == 6
    (run / "config.json").write_text("{}")
    assert "Repeat" not in checked(write(run)).words


def test_whatever_was_edited_is_a_page_or_one_line(tmp_path):
    write_config(tmp_path, class_names=["a"], task="gan", minutes=2.5)
    plain = json.loads((tmp_path / "config.json").read_text())
    for text in edited(plain, (None, "<x>", -1, ["x"])):
        text = text if isinstance(text, str) else json.dumps(text)
        (tmp_path / "config.json").write_text(text)
        try:
            checked(write(tmp_path))
        except ValueError as error:
            assert "is damaged" in str(error) and "\n" not in str(error)


def test_texts_are_escaped(tmp_path):
    bad = "<script>alert(1)</script>"
    run = make_run(tmp_path / "<b>run", class_names=[bad, "'\""], data=bad)
    (run / "health.json").write_text(json.dumps([FINDING | {"advice": bad}]))
    page = checked(write(run))
    assert len(page.all("script")) == 1 and not page.all("b")[0].get("run")
    assert page.words.count(bad) > 3


def test_names_that_are_not_text(tmp_path):
    run = make_run(tmp_path / "run", data="caf\udce9", rounds=1)
    assert "caf\\udce9" in checked(write(run)).words


def test_long_runs_of_large_images_stay_small(tmp_path):
    run = make_run(tmp_path / "run", rounds=200, done=0, shape=(128, 128, 3))
    # Sixty-four, of which not every one is drawn anew.
    noisy = np.tile(blobs(8, (128, 128, 3), 0.5), (8, 1, 1, 1))
    write_grid(run, 1, image_grid(noisy))
    for number in range(2, 201):
        path = run / "samples" / f"samples-{number:04d}.png"
        os.link(run / "samples" / "samples-0001.png", path)
    path = write(run)
    assert path.stat().st_size < 5_000_000
    page = checked(path)
    assert max(int(image["width"]) for image in page.all("img")) >= 700
    assert 7 <= len(page.all("img")) <= 13
    # Those through time include the ends.
    assert "round 1 " in page.words and "After round 200" in page.words


def test_what_was_not_checked_is_not_called_healthy(run):
    assert "Health findings not checked" in checked(write(run)).words
    (run / "health.json").write_text("[]")
    assert "Health findings none" in checked(write(run)).words
    (run / "health.json").write_text('[{"name": "too_short_to_judge"}]')
    assert "Health findings too few checks" in checked(write(run)).words
    (run / "health.json").write_text("[")
    assert "Health findings unknown" in checked(write(run)).words


def test_the_size_is_kept_or_refused(run):
    noisy = np.random.default_rng(0).integers(0, 256, (300, 300, 3), "uint8")
    for number in range(1, 6):
        write_grid(run, number, noisy)
    large = write(run).stat().st_size
    small = write(run, max_bytes=large // 4).stat().st_size
    assert small <= large // 4
    with pytest.raises(ValueError, match="`max_bytes` is too small .*=1000"):
        write(run, max_bytes=1000)
    assert (run / "report.html").stat().st_size == small


def test_what_is_no_run_is_one_line(tmp_path):
    with pytest.raises(FileNotFoundError, match="is not the folder of a run"):
        write(tmp_path)
    with pytest.raises(FileNotFoundError, match="nowhere` is not the folder"):
        write(tmp_path / "nowhere")
    with pytest.raises(ValueError, match="at least one run"):
        write([])


def test_only_our_own_pages_are_replaced(run, tmp_path):
    mine = tmp_path / "mine.html"
    mine.write_text("<p>mine</p>")
    with pytest.raises(ValueError, match="is no report of keras-gan"):
        write(run, mine)
    assert mine.read_text() == "<p>mine</p>"
    with pytest.raises(ValueError, match="must be an .html file"):
        write(run, tmp_path / "page.pdf")
    with pytest.raises(ValueError, match="`path` must be given"):
        write([run, tmp_path])


def test_a_path_that_cannot_be_written(run, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="cannot be written .*choose another"):
        write(run, tmp_path / "file" / "page.html")
