"""Augmenters by name."""

import keras
import numpy as np
import pytest
from portable import BACKEND, assert_equal, quick, tensor, to_numpy

from keras_gan.layers import AdaptiveAugment, DiffAugment, augmenter
from keras_gan.layers.augmentation.random_layers import RandomLayers
from keras_gan.models.augmenter_checks import check
from keras_gan.penalties import R1

NAMES = ["ada", "ada:bg", "diffaugment", "color,translation", "flip",
         "randaugment"]  # fmt: skip


@pytest.mark.parametrize("name", ["diffaugment", "flip", "ada"])
def test_each_will_do_as_the_augmenter_of_a_gan(name):
    check(augmenter(name, seed=1), [R1(1.0)], (8, 8, 3))


def test_rand_augment_will_do_as_the_augmenter_of_a_gan():
    # Its layers are of float32 under every policy.
    keras.config.set_dtype_policy("mixed_bfloat16")
    whole = augmenter("randaugment", seed=1)
    if BACKEND == "torch":
        # Keras' own layers change their input there.
        with pytest.raises(ValueError, match="in-place operation"):
            check(whole, [R1(1.0)], (8, 8, 3))
        return
    check(whole, [], (8, 8, 3))
    # XLA takes many seconds for second derivatives of all eight, twice over.
    two = RandomLayers(whole.layers[-2:], 1, dtype="float32")
    for layer in (*whole.layers[:-2], two):
        check(layer, [R1(1.0)], (8, 8, 3))


@pytest.mark.quickest
@pytest.mark.parametrize("name", NAMES)
def test_each_comes_back_from_its_config(name):
    layer = augmenter(name, value_range=(-1, 1), seed=3)
    again = keras.saving.deserialize_keras_object(
        keras.saving.serialize_keras_object(layer)
    )
    assert again.get_config() == layer.get_config()
    before = layer.get_config()
    images = np.random.default_rng(0).uniform(-1, 1, (4, 8, 8, 3))
    # PyTorch's may change their input.
    first = quick(layer)(images.astype("float32"))
    assert_equal(first, quick(again)(images.astype("float32")))
    assert layer.get_config() == before


@pytest.mark.quickest
def test_names_say_what_they_make():
    assert augmenter("none") is None
    assert isinstance(augmenter("diffaugment"), DiffAugment)
    assert augmenter("cutout,color").policy == "cutout,color"
    assert augmenter("color, translation").policy == "color,translation"
    ada = augmenter("ada:bf")
    assert isinstance(ada, AdaptiveAugment)
    groups = AdaptiveAugment("bf").get_config()["operations"]
    assert ada.get_config()["operations"] == groups
    assert isinstance(augmenter("flip"), keras.layers.RandomFlip)


@pytest.mark.quickest
def test_value_range_and_seed_are_handed_on():
    for name in ("ada", "diffaugment"):
        config = augmenter(name, value_range=(0, 255), seed=7).get_config()
        assert tuple(config["value_range"]) == (0, 255)
        assert config["seed"] == 7
    layers = augmenter("randaugment", value_range=(0, 1), seed=7).layers
    ranges = [getattr(layer, "value_range", None) for layer in layers]
    assert {one and tuple(one) for one in ranges} == {None, (0, 1)}
    assert len({layer.seed for layer in layers}) == len(layers) == 8


@pytest.mark.quickest
@pytest.mark.parametrize(
    "num_images, speed", [(None, 500), (100_000, 10), (10**8, 500)]
)
def test_ada_rises_in_a_tenth_of_the_run(num_images, speed):
    assert augmenter("ada", num_images=num_images).speed == speed


@pytest.mark.quickest
@pytest.mark.parametrize(
    "name", ["adaa", "", "color,", "RandAugment", "rand", "ada:", "color,ada"]
)
def test_an_unknown_name_lists_the_known_ones(name):
    with pytest.raises(ValueError) as error:
        augmenter(name)
    message = str(error.value)
    assert f"Received: {name!r}" in message
    for known in ("ada", "diffaugment", "randaugment", "flip", "translation"):
        assert known in message


@pytest.mark.quickest
def test_unknown_operations_are_named():
    with pytest.raises(ValueError, match="'bx'"):
        augmenter("ada:bx")


def test_rand_augment_draws_for_each_image():
    layer = augmenter("randaugment", seed=1)
    image = np.random.default_rng(0).uniform(-1, 1, (1, 8, 8, 1))
    images = tensor(np.repeat(image, 256, axis=0), "float32")
    changed = to_numpy(layer(images, training=True))
    same = (changed == to_numpy(images)).all(axis=(1, 2, 3))
    # Neither of two changes happens with probability (1 / 11)^2 = .008.
    assert 0 <= same.sum() <= 8
    assert len(np.unique(changed.reshape(256, -1), axis=0)) > 200
    assert_equal(layer(images, training=False), images)


@pytest.mark.parametrize("name", ["flip", "ada", "color"])
def test_each_works_in_half_precision(name):
    keras.config.set_dtype_policy("mixed_bfloat16")
    check(augmenter(name, seed=1), [], (8, 8, 1))
