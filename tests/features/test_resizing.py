import keras
import numpy as np
import pytest
from PIL import Image
from portable import (
    array,
    assert_close,
    assert_equal,
    compiled,
    dtype_of,
    tensor,
)

from keras_gan.features.resizing import (
    CleanResizing,
    HalfPixelResizing,
    LegacyResizing,
)

LAYERS = [LegacyResizing, HalfPixelResizing, CleanResizing]
SHAPES = [(1, 1), (2, 5), (8, 8), (9, 9), (20, 13), (7, 40)]

each_layer = pytest.mark.parametrize("make", LAYERS)
each_shape = pytest.mark.parametrize("shape", SHAPES)


@pytest.fixture
def images(seed):
    generator = np.random.default_rng(seed)

    def draw(height, width, channels=3):
        shape = (2, height, width, channels)
        return generator.integers(0, 256, shape).astype("float32")

    return draw


def test_legacy_does_not_smooth_and_has_no_half_pixel():
    ramp = np.arange(8, dtype="float32").reshape(1, 8, 1, 1)
    received = array(LegacyResizing(4)(ramp))
    assert received[0, :, 0, 0].tolist() == [0.0, 2.0, 4.0, 6.0]


@each_shape
def test_clean_is_pillow_on_every_channel(shape, images):
    batch = images(*shape)
    received = array(CleanResizing(9)(batch))
    for image, resized in zip(batch, received, strict=True):
        for channel in range(3):
            plane = Image.fromarray(np.ascontiguousarray(image[..., channel]))
            expected = plane.resize((9, 9), Image.Resampling.BICUBIC)
            assert_close(
                resized[..., channel], np.clip(expected, 0, 255), atol=1e-3
            )


@pytest.mark.quickest
def test_clean_stays_within_bytes():
    edge = np.repeat([0.0, 255.0], 4).reshape(1, 1, 8, 1)
    # Not clipped, it would go 14 beyond either end.
    received = array(CleanResizing(21)(edge))
    assert received.min() == 0.0 and received.max() == 255.0


def test_half_pixel_is_pytorch(torch, images):
    for shape in SHAPES:
        batch = images(*shape)
        expected = torch.nn.functional.interpolate(
            torch.tensor(batch).permute(0, 3, 1, 2), (9, 9), mode="bilinear"
        )
        received = HalfPixelResizing(9)(batch)
        assert_close(received, expected.permute(0, 2, 3, 1), atol=1e-3)


# Of the image below, 6 x 5 pixels, by torch-fidelity 0.4.0
# (interpolate_bilinear_2d_like_tensorflow1x), torch 2.13.0 (interpolate) and
# clean-fid 0.1.35 (make_resizer) with pillow 13.0.0.
PINNED = {
    LegacyResizing: [
        [0.0, 12.25, 45.5, 99.75],
        [181.5, 165.0, 169.5, 99.0],
        [39.0, 57.75, 225.5, 222.25],
        [131.5, 89.5, 132.5, 196.5],
    ],
    HalfPixelResizing: [
        [46.8125, 58.6875, 75.5625, 97.4375],
        [176.9375, 152.0625, 180.1875, 93.3125],
        [78.5625, 72.9375, 192.3125, 212.6875],
        [79.6875, 133.3125, 143.9375, 223.5625],
    ],
    CleanResizing: [
        [71.44697, 74.79926, 79.57293, 96.605545],
        [166.01353, 163.38853, 194.45366, 102.26737],
        [89.14845, 61.100796, 188.57605, 201.78864],
        [98.32453, 121.19466, 133.65706, 206.61183],
    ],
}


@each_layer
def test_values_are_those_of_the_published_tool(make):
    image = (np.arange(30, dtype="float32") ** 2 * 7 % 256).reshape(1, 6, 5, 1)
    received = array(make(4)(image))[0, :, :, 0]
    assert_close(received, PINNED[make], atol=1e-3)


@pytest.mark.quickest
@each_layer
def test_an_image_of_the_size_is_left_as_it_is(make, images):
    batch = images(9, 9)
    assert_equal(make(9)(batch), batch)


@each_layer
@pytest.mark.parametrize("shape", [(20, 13), (9, 4)])
def test_graph_and_xla_equal_eager(make, shape, images):
    layer, batch = make(9), images(*shape)
    eager = layer(batch)
    for jit_compile in (False, True):
        function = compiled(layer, jit_compile)
        assert_close(function(tensor(batch)), eager, atol=1e-3)


@pytest.mark.parametrize("make", [LegacyResizing, HalfPixelResizing])
def test_sides_may_be_unknown_in_a_graph(make, images):
    layer = make(9)
    function = compiled(layer, shapes=[(None, None, None, 3)])
    for shape in SHAPES:
        batch = images(*shape)
        assert_close(function(batch), layer(batch), atol=1e-3)


@pytest.mark.quickest
@each_layer
def test_any_number_of_channels_and_any_dtype(make, images):
    for channels in (1, 4):
        batch = images(5, 6, channels)
        expected = make(9)(batch)
        assert expected.shape == (2, 9, 9, channels)
        received = make(9)(batch.astype("uint8"))
        assert_equal(received, expected)


@pytest.mark.quickest
@each_layer
def test_precision_policy_does_not_matter(make, images):
    keras.config.set_dtype_policy("mixed_float16")
    batch = images(5, 6)
    half = make(9)(batch)
    keras.config.set_dtype_policy("float32")
    assert dtype_of(half) == "float32"
    assert_equal(half, make(9)(batch))


@pytest.mark.quickest
@each_layer
def test_layer_is_saved_within_a_model(make, images, tmp_path):
    inputs = keras.Input((None, None, 3))
    model = keras.Model(inputs, make(9, name="resized")(inputs))
    assert model.output_shape == (None, 9, 9, 3)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    batch = images(5, 6)
    assert_equal(loaded(batch), model(batch))
    layer = model.get_layer("resized")
    assert loaded.get_layer("resized").get_config() == layer.get_config()


@pytest.mark.quickest
@each_layer
@pytest.mark.parametrize("size", [0, -1, 2.5, True, "9"])
def test_sizes_must_be_positive_integers(make, size):
    with pytest.raises(ValueError, match="`size` must be .*Received: size="):
        make(size)
