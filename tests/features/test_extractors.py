import random

import keras
import numpy as np
import pytest
from portable import (
    JIT_COMPILE,
    array,
    assert_equal,
    compiled,
    dtype_of,
    tensor,
)

from keras_gan import images as images_module
from keras_gan.features import (
    efficientnet_weights,
    extractors,
    inception_weights,
)


@pytest.fixture
def pictures():
    return np.random.default_rng(0).integers(0, 256, (3, 5, 4, 3), "uint8")


@pytest.fixture
def named(monkeypatch):
    """A network by name that gives its own pixels, and counts its calls."""
    calls = []

    class Pixels(keras.layers.Layer):
        def call(self, images):
            calls.append(tuple(images.shape))
            return keras.ops.reshape(images, (-1, np.prod(images.shape[1:])))

    def make(head):
        calls.clear()
        random.random()  # As an initializer does.
        inputs = keras.Input((5, 4, network.channels))
        return keras.Model(inputs, Pixels()(inputs), name=head)

    network = extractors._Network(
        make, 3, {"features": "all", "scores": "logits"}
    )
    table = extractors._NETWORKS
    monkeypatch.setitem(table, "pixels", network)
    for made in ("_made", "_compiled"):
        monkeypatch.setattr(extractors, made, {})
    extractors.forget()

    def get(head="features", channels=3, **arguments):
        nonlocal network
        network = network._replace(channels=channels)
        table["pixels"] = network
        return extractors.get("pixels", head, **arguments)

    get.calls = calls
    yield get
    extractors.forget()


def from_pictures(pictures, value_range=(-1, 1)):
    return images_module.from_uint8(pictures, value_range)


@pytest.mark.parametrize("value_range", [(-1, 1), (0, 1), (0, 255), (-3, 5)])
def test_named_network_gets_the_bytes_of_a_picture(
    named, pictures, value_range
):
    extractor = named(value_range=value_range)
    features = extractor(from_pictures(pictures, value_range))
    assert dtype_of(features) == "float32"
    assert_equal(features, pictures.reshape(3, -1))


@pytest.mark.quickest
def test_bytes_are_taken_as_they_are(named, pictures):
    features = named(value_range=(0, 255))(pictures)
    assert_equal(features, pictures.reshape(3, -1))


@pytest.mark.quickest
def test_values_between_levels_are_rounded_as_picture_files_have_them(named):
    images = np.random.default_rng(1).uniform(-1.5, 1.5, (20, 5, 4, 3))
    images = images.astype("float32")
    images[0, 0, 0] = [0.0, -1.0, 1.0]
    expected = images_module.to_uint8(images).reshape(20, -1)
    assert_equal(named()(images), expected)


@pytest.mark.parametrize("given", [1, 3, 4])
@pytest.mark.parametrize("wanted", [1, 3])
def test_channels_are_converted(named, given, wanted):
    pictures = np.random.default_rng(2).integers(
        0, 256, (50, 5, 4, given), "uint8"
    )
    expected = images_module.convert_channels(pictures, wanted)
    features = named(channels=wanted)(from_pictures(pictures))
    received = array(features).reshape(expected.shape)
    # Sums of weighted colors may be rounded apart where they end in .5.
    assert np.abs(received - expected.astype("float32")).max() <= 1
    assert (received == expected).mean() > 0.999


@pytest.mark.parametrize("jit_compile", JIT_COMPILE)
def test_graph_gives_what_eager_gives(named, pictures, jit_compile):
    extractor = named()
    images = tensor(from_pictures(pictures))
    extractor.build((5, 4, 3))
    graph = compiled(extractor, jit_compile)
    assert_equal(graph(images), extractor(images))


@pytest.mark.quickest
def test_network_is_made_once_for_all(named):
    first, second = named(), named(value_range=(0, 255))
    assert first.network is second.network
    assert named("scores").network is not first.network
    assert named("scores").network.name == "logits"
    assert not first.network.trainable


@pytest.mark.quickest
def test_making_a_network_leaves_random_draws_alone(named):
    random.seed(3)
    expected = random.random()
    random.seed(3)
    keras.config.set_dtype_policy("mixed_float16")
    network = named().network
    assert network.layers[-1].compute_dtype == "float32"
    assert keras.config.dtype_policy().name == "mixed_float16"
    assert random.random() == expected


@pytest.mark.quickest
def test_several_metrics_of_one_batch_run_the_network_once(named, pictures):
    first, second = named(), named()
    other = named(value_range=(-1.0, 2.0))
    real, fake = (tensor(from_pictures(pictures)) for _ in range(2))

    @compiled
    def step(real, fake):
        named.calls.clear()
        features = [one(x) for one in (first, second) for x in (real, fake)]
        return features, other(real)

    first.build((5, 4, 3))
    features, others = step(real, fake)
    assert len(named.calls) == 3
    assert_equal(features[0], features[2])
    assert np.abs(array(others) - array(features[0])).max() > 1.0
    # What a graph has computed is not taken for a value outside of it.
    assert_equal(first(real), features[0])
    assert first(real) is second(real)


@pytest.mark.quickest
def test_arrays_may_be_filled_anew(named, pictures):
    extractor = named()
    images = from_pictures(pictures)
    extractor(images)
    images[:] = 1.0
    assert np.all(array(extractor(images)) == 255.0)


@pytest.mark.quickest
def test_sizes_of_images_may_vary(named):
    model = keras.Sequential([keras.layers.GlobalAveragePooling2D()])
    extractor = extractors.get(model)
    for size in (4, 5, 6, 7):
        assert extractor(np.ones((2, size, 3, 2))).shape == (2, 2)


# Models ----------------------------------------------------------------------


@pytest.mark.quickest
def test_model_gets_images_as_they_are():
    images = np.random.default_rng(0).normal(size=(2, 3, 4)).astype("float32")
    model = keras.Sequential([keras.layers.Flatten()])
    extractor = extractors.get(model)
    assert extractor.build((3, 4)) == 12
    assert_equal(extractor(images), images.reshape(2, -1))


@pytest.mark.quickest
def test_model_of_any_kind_tells_its_number_of_features():
    class Own(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = keras.layers.Dense(7)

        def call(self, images):
            return self.dense(keras.ops.reshape(images, (-1, 12)))

    assert extractors.get(Own()).build((3, 4)) == 7
    built = keras.Sequential([keras.Input((3, 4)), keras.layers.Flatten()])
    assert extractors.get(built).build((3, 4)) == 12


def test_features_are_float32_under_half_precision():
    keras.config.set_dtype_policy("mixed_float16")
    model = keras.Sequential([keras.layers.Dense(3)])
    assert dtype_of(extractors.get(model)(np.ones((2, 4)))) == "float32"


@pytest.mark.quickest
def test_model_runs_as_in_inference():
    model = keras.Sequential([keras.layers.Dropout(0.9)])
    images = np.ones((4, 6), "float32")
    assert_equal(extractors.get(model)(images), images)


@pytest.mark.quickest
def test_config_of_a_model_is_a_model():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    config = keras.saving.serialize_keras_object(model)
    assert extractors.get(config).build((3,)) == 2


# Errors ----------------------------------------------------------------------


@pytest.mark.quickest
@pytest.mark.parametrize("identifier", ["vgg", 3, None, lambda x: x])
def test_what_is_no_extractor_is_refused(identifier):
    with pytest.raises(ValueError, match="`feature_extractor` must") as error:
        extractors.get(identifier)
    for name in extractors.NAMES:
        assert name in str(error.value)


@pytest.mark.quickest
def test_output_that_is_no_vector_is_refused_at_once_where_known():
    model = keras.Sequential(
        [keras.Input((4, 4, 1)), keras.layers.Conv2D(2, 3)]
    )
    with pytest.raises(ValueError, match=r"\(batch, num_features\).*2, 2, 2"):
        extractors.get(model)


@pytest.mark.quickest
@pytest.mark.parametrize("use", ["build", "call"])
def test_output_that_is_no_vector_is_refused_at_first_use(use):
    extractor = extractors.get(keras.Sequential([keras.layers.Conv2D(2, 3)]))
    with pytest.raises(ValueError, match=r"GlobalAveragePooling2D"):
        if use == "build":
            extractor.build((4, 4, 1))
        else:
            extractor(np.ones((2, 4, 4, 1)))


@pytest.mark.quickest
@pytest.mark.parametrize("dtype", [np.uint8, "uint8"])
def test_bytes_in_another_range_are_refused(named, dtype):
    images = np.zeros((2, 5, 4, 3), "uint8")
    if dtype == "uint8":
        images = tensor(images)
    with pytest.raises(ValueError, match=r"value_range=\(0, 255\)") as error:
        named()(images)
    assert "dtype uint8" in str(error.value)


@pytest.mark.quickest
@pytest.mark.parametrize("shape", [(5, 4), (5, 4, 2), (0, 4, 3), (3,)])
def test_what_is_no_image_is_refused_by_named_networks(named, shape):
    with pytest.raises(ValueError, match=r"\(height, width, channels\)"):
        named()(np.zeros((2, *shape), "float32"))


@pytest.mark.quickest
def test_unknown_size_is_refused_by_named_networks(named):
    with pytest.raises(ValueError, match="size must be known"):
        named().build((None, None, 3))


@pytest.mark.quickest
def test_named_networks_need_a_range(named):
    with pytest.raises(ValueError, match="`value_range` must be the range"):
        named(value_range=None)
    with pytest.raises(ValueError, match="`value_range` must be two numbers"):
        named(value_range=(1, -1))


def test_network_must_be_made_before_replicas_use_it(named, two_cpus):
    extractor = named()
    images = keras.ops.ones((2, 5, 4, 3))

    @compiled
    def step():
        return two_cpus.run(extractor, args=(images,))

    with pytest.raises(ValueError, match=r"Call the metric's `build"):
        step()
    with two_cpus.scope():
        extractor.build((5, 4, 3))
    for features in two_cpus.experimental_local_results(step()):
        assert np.all(features == 255.0)


@pytest.mark.once
@pytest.mark.parametrize("has_inception", [True, False])
@pytest.mark.parametrize("has_efficientnet", [True, False])
def test_natural_images_are_judged_by_what_is_here(
    monkeypatch, tmp_path, has_inception, has_efficientnet
):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    for module, is_here in (
        (inception_weights, has_inception),
        (efficientnet_weights, has_efficientnet),
    ):
        monkeypatch.setattr(
            module, "are_at_hand", lambda is_here=is_here: is_here
        )
    wanted = {(False, True): "efficientnet_lite0"}.get(
        (has_inception, has_efficientnet), "inception_v3"
    )
    assert extractors.for_natural_images() == wanted
