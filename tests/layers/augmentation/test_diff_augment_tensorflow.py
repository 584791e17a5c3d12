"""Diff augment: what is TensorFlow's own."""

import numpy as np
from portable import assert_close, compiled

from keras_gan.layers import DiffAugment
from keras_gan.layers.augmentation import diff_augment


def pictures(shape=(4, 12, 7, 3), seed=0):
    images = np.random.default_rng(seed).uniform(-1, 1, shape)
    return images.astype("float32")


def test_images_of_unknown_size_are_not_compiled(monkeypatch):
    layer, images = DiffAugment(seed=1), pictures()
    drawn = layer.get_random_transformation(images)
    expected = layer.transform_images(images, drawn)
    monkeypatch.delattr(diff_augment, "_fused")
    graph = compiled(
        lambda images: layer.transform_images(images, drawn),
        shapes=[(None, None, None, 3)],
    )
    assert_close(graph(images), expected, atol=1e-6)
