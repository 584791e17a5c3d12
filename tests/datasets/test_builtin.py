import keras
import numpy as np
import pytest
from portable import assert_equal
from sklearn.datasets import load_digits

from keras_gan.datasets import describe, load

# Another backend would change nothing.
pytestmark = pytest.mark.once


def test_digits_are_those_of_sklearn():
    batches = list(load("digits", shuffle=False, batch_size=600))
    images = np.concatenate([images for images, _ in batches])
    labels = np.concatenate([labels for _, labels in batches])
    digits = load_digits()
    assert_equal(images[..., 0], digits.images / 8 - 1)
    assert_equal(labels, digits.target)


def test_digits_of_another_size_and_range():
    images = next(
        iter(load("digits", image_size=32, channels=3, value_range=(0, 1)))
    )[0].numpy()
    assert images.shape == (64, 32, 32, 3)
    assert 0 == images.min() and 0.9 < images.max() <= 1


@pytest.mark.parametrize(
    "name, shape, first_class",
    [
        ("mnist", (28, 28), "0"),
        ("fashion_mnist", (28, 28), "T-shirt/top"),
        ("cifar10", (32, 32, 3), "airplane"),
        ("cifar10", (3, 32, 32), "airplane"),
    ],
)
def test_what_keras_downloads(monkeypatch, name, shape, first_class):
    images = np.random.default_rng(0).integers(0, 256, (20, *shape), "uint8")
    labels = np.arange(20, dtype="uint8")[:, None] % 10
    pair = (images, labels)
    module = getattr(keras.datasets, name)
    monkeypatch.setattr(module, "load_data", lambda: (pair, pair))
    info = describe(name)
    assert info.num_images == 20 and info.num_classes == 10
    assert info.class_names[0] == first_class
    assert info.image_shape[-1] == (3 if name == "cifar10" else 1)


@pytest.mark.parametrize("name", ["mnist", "fashion_mnist", "cifar10"])
def test_no_network_is_one_line_with_the_remedy(monkeypatch, name):
    def fail():
        raise Exception("URL fetch failure on\nhttps://x: None -- [Errno -3]")

    monkeypatch.setattr(getattr(keras.datasets, name), "load_data", fail)
    monkeypatch.setenv("KERAS_HOME", "/some/home")
    with pytest.raises(FileNotFoundError) as error:
        load(name)
    message = str(error.value)
    assert "\n" not in message and "[Errno -3]" in message
    assert "/some/home/datasets/" in message and "`digits`" in message
