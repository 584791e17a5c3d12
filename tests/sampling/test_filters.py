import keras
import numpy as np
import pytest

from keras_gan.sampling.classifier_agreement import ClassifierAgreement
from keras_gan.sampling.discriminator_rejection_sampling import (
    DiscriminatorRejectionSampling,
)
from keras_gan.sampling.discriminator_threshold import DiscriminatorThreshold
from keras_gan.sampling.filters import get

# Another backend would change nothing.
pytestmark = pytest.mark.quickest


def test_names_make_filters_with_default_values():
    assert isinstance(get("threshold"), DiscriminatorThreshold)
    rejection = get("rejection")
    assert isinstance(rejection, DiscriminatorRejectionSampling)
    assert rejection.percentile == 80.0 and rejection.gamma == "auto"


def test_filters_and_none_are_returned_as_they_are():
    made = DiscriminatorThreshold()
    assert get(made) is made
    assert get(None) is None


@pytest.mark.parametrize("number", [0, -0.5, np.float32(-0.5), np.int64(2)])
def test_a_number_is_the_least_logit(number):
    made = get(number)
    assert isinstance(made, DiscriminatorThreshold)
    assert made.threshold == float(number)


def test_a_model_is_a_classifier():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    made = get(model)
    assert isinstance(made, ClassifierAgreement)
    assert made._given.value is model


def test_configs_make_filters():
    made = DiscriminatorThreshold(quantile=0.2, name="mine")
    again = get(keras.saving.serialize_keras_object(made))
    assert again.get_config() == made.get_config()


@pytest.mark.parametrize(
    "identifier", ["best", True, {"a": 1}, [0.5], DiscriminatorThreshold]
)
def test_what_is_no_filter_is_refused(identifier):
    with pytest.raises(ValueError, match="`filter` must be.*threshold, reje"):
        get(identifier)


def test_a_config_of_something_else_is_refused():
    config = keras.saving.serialize_keras_object(keras.layers.Dense(1))
    with pytest.raises(ValueError, match="`filter` must be.*Received: <Dense"):
        get(config)
