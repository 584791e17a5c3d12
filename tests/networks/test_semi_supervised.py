"""Networks of `SemiSupervisedGAN`."""

import keras
import numpy as np
import pytest

from keras_gan import networks


@pytest.mark.parametrize("shape", [(28, 28, 1), (9, 6, 3), (4, 4, 2)], ids=str)
def test_outputs_are_class_logits_and_their_features(shape):
    generator, classifier = networks.semi_supervised(shape, 4, width=2, seed=1)
    assert generator.output_shape[1:] == shape
    images = np.random.default_rng(0).uniform(-1, 1, (3, *shape))
    logits, features = classifier.predict(images, verbose=0)
    kernel, bias = classifier.get_layer("class_logits").get_weights()
    np.testing.assert_allclose(features @ kernel + bias, logits, atol=1e-5)


def test_seed_determines_the_weights():
    first, same, other = (
        networks.semi_supervised_classifier(
            (8, 8, 1), 3, width=2, seed=seed
        ).get_weights()
        for seed in (1, 1, 2)
    )
    for a, b in zip(first, same, strict=True):
        np.testing.assert_array_equal(a, b)
    assert any((a != b).any() for a, b in zip(first, other, strict=True))


def test_features_of_an_own_classifier():
    model = keras.Sequential(
        [keras.Input((4, 4, 1)), keras.layers.Flatten(), keras.layers.Dense(3)]
    )
    both = networks.with_features(model)
    images = np.random.default_rng(0).uniform(-1, 1, (2, 4, 4, 1))
    logits, features = both.predict(images, verbose=0)
    np.testing.assert_allclose(logits, model.predict(images, verbose=0))
    np.testing.assert_allclose(features, images.reshape(2, 16), rtol=1e-6)
    model.add(keras.layers.Softmax())
    with pytest.raises(ValueError, match="Remove a softmax"):
        networks.with_features(model)


@pytest.mark.parametrize(
    "options, message",
    [
        ({"num_classes": 1}, "`num_classes` must be"),
        ({"dropout": 1.0}, "`dropout` must be"),
        ({"noise": -0.1}, "`noise` must be"),
        ({"width": 0}, "`width` must be"),
    ],
)
def test_arguments_out_of_range(options, message):
    options = {"num_classes": 3, **options}
    with pytest.raises(ValueError, match=message):
        networks.semi_supervised_classifier((8, 8, 1), **options)
