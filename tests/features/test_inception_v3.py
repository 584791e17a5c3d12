import keras
import numpy as np
import pytest
from portable import array, assert_close, assert_equal, compiled, dtype_of

from keras_gan.features.inception_v3 import InceptionV3
from keras_gan.features.inception_weights import load_inception_weights

SHAPES = {
    "32": (32, 32, 3),
    "64 x 48": (64, 48, 3),
    "299": (299, 299, 3),
    "500, grey": (500, 500, 1),
}

# Of the weights and images below, by torch-fidelity 0.4.0 with torch 2.13.0:
# the first 3 features, the last, their mean and their standard deviation.
FEATURES = {
    "32": [6.545898, 3.646335, 0.02872056, 10.01373, 1.69129, 2.265432],
    "64 x 48": [7.0513, 3.964805, 0.0335121, 10.63061, 1.784235, 2.390625],
    "299": [8.634501, 4.775434, 0.03852665, 12.4942, 2.066067, 2.767422],
    "500, grey": [7.787303, 4.421556, 0.04766069, 11.5571, 1.891377, 2.536455],
}
# The same of the class scores of the image of 32 pixels, with and without
# their bias.
LOGITS = {
    "unbiased_logits": [
        4.277914, 1.826944, -4.099905, 2.86965, 0.1539217, 2.169791,
    ],
    "logits": [3.973456, 2.311407, -4.047523, 3.739515, 0.1618389, 2.287788],
}  # fmt: skip
# Of the image of 64 x 48 pixels, by pytorch-fid 0.3.0, and by torch-fidelity's
# network on what clean-fid 0.1.35 resized with pillow 13.0.0.
OTHER_FEATURES = {
    "clean": [7.59303, 4.286739, 0.03527159, 11.1179, 1.887813, 2.527834],
    "pytorch_fid": [
        7.072577, 3.93684, 0.03304147, 10.56639, 1.783538, 2.388494,
    ],
}  # fmt: skip


def tensors_of(model, made_up):
    """The network's tensors as PyTorch names them, of sizes that carry far."""
    found = {}
    for layer in model.layers:
        if isinstance(layer, keras.layers.Conv2D):
            shape = tuple(layer.kernel.shape[i] for i in (3, 2, 0, 1))
            scale = np.float32(np.sqrt(6 / np.prod(shape[1:])))
            parts = {
                "conv.weight": lambda x, s=scale: s * x,
                "bn.weight": lambda x: 1 + x / 4,
                "bn.bias": lambda x: x / 8,
                "bn.running_mean": lambda x: x / 2,
                "bn.running_var": lambda x: 1 + x / 2,
            }
            for part, scaled in parts.items():
                name = f"{layer.name}.{part}".replace("-", ".")
                size = shape if part == "conv.weight" else shape[:1]
                found[name] = scaled(made_up(name, size))
    found["fc.weight"] = made_up("fc.weight", (1008, 2048)) / 32
    found["fc.bias"] = made_up("fc.bias", (1008,))
    return found


@pytest.fixture(scope="module")
def random_network():
    return InceptionV3(weights=None)


@pytest.fixture(scope="module")
def path(random_network, torch_files, tmp_path_factory):
    return torch_files.write_arrays(
        tmp_path_factory.mktemp("weights") / "inception.pth",
        tensors_of(random_network, torch_files.made_up),
    )


@pytest.fixture(scope="module")
def network(path):
    """Features and class scores of one network."""
    model = InceptionV3(path, "logits")
    features = model.get_layer("features").output
    return keras.Model(model.input, [features, model.output])


@pytest.fixture(scope="module")
def images(torch_files):
    """One picture of bytes for each of `SHAPES`, smooth but for some noise."""

    def picture(name, height, width, channels):
        rows, columns = np.indices((height, width, channels))[:2] * 9.0
        noise = torch_files.made_up(name, (height, width, channels))
        waves = np.sin(rows / height + [0, 1, 2][:channels]) * np.cos(
            columns / width
        )
        values = np.round(128 + 80 * waves + 40 * noise).astype("uint8")
        return np.broadcast_to(values, (height, width, 3))[None]

    return {name: picture(name, *shape) for name, shape in SHAPES.items()}


def assert_near(received, expected):
    """Within 1e-5 of the largest, ten times closer than is promised."""
    expected = array(expected)
    atol = 1e-5 * np.abs(expected).max()
    assert_close(received, expected, rtol=1e-5, atol=atol)


def summary(features):
    [row] = array(features, "float64")
    return [*row[:3], row[-1], row.mean(), row.std()]


@pytest.mark.parametrize("name", SHAPES)
def test_features_are_those_of_torch_fidelity(name, network, images):
    features, _ = network(images[name])
    assert features.shape == (1, 2048) and dtype_of(features) == "float32"
    assert_near(summary(features), FEATURES[name])


@pytest.mark.quickest
def test_logits_are_those_of_torch_fidelity(network, images, path):
    _, logits = network(images["32"])
    assert logits.shape == (1, 1008)
    assert_near(summary(logits), LOGITS["logits"])
    unbiased = InceptionV3(path, "unbiased_logits")(images["32"])
    assert_near(summary(unbiased), LOGITS["unbiased_logits"])


@pytest.mark.quickest
@pytest.mark.parametrize("resize", ["clean", "pytorch_fid"])
def test_resizes_are_those_of_the_tools(resize, path, images):
    features = InceptionV3(path, resize=resize)(images["64 x 48"])
    assert_near(summary(features), OTHER_FEATURES[resize])


def test_every_image_equals_the_one_of_the_peer(
    torch_fidelity_inception, network, path, images
):
    peer = torch_fidelity_inception(path)
    grid = np.indices((32, 32, 3)).sum(axis=0) % 2 * 255
    noise = np.random.default_rng(0).integers(0, 256, (2, 40, 33, 3))
    batches = [*images.values(), grid[None], noise, np.full((1, 1, 1, 3), 9)]
    for batch in batches:
        expected = peer(batch.astype("uint8"))
        features, logits = network(batch)
        assert_near(features, expected["features"])
        assert_near(logits, expected["logits"])


@pytest.mark.quickest
def test_files_that_pytorch_writes_are_loaded(
    torch, network, path, images, tmp_path
):
    state = torch.load(path, weights_only=True)
    for is_zip in (True, False):
        torch.save(
            state,
            tmp_path / "saved.pth",
            _use_new_zipfile_serialization=is_zip,
        )
        for weight in network.weights:
            weight.assign(np.zeros(weight.shape))
        load_inception_weights(network, tmp_path / "saved.pth")
        assert_near(summary(network(images["32"])[0]), FEATURES["32"])


@pytest.mark.once
def test_graph_equals_eager_for_every_batch_and_size(network, images):
    function = compiled(network, shapes=[(None, None, None, 3)])
    batch = np.concatenate([images["32"], images["32"][:, ::-1]])
    both, _ = function(batch)
    for index in range(2):
        [alone], _ = network(batch[index : index + 1])
        assert_near(both[index], alone)
    features, _ = function(images["64 x 48"])
    assert_near(summary(features), FEATURES["64 x 48"])


@pytest.mark.quickest
def test_network_is_not_trained(network):
    assert network.trainable_weights == []
    assert not network.losses


@pytest.mark.quickest
def test_random_weights_are_the_same_and_draw_nothing(random_network, images):
    # Bytes are whole in half precision too, and these are not.
    batch = images["32"] * np.float32(0.99)
    expected = random_network(batch)
    before = keras.random.uniform((3,))
    keras.utils.set_random_seed(20)
    # The precision policy does not matter.
    keras.config.set_dtype_policy("mixed_bfloat16")
    other = InceptionV3(None)
    keras.config.set_dtype_policy("float32")
    assert_equal(keras.random.uniform((3,)), before)
    pairs = zip(random_network.weights, other.weights, strict=True)
    for one, another in pairs:
        assert_equal(one, another)
    received = other(batch)
    assert dtype_of(received) == "float32"
    assert_equal(received, expected)


@pytest.mark.quickest
def test_number_of_weights_is_that_of_the_architecture(random_network):
    # keras.applications' has 21,802,784 without its classes, of which 34,432
    # are means and variances, which are folded in here.
    assert random_network.count_params() == 21_802_784 - 34_432


@pytest.mark.quickest
@pytest.mark.parametrize("name", ["head", "resize"])
def test_unknown_names_are_refused(name):
    with pytest.raises(ValueError, match=f"`{name}` must be one of .*'odd'"):
        InceptionV3(None, **{name: "odd"})


@pytest.mark.quickest
def test_missing_weights_are_told_before_anything_is_built(tmp_path):
    with pytest.raises(FileNotFoundError, match="`weights` names no file"):
        InceptionV3(tmp_path / "none.pth")
