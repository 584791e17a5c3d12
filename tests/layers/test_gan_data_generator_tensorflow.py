"""`GANDataGenerator` beside the layers of KerasCV, which need TensorFlow."""

import keras
import keras_cv
import numpy as np
import pytest
import tensorflow as tf  # noqa: F401
from portable import array, assert_close, pipeline

from keras_gan.layers.gan_data_generator import GANDataGenerator

SHAPE = (2, 2, 1)
CLASSES = 3


def toy_generator(shape=SHAPE, noise=0.02):
    """Draws images near the level label / 10; real ones lie below 0."""
    latents = keras.Input((2,))
    labels = keras.Input((), dtype="int32")
    size = int(np.prod(shape))
    levels = np.repeat(np.arange(CLASSES)[:, None] / 10, size, axis=1)
    level = keras.layers.Embedding(CLASSES, size, weights=[levels])(labels)
    changes = keras.layers.Dense(
        size,
        use_bias=False,
        kernel_initializer=keras.initializers.Constant(noise),
    )(latents)
    flat = keras.layers.Add()([level, changes])
    images = keras.layers.Reshape(shape)(flat)
    return keras.Model([latents, labels], images)


def real(number=12):
    levels = np.linspace(-1, -0.2, number, dtype="float32")
    images = np.broadcast_to(levels[:, None, None, None], (number, *SHAPE))
    return images.copy(), (np.arange(number) % CLASSES).astype("int32")


def is_generated(images):
    return array(images)[:, 0, 0, 0] > -0.15


class TestKerasCV:
    shape = (8, 8, 1)

    def data(self):
        images = np.full((12, *self.shape), 10.0, "float32")
        labels = np.eye(CLASSES, dtype="float32")[real()[1]]
        data = {"images": images, "labels": labels}
        return pipeline(data, 6)

    def layer(self):
        return GANDataGenerator(
            toy_generator(self.shape, 0.0), 0.5, num_classes=CLASSES,
            balance="uniform", value_range=(0, 255), seed=1,
        )  # fmt: skip

    @pytest.mark.parametrize("other", ["CutMix", "MixUp"])
    @pytest.mark.parametrize("first", [True, False])
    def test_before_and_after_layers_that_mix(self, other, first):
        layers = [self.layer(), getattr(keras_cv.layers, other)(seed=1)]
        data = self.data()
        for layer in layers if first else layers[::-1]:
            data = data.map(lambda batch, layer=layer: layer(batch))
        for batch in data:
            images, labels = batch["images"], array(batch["labels"])
            assert images.shape == (6, *self.shape)
            assert_close(labels.sum(1), 1.0, atol=1e-5)
            bright = array(images).mean((1, 2, 3)) > 60
            assert bright.sum() >= 3
            if not first:
                assert bright.sum() == 3
                rows = labels[bright]
                assert set(np.unique(rows)) == {0.0, 1.0}

    @pytest.mark.parametrize("make", [
        keras_cv.layers.Augmenter, keras.layers.Pipeline, keras.Sequential,
    ], ids=["Augmenter", "Pipeline", "Sequential"])  # fmt: skip
    def test_inside_of_a_pipeline_layer(self, make):
        layer = GANDataGenerator(
            toy_generator(self.shape, 0.0), 0.5, num_classes=CLASSES, seed=1
        )
        pipeline = make([layer, keras.layers.RandomFlip(seed=1)])
        images = np.full((6, *self.shape), -0.5, "float32")
        new = pipeline(images)
        assert is_generated(new).sum() == 3
