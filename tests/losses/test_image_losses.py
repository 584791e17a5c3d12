"""What holds for every loss of images, and the distances of pixels."""

import json

import keras
import numpy as np
import pytest
from portable import (
    array,
    assert_close,
    compiled,
    differentiated,
    tensor,
    value_and_gradients,
)
from small_encoder import LAYERS, narrow_vgg19, small_encoder, small_images

from keras_gan.losses import (
    ImageLoss,
    PerceptualLoss,
    PixelLoss,
    StyleLoss,
    TotalVariation,
)

REAL, FAKE = small_images(seed=1), small_images(seed=2)
MAKE = {
    "pixel": PixelLoss,
    "total_variation": TotalVariation,
    "perceptual": lambda **more: PerceptualLoss(
        small_encoder(), ["shallow", "deep:linear"], **more
    ),
    "style": lambda **more: StyleLoss(small_encoder(), LAYERS, **more),
}
every_loss = pytest.mark.parametrize("name", MAKE)


@every_loss
def test_eager_graph_and_xla_agree(name):
    function = differentiated(MAKE[name]())
    eager = function(tensor(REAL), tensor(FAKE))
    assert np.abs(array(eager[2])).max() > 0
    for jit_compile in (False, True):
        other = compiled(function, jit_compile)(tensor(REAL), tensor(FAKE))
        for found, expected in zip(other, eager, strict=True):
            assert_close(found, expected, rtol=1e-4, atol=1e-6)


@pytest.mark.once
@every_loss
def test_weight_and_name(name):
    loss = MAKE[name]()
    assert (loss.name, loss.weight) == (name, 1.0)
    assert isinstance(loss, ImageLoss)
    double = MAKE[name](weight=2.0, name="twice")
    assert double.name == "twice"
    value = double(REAL, FAKE)
    assert keras.backend.standardize_dtype(value.dtype) == "float32"
    assert_close(value, 2.0 * loss(REAL, FAKE), rtol=1e-6)
    assert float(MAKE[name](weight=0.0)(REAL, FAKE)) == 0.0
    with pytest.raises(ValueError, match="`weight` must be a finite number"):
        MAKE[name](weight=-1.0)


@pytest.mark.once
@every_loss
def test_config_goes_through_json_and_back(name):
    loss = MAKE[name](weight=0.5)
    text = json.dumps(keras.saving.serialize_keras_object(loss))
    again = keras.saving.deserialize_keras_object(json.loads(text))
    assert type(again) is type(loss)
    assert json.dumps(keras.saving.serialize_keras_object(again)) == text
    # What a config does not hold: the weights of a network.
    for new, old in zip(again.variables, loss.variables, strict=True):
        new.assign(old)
    assert_close(again(REAL, FAKE), loss(REAL, FAKE), rtol=1e-6)


@pytest.mark.parametrize("name", ["pixel", "total_variation"])
def test_an_empty_batch_costs_nothing(name):
    nothing = np.zeros((0, 8, 8, 3), "float32")
    assert float(MAKE[name]()(nothing, nothing)) == 0.0


@pytest.mark.quickest
@pytest.mark.parametrize("name", ["pixel", "perceptual"])
def test_shapes_must_agree(name):
    with pytest.raises(ValueError, match=r"same shape.*\(2, 6, 6"):
        MAKE[name]()(REAL, small_images(side=6))


PIXELS = {
    "l1": np.abs,
    "l2": np.square,
    "charbonnier": lambda x: np.sqrt(x**2 + 1e-6),
}


@pytest.mark.parametrize("kind", PIXELS)
def test_pixels(kind):
    value, _, slopes = value_and_gradients(PixelLoss(kind=kind), REAL, FAKE)
    expected = PIXELS[kind](FAKE.astype("float64") - REAL).mean()
    assert_close(value, expected, rtol=1e-5)
    assert np.isfinite(slopes).all()
    same = value_and_gradients(PixelLoss(kind=kind), REAL, REAL)
    assert np.isfinite(same[2]).all() and same[0] <= 0.0011


def test_half_precision_images():
    half = keras.ops.cast(tensor(FAKE), "float16")
    expected = np.abs(array(half).astype("float64") - REAL).mean()
    assert_close(PixelLoss()(REAL, half), expected, rtol=1e-5)


def test_total_variation():
    x = FAKE.astype("float64")
    down, across = np.diff(x, axis=1), np.diff(x, axis=2)
    expected = np.abs(down).mean() + np.abs(across).mean()
    assert_close(TotalVariation()(None, FAKE), expected, rtol=1e-5)
    # A single pixel has no neighbor.
    assert float(TotalVariation()(None, FAKE[:, :1, :1])) == 0.0


def test_features_and_weights_of_layers():
    shallow, deep = (
        PerceptualLoss(small_encoder(), [layer])(REAL, FAKE) for layer in LAYERS
    )
    weighted = PerceptualLoss(
        small_encoder(), {"shallow": 0.5, "deep": 2.0}, kind="l1"
    )
    assert_close(weighted(REAL, FAKE), 0.5 * shallow + 2.0 * deep, rtol=1e-5)
    assert weighted.get_config()["layers"] == {"shallow": 0.5, "deep": 2.0}
    maps = [array(small_encoder()(one)) for one in (REAL, FAKE)]
    assert_close(deep, np.abs(maps[1] - maps[0]).mean(), rtol=1e-5)
    squared = PerceptualLoss(small_encoder(), kind="l2")(REAL, FAKE)
    assert_close(squared, np.square(maps[1] - maps[0]).mean(), rtol=1e-5)


@pytest.mark.quickest
def test_a_name_stays_a_name(monkeypatch):
    narrow_vgg19(monkeypatch)
    loss = PerceptualLoss("vgg19", ["block1_conv2"], weights=None)
    config = loss.get_config()
    assert (config["feature_extractor"], config["weights"]) == ("vgg19", None)
    again = PerceptualLoss.from_config(config)
    assert again.variables == []
    assert_close(again(REAL, FAKE), loss(REAL, FAKE), rtol=1e-6)
    assert StyleLoss(weights=None).maps.layers == [
        f"block{block}_conv1" for block in range(1, 6)
    ]


@pytest.mark.once
def test_unknown_kinds_are_refused():
    for make in (PixelLoss, lambda kind: PerceptualLoss("vgg19", kind=kind)):
        with pytest.raises(ValueError, match="`kind` must be one of 'l1'"):
            make(kind="l3")


@pytest.mark.once
def test_weights_are_checked():
    with pytest.raises(ValueError, match="The factor of a loss is `weight`"):
        StyleLoss(small_encoder(), weights=0.1)
    with pytest.raises(ValueError, match="`layers` must be a finite number"):
        PerceptualLoss(small_encoder(), {"deep": -1.0})
