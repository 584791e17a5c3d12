import zipfile
from importlib import resources

import keras
import numpy as np
import pytest
from PIL import Image
from portable import (
    JIT_COMPILE,
    array,
    assert_close,
    assert_equal,
    compiled,
    dtype_of,
    tensor,
)
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from keras_gan.features.digits_classifier import (
    SmoothResizing,
    digits_classifier,
    untrained_digits_classifier,
)
from keras_gan.metrics.frechet_distance import frechet_distance

FILE = resources.files("keras_gan.features") / "digits_classifier.npz"


@pytest.fixture(scope="module")
def digits():
    """The digits that the network was not trained on, as bytes."""
    pixels, labels = load_digits(return_X_y=True)
    images = np.floor(pixels.reshape(-1, 8, 8, 1) / 16 * 255 + 0.5)
    _, held_out, _, held_out_labels = train_test_split(
        images.astype("float32"),
        labels,
        test_size=0.25,
        random_state=0,
        stratify=labels,
    )
    return held_out, held_out_labels


@pytest.fixture(scope="module")
def classifier():
    return digits_classifier("logits")


@pytest.fixture(scope="module")
def extractor():
    return digits_classifier()


def pillow(image, size):
    """The same resizing by Pillow: width, height of the result."""
    resized = Image.fromarray(image).resize(size, Image.Resampling.BILINEAR)
    return array(resized)


def distance(first, second):
    statistics = [
        (features.mean(axis=0), np.cov(features, rowvar=False))
        for features in (array(first, "float64"), array(second))
    ]
    return frechet_distance(*statistics[0], *statistics[1])


def test_unseen_digits_are_told(classifier, digits):
    images, labels = digits
    told = array(classifier(images)).argmax(axis=1) == labels
    assert told.mean() >= 0.98


@pytest.mark.quickest
@pytest.mark.parametrize("size", [(28, 28), (64, 48)])
def test_digits_are_told_at_other_sizes(classifier, digits, size):
    images, labels = digits[0][:200], digits[1][:200]
    large = np.stack([pillow(image[..., 0], size) for image in images])
    told = array(classifier(large[..., None])).argmax(axis=1) == labels
    assert told.mean() >= 0.97


@pytest.mark.quickest
def test_heads_are_of_one_network(classifier, extractor, digits):
    features = extractor(digits[0][:50])
    assert features.shape == (50, 64) and dtype_of(features) == "float32"
    # No feature is dead: it would say nothing and make covariances singular.
    assert array(extractor(digits[0])).std(axis=0).min() > 0.5
    kernel, bias = classifier.get_layer("logits").get_weights()
    assert_close(
        array(features) @ kernel + bias,
        classifier(digits[0][:50]),
        atol=1e-4,
    )


@pytest.mark.quickest
def test_images_do_not_see_one_another(extractor, digits):
    together = array(extractor(digits[0][:16]))
    alone = [extractor(digits[0][i : i + 1])[0] for i in range(16)]
    assert_close(together, alone, rtol=1e-4, atol=1e-5)
    training = extractor(digits[0][:16], training=True)
    assert_equal(training, together)


@pytest.mark.parametrize("jit_compile", JIT_COMPILE)
def test_graphs_give_what_eager_gives(extractor, digits, jit_compile):
    graph = compiled(extractor, jit_compile)
    images = tensor(digits[0][:16])
    assert_close(graph(images), extractor(images), rtol=1e-4, atol=1e-5)


@pytest.mark.quickest
def test_every_call_gives_the_same_network(extractor, digits):
    keras.utils.set_random_seed(1)
    again = digits_classifier()
    assert_equal(again(digits[0]), extractor(digits[0]))
    assert again.trainable_variables == []


@pytest.mark.quickest
def test_precision_policy_does_not_matter(extractor, digits):
    keras.config.set_dtype_policy("mixed_float16")
    features = digits_classifier()(digits[0][:16])
    assert dtype_of(features) == "float32"
    assert_equal(features, extractor(digits[0][:16]))


@pytest.mark.quickest
def test_saved_network_is_the_same(extractor, digits, tmp_path):
    extractor.save(tmp_path / "extractor.keras")
    loaded = keras.saving.load_model(tmp_path / "extractor.keras")
    images = digits[0][:16]
    assert_equal(loaded(images), extractor(images))


@pytest.mark.quickest
def test_file_is_small_and_holds_the_network_without_pickles():
    with FILE.open("rb") as stream:
        assert len(stream.read()) < 80_000
        assert zipfile.is_zipfile(stream)
        with np.load(stream, allow_pickle=False) as arrays:
            held = {name: arrays[name] for name in arrays.files}
    network = untrained_digits_classifier("logits")
    shapes = {v.path: tuple(v.shape) for v in network.weights}
    steps = {
        path.replace("/kernel", "/step"): shape[-1:]
        for path, shape in shapes.items()
        if path.endswith("/kernel")
    }
    assert {k: v.shape for k, v in held.items()} == shapes | steps
    types = {k.split("/")[1]: v.dtype.name for k, v in held.items()}
    assert types == {"kernel": "int8", "step": "float32", "bias": "float16"}
    assert all(np.isfinite(array).all() for array in held.values())
    # Each filter makes use of the whole range of its bytes.
    kernels = [held[path] for path in shapes if path.endswith("/kernel")]
    for kernel in kernels:
        largest = np.abs(kernel.reshape(-1, kernel.shape[-1])).max(axis=0)
        assert (largest == 127).all()


@pytest.mark.quickest
def test_untrained_network_trains():
    network = untrained_digits_classifier("logits")
    assert len(network.trainable_variables) == 10
    assert network.output_shape == (None, 10)


@pytest.mark.quickest
def test_distance_rises_with_noise_and_missing_digits(extractor, digits):
    (images, labels), random = digits, np.random.default_rng(0)
    real, other, labels = images[::2], images[1::2], labels[1::2]
    real_features = extractor(real)

    def noised(strength):
        noise = strength * 255 * random.standard_normal(other.shape)
        return extractor(np.clip(other + noise, 0, 255).astype("float32"))

    by_noise = [
        distance(real_features, noised(strength))
        for strength in (0.0, 0.1, 0.2, 0.4)
    ]
    by_classes = [
        distance(real_features, array(extractor(other))[labels >= missing])
        for missing in (0, 2, 5, 8)
    ]
    for distances in (by_noise, by_classes):
        assert (np.diff(distances) > 0.3 * distances[0]).all()
    assert by_noise[-1] > 10 * by_noise[0]
    assert distance(real_features, real_features) < 1e-6
    # What the weights gave in half precision, before they were bytes.
    halves = [10.7859, 18.3048, 50.9851, 188.713]
    np.testing.assert_allclose(by_noise, halves, rtol=0.005)
    halves = [10.7859, 44.9350, 78.5754, 182.406]
    np.testing.assert_allclose(by_classes, halves, rtol=0.005)


@pytest.mark.quickest
def test_other_heads_are_refused():
    with pytest.raises(ValueError, match="`head` must be one of") as error:
        digits_classifier(head="probabilities")
    assert "head='probabilities'" in str(error.value)


@pytest.mark.quickest
@pytest.mark.parametrize("jit_compile", JIT_COMPILE)
def test_one_graph_takes_images_of_any_size(extractor, digits, jit_compile):
    graph = compiled(extractor, jit_compile, shapes=[(None, None, None, 1)])
    images = tensor(digits[0][:4])
    for given in (
        images,
        keras.ops.repeat(keras.ops.repeat(images, 3, axis=1), 5, axis=2),
    ):
        assert_close(graph(given), extractor(given), rtol=1e-4, atol=1e-5)


@pytest.mark.quickest
def test_predict_takes_one_size_after_another(classifier, digits):
    small = digits[0][:4]
    large = array(SmoothResizing(28)(small))
    first, second = (
        classifier.predict(images, verbose=0) for images in (small, large)
    )
    assert_close(first, second, rtol=1e-4, atol=1e-4)


@pytest.mark.quickest
@pytest.mark.parametrize(
    "height, width, size", [(8, 8, 28), (50, 31, 28), (3, 90, 7), (1, 2, 5)]
)
def test_resizing_equals_pillows(height, width, size):
    images = np.random.default_rng(0).uniform(0, 255, (2, height, width, 3))
    images = images.astype("float32")
    resized = array(SmoothResizing(size)(images))
    for image, received in zip(images, resized, strict=True):
        for channel in range(3):
            expected = pillow(image[..., channel], (size, size))
            assert_close(received[..., channel], expected, rtol=1e-5, atol=1e-4)


@pytest.mark.quickest
def test_images_of_the_right_size_stay_as_they_are():
    images = np.arange(16, dtype="float32").reshape(1, 4, 4, 1)
    assert_equal(SmoothResizing(4)(images), images)


@pytest.mark.quickest
def test_resizing_layer_round_trips():
    layer = SmoothResizing(9, dtype="float32", name="resize")
    before = layer.get_config()
    assert layer(np.ones((1, 4, 6, 2))).shape == (1, 9, 9, 2)
    assert layer.get_config() == before
    again = SmoothResizing.from_config(before)
    assert again.get_config() == before
    assert again.compute_output_shape((None, None, None, 1)) == (None, 9, 9, 1)
