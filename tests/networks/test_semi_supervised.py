"""Networks of `SemiSupervisedGAN`."""

import keras
import numpy as np
import pytest
from portable import QUICK_STEPS, array, assert_close

from keras_gan import SemiSupervisedGAN, networks


@pytest.mark.parametrize("shape", [(28, 28, 1), (9, 6, 3), (4, 4, 2)], ids=str)
def test_images_and_class_logits(shape):
    generator, classifier = networks.semi_supervised(shape, 4, width=2, seed=1)
    assert generator.output_shape[1:] == shape
    images = np.random.default_rng(0).uniform(-1, 1, (3, *shape))
    logits = classifier.predict(images, verbose=0)
    assert logits.shape == (3, 4) and logits.dtype == "float32"


@pytest.mark.quickest
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


def test_channels_of_kernels_keep_the_norm_one():
    pair = networks.semi_supervised((8, 8, 1), 3, width=2, seed=1)
    gan = SemiSupervisedGAN(*pair, num_classes=3, seed=1)
    recipe = networks.recipe("semi_supervised", (8, 8, 1))
    gan.compile(**recipe.compile_arguments(), **QUICK_STEPS)
    images = np.random.default_rng(0).uniform(-1, 1, (6, 8, 8, 1))
    gan.train_on_batch(images.astype("float32"), np.arange(6) % 4 - 1)
    kernels = [
        array(layer.kernel)
        for layer in gan.discriminator.layers
        if isinstance(layer, keras.layers.Conv2D)
    ]
    assert len(kernels) == 4
    for kernel in kernels:
        norms = np.sqrt((kernel**2).sum((0, 1, 2)))
        assert_close(norms, np.ones_like(norms), rtol=1e-4)


@pytest.mark.quickest
def test_no_layer_of_the_classifier_sees_the_batch():
    classifier = networks.semi_supervised_classifier(
        (8, 8, 1), 3, width=2, dropout=0.0, noise=0.0, seed=1
    )
    images = np.random.default_rng(0).uniform(-1, 1, (5, 8, 8, 1))
    together = array(classifier(images, training=True))
    assert_close(
        array(classifier(images[:1], training=True)), together[:1], rtol=1e-4
    )


@pytest.mark.quickest
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
