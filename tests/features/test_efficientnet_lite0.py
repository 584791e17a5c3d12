"""The network whose weights a package brings, with weights made up here."""

import keras
import numpy as np
import pytest
from portable import (
    BACKEND,
    array,
    assert_close,
    assert_equal,
    compiled,
    dtype_of,
)
from sklearn.datasets import load_sample_images

from keras_gan.features import efficientnet_weights
from keras_gan.features.efficientnet_lite0 import efficientnet_lite0

SHAPES = {
    "32": (32, 32, 3),
    "64 x 48": (64, 48, 3),
    "300 x 260": (300, 260, 3),
}
# Of the weights and images below, by the reference arithmetic in float64: the
# first 2 features, the last, their mean and their standard deviation; the
# same of the class scores.
FEATURES = {
    "32": [2.078189, 1.64936, 1.883404, 1.6862, 1.63216],
    "64 x 48": [2.176318, 2.254358, 1.494279, 1.696029, 1.647633],
    "300 x 260": [2.131054, 1.945212, 1.190769, 1.680699, 1.629352],
}
LOGITS = {
    "32": [1.64101, -0.3982287, 1.190331, -0.197515, 3.095488],
    "64 x 48": [2.086469, -0.5675245, 1.62172, -0.1868084, 3.136267],
    "300 x 260": [2.313726, -0.3759671, 1.683848, -0.1918754, 3.09773],
}
# Channels, side of the kernel, stride, expansion, of each block.
BLOCKS = [
    (16, 3, 1, 1),
    *[(24, 3, 2, 6), (24, 3, 1, 6)],
    *[(40, 5, 2, 6), (40, 5, 1, 6)],
    *[(80, 3, 2, 6), (80, 3, 1, 6), (80, 3, 1, 6)],
    *[(112, 5, 1, 6), (112, 5, 1, 6), (112, 5, 1, 6)],
    *[(192, 5, 2, 6), *[(192, 5, 1, 6)] * 3],
    (320, 3, 1, 6),
]


def shapes_of_tensors():
    """Name of each convolution in the file, its norm's name, its shape."""
    yield "_conv_stem", "_bn0", (32, 3, 3, 3)
    given = 32
    for index, (channels, side, _, expansion) in enumerate(BLOCKS):
        block, wide = f"_blocks.{index}", given * expansion
        if expansion > 1:
            yield f"{block}._expand_conv", f"{block}._bn0", (wide, given, 1, 1)
        shape = (wide, 1, side, side)
        yield f"{block}._depthwise_conv", f"{block}._bn1", shape
        yield f"{block}._project_conv", f"{block}._bn2", (channels, wide, 1, 1)
        given = channels
    yield "_conv_head", "_bn1", (1280, 320, 1, 1)


def made_up_tensors(made_up):
    """Tensors of sizes that carry far, named as in the published file."""
    found = {}
    for name, norm, shape in shapes_of_tensors():
        scale = np.float32(np.sqrt(6 / np.prod(shape[1:])))
        found[f"{name}.weight"] = scale * made_up(name, shape)
        parts = {"weight": (1, 4), "bias": (0, 4), "running_mean": (0, 2)}
        parts["running_var"] = (1, 2)
        for part, (middle, share) in parts.items():
            key = f"{norm}.{part}"
            found[key] = middle + made_up(key, shape[:1]) / np.float32(share)
    found["_fc.weight"] = made_up("_fc.weight", (1000, 1280)) / 16
    found["_fc.bias"] = made_up("_fc.bias", (1000,))
    return found


@pytest.fixture(scope="module")
def tensors(torch_files):
    return made_up_tensors(torch_files.made_up)


@pytest.fixture(scope="module")
def path(torch_files, tensors, tmp_path_factory):
    folder = tmp_path_factory.mktemp("weights")
    return torch_files.write_arrays(folder / "lite0.pth", tensors)


@pytest.fixture(scope="module")
def network(path):
    """Features and class scores of one network."""
    model = efficientnet_lite0(path, "logits")
    features = model.get_layer("features").output
    return keras.Model(model.input, [features, model.output])


@pytest.fixture(scope="module")
def images(torch_files):
    """One image for each of `SHAPES`, smooth but for some noise."""

    def image(name, height, width, channels):
        rows, columns = np.indices((height, width, channels))[:2] * 9.0
        noise = torch_files.made_up(name, (height, width, channels))
        waves = np.sin(rows / height + [0, 1, 2]) * np.cos(columns / width)
        return np.round(128 + 80 * waves + 40 * noise).astype("float32")[None]

    return {name: image(name, *shape) for name, shape in SHAPES.items()}


@pytest.fixture(scope="module")
def outputs(network, images):
    """Features and class scores of each image."""
    scaled = network.get_layer("scaled").output
    front = keras.Model(network.input, scaled)
    run = keras.Model(scaled, network.output)
    if BACKEND == "jax":
        # It compiles the whole sooner than each operation by itself.
        run = compiled(run)
    return {name: run(front(image)) for name, image in images.items()}


def assert_near(received, expected):
    """Within 5e-5 of the largest: random weights carry rounding far."""
    expected = array(expected)
    atol = 5e-5 * np.abs(expected).max()
    assert_close(received, expected, rtol=0, atol=atol)


def summary(values):
    [row] = array(values, "float64")
    return [*row[:2], row[-1], row.mean(), row.std()]


@pytest.mark.parametrize("name", SHAPES)
def test_outputs_are_those_of_the_reference(name, outputs):
    features, logits = outputs[name]
    assert features.shape == (1, 1280) and logits.shape == (1, 1000)
    assert dtype_of(features) == "float32"
    assert_near(summary(features), FEATURES[name])
    assert_near(summary(logits), LOGITS[name])


@pytest.mark.skipif(
    BACKEND != "torch", reason="the values above are those of the reference"
)
def test_every_output_is_that_of_pytorch(torch, tensors, images, outputs):
    state = {name: torch.tensor(value) for name, value in tensors.items()}
    for name, image in images.items():
        expected = reference(torch, state, torch.tensor(image))
        for received, wanted in zip(outputs[name], expected, strict=True):
            assert_near(received, wanted)


def reference(torch, state, images):
    """The network in PyTorch's own functions, as it is written down.

    Returns:
        Features and class scores.
    """
    functional = torch.nn.functional

    def convolved(x, name, norm, strides=1, groups=1):
        weight = state[f"{name}.weight"]
        pads = []
        for size in reversed(x.shape[2:]):
            over = (-(-size // strides) - 1) * strides + weight.shape[2] - size
            pads += [max(over, 0) // 2, max(over, 0) - max(over, 0) // 2]
        x = functional.conv2d(
            functional.pad(x, pads), weight, None, strides, groups=groups
        )
        parts = ("running_mean", "running_var", "weight", "bias")
        parts = [state[f"{norm}.{part}"] for part in parts]
        return functional.batch_norm(x, *parts, False, 0.0, 1e-3)

    x = functional.interpolate(
        images.permute(0, 3, 1, 2),
        (224, 224),
        mode="bilinear",
        antialias=True,
    )
    x = (x - 127) / 128
    x = functional.relu6(convolved(x, "_conv_stem", "_bn0", 2))
    for index, (channels, _, strides, expansion) in enumerate(BLOCKS):
        block, given = f"_blocks.{index}", x
        if expansion > 1:
            x = convolved(x, f"{block}._expand_conv", f"{block}._bn0")
            x = functional.relu6(x)
        name, groups = f"{block}._depthwise_conv", x.shape[1]
        x = convolved(x, name, f"{block}._bn1", strides, groups)
        x = functional.relu6(x)
        x = convolved(x, f"{block}._project_conv", f"{block}._bn2")
        if strides == 1 and channels == given.shape[1]:
            x = x + given
    x = functional.relu6(convolved(x, "_conv_head", "_bn1"))
    features = x.mean((2, 3))
    logits = functional.linear(features, state["_fc.weight"], state["_fc.bias"])
    return features, logits


@pytest.mark.once
def test_graph_of_any_size_equals_eager(network, images, outputs):
    function = compiled(network, shapes=[(None, None, None, 3)])
    for name in ("32", "64 x 48"):
        for received, wanted in zip(
            function(images[name]), outputs[name], strict=True
        ):
            assert_near(received, wanted)


@pytest.mark.once
def test_published_weights_name_a_palace_and_a_flower():
    if not efficientnet_weights.are_at_hand():
        pytest.skip(f"needs {efficientnet_weights.PACKAGE}")
    network = efficientnet_lite0(head="logits")
    images = np.stack(load_sample_images().images)[:, :, 100:527]
    scores = array(network(images.astype("float32")))
    # Palace and daisy.
    assert scores.argmax(axis=1).tolist() == [698, 985]


@pytest.mark.quickest
def test_random_weights_are_the_same_and_draw_nothing():
    keras.utils.set_random_seed(20)
    expected = keras.random.uniform((3,))
    keras.utils.set_random_seed(20)
    keras.config.set_dtype_policy("mixed_bfloat16")
    first, second = (efficientnet_lite0(None) for _ in range(2))
    keras.config.set_dtype_policy("float32")
    assert_equal(keras.random.uniform((3,)), expected)
    assert first.trainable_weights == [] and not first.losses
    assert {dtype_of(weight) for weight in first.weights} == {"float32"}
    for one, other in zip(first.weights, second.weights, strict=True):
        assert_equal(one, other)


@pytest.mark.quickest
def test_unknown_heads_are_refused():
    with pytest.raises(ValueError, match="`head` must be one of .*'odd'"):
        efficientnet_lite0(None, "odd")


@pytest.mark.quickest
def test_missing_weights_are_told_before_anything_is_built(tmp_path):
    with pytest.raises(FileNotFoundError, match="`weights` names no file"):
        efficientnet_lite0(tmp_path / "none.pth")
