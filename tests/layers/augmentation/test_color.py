import keras
import numpy as np
import pytest
from portable import assert_close, assert_equal, corners, tensors

from keras_gan.layers.augmentation.color import (
    NAMES,
    color,
    matrices_and_offsets,
)

BATCH = 6


def noise(shape, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, shape).astype("float32")


def some_parameters(seed=0):
    rng = np.random.default_rng(seed)
    drawn = {
        "brightness": rng.normal(0, 0.2, BATCH),
        "contrast": np.exp2(rng.normal(0, 0.5, BATCH)),
        "luma_flip": np.arange(BATCH) % 2,
        "hue": rng.uniform(-np.pi, np.pi, BATCH),
        "saturation": np.exp2(rng.normal(0, 1, BATCH)),
    }
    return {name: value.astype("float32") for name, value in drawn.items()}


def colored(images, drawn):
    return keras.ops.convert_to_numpy(color(images, tensors(drawn)))


def papers_matrix(drawn, index):
    """The product of 4 x 4 matrices, one operation after the other."""
    value = {name: float(drawn[name][index]) for name in NAMES}
    axis = np.array([1, 1, 1, 0]) / np.sqrt(3)
    luma = np.outer(axis, axis)
    eye = np.eye(4)
    brightness = eye.copy()
    brightness[:3, 3] = value["brightness"]
    contrast = np.diag([value["contrast"]] * 3 + [1])
    flip = eye - 2 * luma * value["luma_flip"]
    # About the gray axis, by Rodrigues' formula.
    cross = np.zeros((4, 4))
    cross[:3, :3] = np.cross(axis[:3], np.eye(3)).T
    sine, cosine = np.sin(value["hue"]), np.cos(value["hue"])
    hue = eye + sine * cross + (1 - cosine) * cross @ cross
    saturation = luma + (eye - luma) * value["saturation"]
    saturation[3, 3] = 1.0
    return saturation @ hue @ flip @ contrast @ brightness


def test_three_channels_are_the_papers_matrices():
    drawn = some_parameters()
    images = noise((BATCH, 3, 5, 3))
    values = colored(images, drawn)
    for index in range(BATCH):
        matrix = papers_matrix(drawn, index)
        expected = images[index] @ matrix[:3, :3].T + matrix[:3, 3]
        assert_close(values[index], expected, atol=1e-5)


@pytest.mark.quickest
def test_one_channel_is_the_papers_gray_form():
    # The mean over the rows, applied to three equal channels.
    drawn = some_parameters()
    images = noise((BATCH, 3, 5, 1))
    values = colored(images, drawn)
    for index in range(BATCH):
        row = papers_matrix(drawn, index)[:3].mean(axis=0)
        expected = images[index] * row[:3].sum() + row[3]
        assert_close(values[index], expected, atol=1e-5)


each_count = pytest.mark.parametrize(
    "channels", corners([3, 1, 2, 4, 7], everywhere=2)
)


def alone(name, value):
    return {name: np.full(BATCH, value, "float32")}


@pytest.mark.quickest
@each_count
def test_brightness_and_contrast_act_on_each_channel(channels):
    images = noise((BATCH, 4, 4, channels))
    drawn = alone("brightness", 0.3) | alone("contrast", 1.7)
    assert_close(colored(images, drawn), 1.7 * (images + 0.3), atol=1e-5)


@each_count
def test_no_saturation_leaves_the_mean(channels):
    images = noise((BATCH, 4, 4, channels))
    mean = images.mean(axis=-1, keepdims=True)
    assert_close(
        colored(images, alone("saturation", 0.0)),
        np.broadcast_to(mean, images.shape),
        atol=1e-6,
    )
    assert_close(
        colored(images, alone("saturation", 2.0)),
        mean + 2 * (images - mean),
        atol=1e-5,
    )


@pytest.mark.quickest
@each_count
def test_luma_flip_turns_the_mean_and_keeps_the_color(channels):
    images = noise((BATCH, 4, 4, channels))
    mean = images.mean(axis=-1, keepdims=True)
    assert_close(
        colored(images, alone("luma_flip", 1.0)), images - 2 * mean, atol=1e-5
    )


@each_count
def test_hue_keeps_the_mean_and_the_strength_of_color(channels):
    images = noise((BATCH, 4, 4, channels))
    turned = colored(images, alone("hue", 1.3))
    assert_close(turned.mean(axis=-1), images.mean(axis=-1), atol=1e-6)
    assert_close(
        np.square(turned).sum(axis=-1),
        np.square(images).sum(axis=-1),
        atol=1e-5,
    )
    changed = np.abs(turned - images).max() > 0.1
    assert changed == (channels > 2)


@pytest.mark.quickest
@each_count
def test_hues_add_up_to_a_whole_turn(channels):
    images = noise((BATCH, 4, 4, channels))
    third = alone("hue", 2 * np.pi / 3)
    turned = images
    for _ in range(3):
        turned = colored(turned, third)
    assert_close(turned, images, atol=1e-5)


def test_a_third_of_a_turn_of_three_channels_is_the_next_channel():
    images = noise((BATCH, 4, 4, 3))
    turned = colored(images, alone("hue", 2 * np.pi / 3))
    assert_close(turned, np.roll(images, 1, axis=-1), atol=1e-5)


@each_count
def test_images_on_which_nothing_fires_keep_every_bit(channels):
    images = noise((BATCH, 3, 5, channels))
    identity = dict.fromkeys(NAMES, np.zeros(BATCH, "float32"))
    ones = np.ones(BATCH, "float32")
    identity |= {"contrast": ones, "saturation": ones}
    assert_equal(colored(images, identity), images)
    some = some_parameters()
    first = np.arange(BATCH) == 0
    drawn = {
        name: np.where(first, identity[name], some[name]) for name in NAMES
    }
    values = colored(images, drawn)
    assert_equal(values[0], images[0])
    assert np.all(np.abs(values - images).max(axis=(1, 2, 3))[1:] > 1e-3)


@pytest.mark.quickest
def test_names_left_out_do_nothing():
    images = noise((BATCH, 3, 5, 3))
    some = some_parameters()
    drawn = {"hue": some["hue"], "scale": some["contrast"]}
    ones = np.ones(BATCH, "float32")
    full = dict.fromkeys(NAMES, 0 * ones)
    full |= {"contrast": ones, "saturation": ones, "hue": some["hue"]}
    assert_equal(colored(images, drawn), colored(images, full))
    assert color(images, {"scale": ones}) is images


@pytest.mark.quickest
def test_matrices_are_small():
    matrices, offsets = matrices_and_offsets(tensors(some_parameters()), 4)
    assert tuple(matrices.shape) == (BATCH, 4, 4)
    assert tuple(offsets.shape) == (BATCH,)
