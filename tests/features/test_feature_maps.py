"""Outputs of inner layers: by name, before activations, of gray images."""

import keras
import numpy as np
import pytest
from portable import array, assert_close, assert_equal, gradients, tensor
from small_encoder import LAYERS, narrow_vgg19, small_encoder, small_images

from keras_gan.features import (
    MAP_NAMES,
    FeatureMaps,
    default_layers,
    efficientnet_weights,
    for_style,
    vgg19_weights,
)

# Constants in [-1, 1] that are 0 once VGG19 has subtracted its mean color.
MEAN = np.array([123.68, 116.779, 103.939], "float32") / 127.5 - 1.0


@pytest.fixture
def narrow(monkeypatch):
    return narrow_vgg19(monkeypatch)


def test_outputs_of_layers_are_those_of_the_model():
    model, images = small_encoder(), small_images()
    shallow, deep = FeatureMaps(model, LAYERS)(images)
    assert_close(deep, model(images), rtol=1e-5, atol=1e-6)
    assert_close(
        shallow, model.get_layer("shallow")(tensor(images)), 1e-5, 1e-6
    )
    assert_equal(FeatureMaps(model)(images)[0], model(images))


@pytest.mark.quickest
def test_linear_is_before_the_activation_with_the_weights_of_the_layer():
    model, images = small_encoder(), small_images()
    maps = FeatureMaps(model, ["deep:linear", "deep"])
    assert [one.shape for one in maps.spec((1, 8, 6, 3))] == [(1, 4, 3, 6)] * 2
    # Whatever becomes of them later.
    model.set_weights([1.5 * w for w in model.get_weights()])
    before, after = map(array, maps(images))
    assert before.min() < -0.1
    assert_close(np.maximum(before, 0), after, rtol=1e-6, atol=1e-6)
    assert_close(after, model(images), rtol=1e-5, atol=1e-5)


@pytest.mark.quickest
def test_gray_is_repeated_for_a_model_of_three_channels_only():
    gray = small_images(channels=1)
    maps = FeatureMaps(small_encoder())
    assert_equal(maps(gray)[0], maps(np.repeat(gray, 3, -1))[0])
    assert FeatureMaps(small_encoder(1))(gray)[0].shape == (2, 4, 4, 6)


@pytest.mark.quickest
def test_a_model_with_maps_has_no_weights_of_theirs():
    class Holder(keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.maps = FeatureMaps(small_encoder(), LAYERS)

    holder = Holder()
    assert holder.weights == [] and len(holder.maps.variables) == 4


def test_gradients_reach_the_images_through_a_frozen_network(narrow):
    maps = FeatureMaps("vgg19", "block2_conv1", weights=None)
    images = small_images()

    def total(images):
        return keras.ops.sum(maps(images)[0])

    [slopes] = gradients(total, images)
    assert np.abs(slopes).max() > 0
    assert maps.variables == []


def test_named_network_reads_images_in_its_own_way(narrow):
    maps = FeatureMaps("vgg19", ["block1_conv1:linear"], weights=None)
    images = np.tile(MEAN, (1, 8, 8, 1))
    # Its biases are 0, and so is the mean color.
    assert_close(maps(images)[0], np.zeros((1, 8, 8, 4)), atol=1e-3)
    gray = small_images(channels=1)
    assert_equal(maps(gray)[0], maps(np.repeat(gray, 3, -1))[0])
    clear = np.concatenate([images, np.full((1, 8, 8, 1), -1.0)], -1)
    white = maps(np.ones_like(images))[0]
    assert_close(maps(clear.astype("float32"))[0], white, rtol=1e-6)


@pytest.mark.quickest
def test_a_name_is_one_network_for_all(narrow):
    first, second = (
        FeatureMaps("vgg19", [layer], weights=None)
        for layer in ("block1_conv1", "block3_conv1")
    )
    assert first._made() is second._made()
    assert second(small_images())[0].shape == (2, 2, 2, 4)


@pytest.mark.once
def test_efficientnet_lite0_does_not_resize():
    pixels, *_, deep = default_layers("efficientnet_lite0", "encoder")
    maps = FeatureMaps("efficientnet_lite0", [pixels, deep], weights=None)
    found = maps(np.zeros((1, 48, 32, 1)))
    assert found[1].shape == (1, 6, 4, 240)
    # The pixels as it reads them.
    assert_equal(found[0], np.full((1, 48, 32, 3), 127.5))


@pytest.mark.once
@pytest.mark.parametrize("name", MAP_NAMES)
def test_usual_layers_exist(name, narrow):
    layers = default_layers(name, "encoder")
    *_, deep = FeatureMaps(name, layers, weights=None).spec((1, 64, 64, 3))
    # A decoder doubles its sides three times.
    assert deep.shape[:3] == (1, 8, 8)
    for use in ("perceptual", "content", "style", "encoder"):
        layers = default_layers(name, use)
        assert FeatureMaps(name, layers, weights=None).layers == layers
    assert default_layers(small_encoder(), "style") is None


@pytest.mark.once
@pytest.mark.parametrize(
    ("here", "chosen"),
    [
        ((True, True), "vgg19"),
        ((False, True), "efficientnet_lite0"),
        ((False, False), "vgg19"),
    ],
)
def test_network_for_style(here, chosen, monkeypatch):
    modules = (vgg19_weights, efficientnet_weights)
    for module, is_here in zip(modules, here, strict=True):
        monkeypatch.setattr(
            module, "are_at_hand", lambda is_here=is_here: is_here
        )
    assert for_style() == chosen


@pytest.mark.once
@pytest.mark.parametrize(
    ("network", "layers", "message"),
    [
        ("vgg16", None, "one of 'vgg19', 'efficientnet_lite0'"),
        (small_encoder, ["shalow"], "'shallow', 'pool', 'deep'"),
        (small_encoder, ["pool:linear"], "a AveragePooling2D"),
        (small_encoder, ["deep:relu"], "Received: layers='relu'"),
        (small_encoder, [], "one at least"),
        (lambda: keras.Model(), ["deep"], "made of `keras.Input`s"),
    ],
)
def test_what_is_no_network_or_layer_is_refused(network, layers, message):
    network = network if isinstance(network, str) else network()
    with pytest.raises(ValueError, match=message):
        FeatureMaps(network, layers)


@pytest.mark.quickest
def test_images_that_are_too_small_are_refused(narrow):
    maps = FeatureMaps("vgg19", "block3_conv1", weights=None)
    with pytest.raises(ValueError, match="large enough.*Enlarge them"):
        maps(small_images(side=2))


@pytest.mark.once
def test_number_of_channels_is_checked(narrow):
    maps = FeatureMaps("vgg19", "block1_conv1", weights=None)
    with pytest.raises(ValueError, match="`channels` must be one of 1, 3, 4"):
        maps(small_images(channels=2))
