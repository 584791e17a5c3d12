from types import SimpleNamespace

import keras
import numpy as np
import pytest
from keras import layers
from portable import array, assert_equal

from keras_gan.sampling.discriminator_threshold import (
    DiscriminatorThreshold,
    finite,
)


def identity():
    """A discriminator whose logit is the image, of one pixel."""
    return keras.Sequential([keras.Input((1,)), layers.Rescaling(1.0)])


def bound(num_classes=None, **arguments):
    made = DiscriminatorThreshold(discriminator=identity(), **arguments)
    made.bind(
        SimpleNamespace(
            num_classes=num_classes, image_shape=(1,), generator=None
        )
    )
    return made


@pytest.mark.parametrize("quantile", [0.0, 0.3, 0.5, 0.9])
def test_each_class_keeps_the_share_that_was_asked_for(quantile):
    number, rng = 4000, np.random.default_rng(3)
    labels = np.arange(2 * number) % 3
    # Each class has a place and a spread of its own.
    images = rng.normal([[0.0, 5.0, -9.0][label] for label in labels])
    images = (images * (1 + labels)).astype("float32")[:, None]
    made = bound(3, quantile=quantile)
    made.calibrate(images[:number], labels[:number])
    fresh, classes = images[number:], labels[number:]
    accepted = array(made.accept(fresh, classes, np.zeros(number)))
    # Both the threshold and the share come from about 1,300 images.
    error = 4 * np.sqrt(2 * quantile * (1 - quantile) / (number / 3))
    for label in range(3):
        kept = accepted[classes == label].mean()
        assert abs(kept - (1 - quantile)) <= max(error, 0.005)


@pytest.mark.quickest
def test_the_quantile_is_exact_on_the_images_of_the_calibration():
    images = np.arange(8, dtype="float32")[:, None]
    made = bound(quantile=0.75)
    made.calibrate(images)
    accepted = array(made.accept(images, None, np.zeros(8)))
    assert accepted.tolist() == [False] * 6 + [True] * 2
    assert made.thresholds.shape == ()


@pytest.mark.quickest
def test_a_threshold_needs_no_calibration_and_keeps_its_value():
    made = bound(threshold=0.25)
    images = np.array([[0.24], [0.25], [0.26]], "float32")
    made.calibrate(images + 9.0)
    assert made.calibrated
    accepted = array(made.accept(images, None, np.zeros(3)))
    assert accepted.tolist() == [False, True, True]


@pytest.mark.quickest
def test_chance_has_no_part_in_it():
    made = bound(threshold=0.0)
    images = np.linspace(-1, 1, 20, dtype="float32")[:, None]
    first, second = (
        array(made.accept(images, None, np.full(20, uniform)))
        for uniform in (0.0, 0.999)
    )
    assert_equal(first, second)


@pytest.mark.quickest
def test_round_trip():
    made = DiscriminatorThreshold(-1, quantile=0.1, name="best")
    config = keras.saving.serialize_keras_object(made)
    again = keras.saving.deserialize_keras_object(config)
    assert again.get_config() == made.get_config()
    assert again.threshold == -1.0 and again.quantile == 0.1


@pytest.mark.quickest
@pytest.mark.parametrize("quantile", [-0.1, 1.0, 3])
def test_quantiles_out_of_range_are_refused(quantile):
    with pytest.raises(ValueError, match=f"`quantile` .*quantile={quantile}"):
        DiscriminatorThreshold(quantile=quantile)


@pytest.mark.quickest
@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_numbers_that_are_not_finite_are_refused(value):
    with pytest.raises(ValueError, match="`threshold` must be a finite"):
        DiscriminatorThreshold(value)


@pytest.mark.quickest
@pytest.mark.parametrize("value", ["0.5", True, [1.0]])
def test_what_is_no_number_is_refused(value):
    with pytest.raises(TypeError, match="`size` must be a number"):
        finite("size", value)
