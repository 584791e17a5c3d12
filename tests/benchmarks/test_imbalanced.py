"""The benchmark of imbalanced data: its arms, sources and kept results."""

import dataclasses
import importlib
import json

import keras
import numpy as np
import pytest

import keras_gan

# Another backend would change nothing.
pytestmark = pytest.mark.quickest


@pytest.fixture(scope="module")
def program(load_benchmark):
    return load_benchmark("imbalanced")


@pytest.fixture(scope="module")
def part(program):
    return lambda name: importlib.import_module(f"imbalanced_{name}")


LABELS = np.array([0] * 6 + [1] * 6 + [2] * 2)
# A gray value each; class 2 is nearest to class 1.
VALUES = np.array([0, 10, 20, 0, 10, 20, 90, 100, 110, 90, 100, 110, 140, 150])
IMAGES = (VALUES[:, None, None, None] * np.ones((1, 4, 4, 1))).astype("uint8")


def test_ensembles_bring_their_parts_and_all_the_reference(part):
    assert part("runs").needed(["GAN"]) == ["oversampling + classical", "GAN"]
    assert part("runs").needed(["ensemble with DAGAN"]) == [
        "oversampling + classical",
        "DAGAN",
        "ensemble with DAGAN",
    ]


def test_mix_of_real_images(part):
    shares = part("runs").real_shares
    setting = part("settings").DIGITS
    natural = np.array([6, 6, 2]) / 14
    np.testing.assert_allclose(shares("classical", LABELS, setting), natural)
    even = shares("oversampling + affine", LABELS, setting)
    np.testing.assert_allclose(even, [1 / 3] * 3)
    half = shares("BAGAN + classical", LABELS, setting)
    np.testing.assert_allclose(half, (natural + 1 / 3) / 2)


def test_results_of_arms_are_added_to_those_of_a_cell(program, part, tmp_path):
    cell = part("settings").Cell("digits", 1, 0)
    result = {
        "setting": dataclasses.asdict(part("settings").DIGITS),
        "recalls": {"oversampling + classical": [1.0] * 3, "GAN": [0.5] * 3},
        "seconds": 2.0,
    }
    part("runs").write(tmp_path, cell, result)
    line = ["--results", str(tmp_path), "--arms", "GAN", "BAGAN"]
    options = program.parse(line)
    assert program.missing_arms(cell, options) == ["BAGAN"]
    new = {**result, "recalls": {"BAGAN": [0.7] * 3}, "agreement of BAGAN": 0.9}
    merged = part("runs").merged(result, new)
    assert [*merged["recalls"]] == ["oversampling + classical", "GAN", "BAGAN"]
    assert merged["seconds"] == 4.0 and merged["agreement of BAGAN"] == 0.9
    part("runs").write(tmp_path, cell, merged)
    assert program.missing_arms(cell, options) == []
    other = part("settings").Cell("digits", 2, 0)
    text = json.loads((tmp_path / f"{cell.name}.json").read_text())
    table = part("report").table("digits", {cell: text, other: result})
    assert "| GAN | 50.00 ± 0.00 |" in table and "| BAGAN |" not in table
    assert "not in all cells: BAGAN" in table


def test_nearest_class_and_images_that_are_held(part):
    sources = part("sources")
    assert sources.nearest((IMAGES, LABELS), 2) == 1
    held = sources.held(IMAGES / np.float32(127.5) - 1, LABELS)
    drawer = keras_gan.sampling.Drawer(held, seed=1)
    drawn = drawer.batch(40, 0, np.full(40, 2)).images
    pixels = np.unique(keras_gan.images.to_uint8(drawn))
    assert pixels.tolist() == [140, 150]


def test_codes_of_a_class_have_its_statistics(part):
    bagan = part("bagan")
    rng = np.random.default_rng(0)
    labels = np.repeat([0, 1], [2000, 2])
    spread = np.linspace(0.5, 2.0, bagan.CODE)
    codes = spread * rng.normal(size=(2002, bagan.CODE)) + 3.0 * labels[:, None]
    layer = bagan.ClassCodes(2)
    layer.fill(codes.astype("float32"), labels)
    latents = rng.normal(size=(4000, bagan.CODE)).astype("float32")
    for number in range(2):
        drawn = layer([latents, np.full(4000, number)])
        drawn = keras.ops.convert_to_numpy(drawn)
        own = codes[labels == number].mean(0)
        np.testing.assert_allclose(drawn.mean(0), own, atol=0.15)
        # Two images have no covariance, but share that of all.
        np.testing.assert_allclose(drawn.std(0), spread, rtol=0.15)


def test_the_hard_half_of_what_is_right_is_kept(part):
    classifier = keras.Sequential([keras.Input((3,)), keras.layers.Softmax()])
    hard = part("filter").HardButRight(classifier)
    shape = (3,)
    source = keras_gan.sampling.GeneratorSource(None, 1, shape, num_classes=3)
    hard.bind(source)
    logits = np.array(
        [[4, 0, 0], [2, 0, 0], [0, 1, 0], [0, 3, 0], [0, 5, 0], [1, 0, 0]],
        "float32",
    )
    labels = np.array([0, 0, 1, 1, 1, 2])
    hard.calibrate(logits, labels)
    kept, scores = hard.judge(keras.ops.convert_to_tensor(logits), labels, None)
    # Of class 2 none is right, so all are kept.
    assert np.array(kept).tolist() == [False, True, True, True, False, True]
    assert np.array(scores)[1] > np.array(scores)[0]


def test_affine_maps_keep_the_background_black(part):
    images = np.zeros((6, 8, 8, 1), "float32")
    images[:, 2:6, 3:5] = 255
    moved = np.array(part("runs")._moved(images, np.random.default_rng(0)))
    assert moved[:, 0, 0].max() < 128 and moved.max() > 128
    assert (np.abs(moved - images).max((1, 2, 3)) > 20).all()
    assert moved.min() >= -1e-3 and moved.max() <= 255 + 1e-3
