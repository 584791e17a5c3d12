import keras
import numpy as np
import pytest
from portable import array, assert_close, assert_equal, to_numpy

from keras_gan.metrics import ModeCoverage, stacked_classifier


@pytest.fixture
def classifier():
    """The greatest of three rows of an image is its class."""
    return keras.Sequential(
        [
            keras.Input((3, 2, 1)),
            keras.layers.Reshape((3, 2)),
            keras.layers.GlobalAveragePooling1D(data_format="channels_first"),
        ]
    )


def of_classes(classes):
    """Images `(n, 3, 2, channels)` of classes `(n, channels)`."""
    rows = np.eye(3)[array(classes)]
    return rows.transpose(0, 2, 1)[:, :, None].repeat(2, axis=2)


@pytest.mark.parametrize("channels", [1, 2, 3])
def test_class_is_the_number_with_those_digits(classifier, channels):
    model = stacked_classifier(classifier, (3, 2), channels)
    classes = np.random.RandomState(0).randint(0, 3, (20, channels))
    scores = model.predict(of_classes(classes), verbose=0)
    assert scores.shape == (20, 3**channels)
    expected = classes @ 3 ** np.arange(channels)[::-1]
    assert_equal(scores.argmax(axis=1), expected)
    # Log-probabilities: they sum to one, and each is a sum over channels.
    assert_close(np.exp(scores).sum(axis=1), 1.0, rtol=1e-5)
    own = np.exp(1.0) / (np.exp(1.0) + 2.0)
    assert_close(scores.max(axis=1), channels * np.log(own), rtol=1e-5)


@pytest.mark.quickest
def test_modes_of_stacks_are_counted(classifier):
    metric = ModeCoverage(stacked_classifier(classifier, (3, 2)), (0, 1))
    classes = [(0, 0, 0), (0, 0, 1), (2, 2, 2), (0, 0, 0)]
    metric.update_fake(of_classes(classes))
    result = metric.result()
    assert result["modes"] == 3
    assert_close(result["reverse_kl"], np.log(27) - 1.5 * np.log(2), rtol=1e-9)


@pytest.mark.quickest
def test_config_and_weights_round_trip(classifier, tmp_path):
    model = stacked_classifier(classifier, (3, 2))
    model.save(tmp_path / "stacked.keras")
    again = keras.models.load_model(tmp_path / "stacked.keras")
    images = np.random.RandomState(0).rand(4, 3, 2, 3)
    assert_equal(again(images), model(images))


@pytest.mark.quickest
def test_digits_of_any_range():
    pytest.importorskip("keras_gan.features.digits_classifier")
    from sklearn.datasets import load_digits

    data = load_digits()
    stacks = data.images[:30].reshape(10, 3, 8, 8).transpose(0, 2, 3, 1) / 16
    numbers = data.target[:30].reshape(10, 3) @ [100, 10, 1]
    for low, high in ((-1, 1), (0, 255)):
        model = stacked_classifier("digits", (8, 8), value_range=(low, high))
        scores = model(low + (high - low) * stacks)
        found = np.argmax(to_numpy(scores), axis=1)
        assert (found == numbers).mean() >= 0.8


@pytest.mark.quickest
def test_unknown_name_is_refused():
    with pytest.raises(ValueError, match="`classifier` must be"):
        stacked_classifier("letters")
