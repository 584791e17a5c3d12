"""Generators with noise of their own: same seed, same images; same training."""

import keras
import numpy as np
import pytest
from keras import layers, ops

from keras_gan import GAN
from keras_gan.callbacks import SampleSaver
from keras_gan.layers import GANDataGenerator
from keras_gan.sampling import (
    DiscriminatorThreshold,
    Drawer,
    open_generator,
)


@keras.saving.register_keras_serializable(package="tests")
class Noise(layers.Layer):
    """Adds noise in training and in inference, as StyleGAN does."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.seeds = keras.random.SeedGenerator(3)

    def call(self, inputs):
        noise = keras.random.normal(ops.shape(inputs), seed=self.seeds)
        return inputs + 0.1 * noise


@pytest.fixture(params=[0.9, None], ids=["average", "no average"])
def make(request):
    """Makes the same GAN each time; one with an average, one without."""

    def dense(units, seed):
        kernel = keras.initializers.GlorotUniform(seed)
        return layers.Dense(units, kernel_initializer=kernel)

    def gan():
        parts = [dense(64, 1), Noise(), layers.Reshape((8, 8, 1)), Noise()]
        generator = keras.Sequential([keras.Input((2,)), *parts])
        discriminator = keras.Sequential(
            [keras.Input((8, 8, 1)), layers.Flatten(), Noise(), dense(1, 2)]
        )
        gan = GAN(generator, discriminator, seed=1, ema_momentum=request.param)
        gan.compile("sgd", "sgd")
        return gan

    return gan


@pytest.fixture
def images():
    draws = np.random.default_rng(0).uniform(-1, 1, (16, 8, 8, 1))
    return draws.astype("float32")


def numbers(gan):
    """Everything that training depends on."""
    other = {id(seed.state) for seed in (gan.evaluation_seed,)}
    variables = [*gan.variables, *gan.optimizer.variables]
    return [
        np.array(ops.convert_to_numpy(v))
        for v in variables
        if id(v) not in other
    ]


def same(ours, theirs):
    for one, other in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.quickest
def test_the_same_images_for_the_same_seed(make):
    gan = make()
    before = numbers(gan)
    first = gan.generate(6, seed=4, batch_size=2)
    gan.generate(3, seed=5)
    same([first], [gan.generate(6, seed=4, batch_size=2)])
    same(before, numbers(gan))
    # Without the latents, only noise is left, which differs in each batch.
    gan.sampler.layers[0].set_weights([np.zeros((2, 64)), np.zeros(64)])
    noise = gan.generate(6, seed=4, batch_size=2)
    assert len(np.unique(noise)) == noise.size and np.ptp(noise) > 0.5
    assert not np.array_equal(noise, gan.generate(6, seed=5, batch_size=2))
    assert not np.array_equal(gan.generate(2), gan.generate(2))


def test_looking_does_not_change_the_training(make, images, tmp_path):
    looked, plain = make(), make()
    logs = []

    def look(epoch, _):
        looked.generate(3, seed=2)
        logs.append(looked.test_on_batch(images))
        logs.append(looked.evaluate(images, verbose=0))
        same(logs[-2:-1], [looked.test_on_batch(images)])

    looked.fit(
        images,
        epochs=2,
        batch_size=8,
        shuffle=False,
        verbose=0,
        validation_data=images,
        callbacks=[
            keras.callbacks.LambdaCallback(on_epoch_end=look),
            SampleSaver(tmp_path, 2),
        ],
    )
    plain.fit(images, epochs=2, batch_size=8, shuffle=False, verbose=0)
    same(numbers(plain), numbers(looked))
    same(logs[-1:], [looked.evaluate(images, verbose=0)])


@pytest.mark.quickest
def test_sources_draw_what_their_seed_says(make):
    gan = make()
    before = numbers(gan)
    chosen = DiscriminatorThreshold
    drawer = Drawer(open_generator(gan), filter=chosen(), seed=1)
    second = drawer.batch(3, 1).images
    first = drawer.batch(3, 0).images
    again = Drawer(open_generator(gan), filter=chosen(), seed=1)
    same([first, second], [again.batch(3, n).images for n in (0, 1)])
    assert not np.array_equal(first, second)
    same(before, numbers(gan))


@pytest.mark.quickest
@pytest.mark.parametrize("pipeline", [False, True])
def test_mixed_batches_draw_what_their_seed_says(make, images, pipeline):
    import tensorflow as tf

    gan = make()
    before = numbers(gan)

    def mixed():
        layer = GANDataGenerator(gan, 1.0, seed=3)
        if not pipeline:
            return [layer(images), layer(images)]
        batches = tf.data.Dataset.from_tensor_slices(images).batch(4)
        return list(batches.map(layer, num_parallel_calls=4))

    first, again = (list(map(ops.convert_to_numpy, mixed())) for _ in "12")
    same(first, again)
    assert not np.array_equal(first[0], first[1])
    same(before, numbers(gan))
