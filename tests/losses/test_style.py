"""Gram matrices and their distance."""

import keras
import numpy as np
import pytest
from portable import array, assert_close, tensor
from small_encoder import LAYERS, small_encoder, small_images

from keras_gan.losses import StyleLoss, gram_matrix


def features(shape=(2, 5, 4, 3)):
    return np.random.default_rng(0).normal(size=shape).astype("float32")


def test_gram_matrix_by_its_formula():
    maps = features().astype("float64")
    rows = maps.reshape(2, 20, 3)
    expected = np.einsum("bni,bnj->bij", rows, rows) / (3 * 20)
    assert_close(gram_matrix(features()), expected, rtol=1e-5, atol=1e-7)


@pytest.mark.quickest
def test_gram_matrix_is_symmetric_positive_and_blind_to_places():
    gram = array(gram_matrix(features()))
    assert_close(gram, gram.transpose(0, 2, 1), rtol=1e-6)
    assert np.linalg.eigvalsh(gram.astype("float64")).min() > -1e-7
    rows = features().reshape(2, 20, 3)
    shuffled = np.random.default_rng(1).permutation(rows, axis=1)
    again = gram_matrix(shuffled.reshape(2, 4, 5, 3))
    assert_close(again, gram, rtol=1e-5, atol=1e-7)


def test_half_precision_does_not_overflow():
    # The sum of their products is 250 times the largest number.
    maps = 60.0 + features((1, 64, 64, 2))
    half = gram_matrix(tensor(maps, "float16"))
    assert_close(half, gram_matrix(maps), rtol=5e-3)


@pytest.mark.quickest
def test_features_without_places_have_no_style():
    with pytest.raises(ValueError, match="before the pooling"):
        gram_matrix(np.zeros((2, 3)))


@pytest.mark.once
def test_style_loss_by_its_formula():
    real, fake = small_images(seed=1), small_images(seed=2)
    model = small_encoder()
    grams = [array(gram_matrix(model(one))) for one in (real, fake)]
    expected = np.square(grams[1] - grams[0]).sum(axis=(1, 2)).mean()
    assert_close(StyleLoss(model)(real, fake), expected, rtol=1e-4)


@pytest.mark.once
def test_style_of_an_image_is_its_own_at_any_place_and_size():
    images = small_images()
    assert float(StyleLoss(small_encoder(), LAYERS)(images, images)) == 0.0
    # It sees single pixels, so that seams do not matter.
    model = keras.Sequential(
        [keras.Input((None, None, 3)), keras.layers.Conv2D(4, 1)]
    )
    loss = StyleLoss(model)
    tiled = np.tile(images, (1, 4, 4, 1))
    other = float(loss(images, small_images(seed=3)))
    assert float(loss(images, tiled)) < 1e-6 * other
