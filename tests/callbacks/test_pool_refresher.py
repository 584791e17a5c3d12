"""Pools that change between epochs, and only there."""

import keras
import numpy as np
import pytest
from portable import assert_equal, pipeline

from keras_gan import networks
from keras_gan.callbacks import PoolRefresher
from keras_gan.layers import GANDataGenerator

SHAPE = (2, 2, 1)


def layer_with_pool(**options):
    options = {"pool_size": 12, "seed": 1, "refresh_share": 0.25, **options}
    generator = networks.mlp_generator(SHAPE, latent_dim=2, num_classes=3)
    return GANDataGenerator(generator, 0.5, num_classes=3, **options)


def pool_of(layer):
    return keras.ops.convert_to_numpy(layer.pool.images)


class Pools(keras.callbacks.Callback):
    """Notes a pool before each epoch and after each batch."""

    def __init__(self, layer):
        super().__init__()
        self.layer = layer
        self.begin, self.batches = [], []

    def on_epoch_begin(self, epoch, logs=None):
        self.begin.append(pool_of(self.layer))

    def on_train_batch_end(self, batch, logs=None):
        self.batches.append(pool_of(self.layer))


def test_each_epoch_has_another_quarter():
    layer = layer_with_pool()
    traces = []

    def mix(images, labels):
        traces.append(1)
        return layer(images, labels)

    images, labels = np.zeros((16, *SHAPE), "float32"), np.arange(16) % 3
    data = pipeline((images, labels), 8)
    data = data.map(mix)
    model = keras.Sequential(
        [keras.Input(SHAPE), keras.layers.Flatten(), keras.layers.Dense(3)]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("sgd", loss)
    pools = Pools(layer)
    callbacks = [pools, PoolRefresher(layer)]
    model.fit(data, epochs=3, verbose=0, shuffle=False, callbacks=callbacks)
    assert len(traces) == 1
    for before, after in zip(pools.begin, pools.begin[1:], strict=False):
        changed = (before != after).any((1, 2, 3))
        # One of each class.
        assert_equal(changed.reshape(3, 4).sum(1), 1)
    assert_equal(pools.batches[0], pools.begin[0])
    assert_equal(pools.batches[1], pools.begin[0])
    assert not (pool_of(layer) == pools.begin[-1]).all()


@pytest.mark.quickest
def test_several_layers():
    layers = [layer_with_pool(), layer_with_pool(seed=2)]
    before = [pool_of(layer) for layer in layers]
    PoolRefresher(*layers).on_epoch_end(0)
    for layer, pool in zip(layers, before, strict=True):
        assert (pool_of(layer) != pool).any()


@pytest.mark.quickest
def test_bad_layers():
    with pytest.raises(ValueError, match="at least one `GANDataGenerator`"):
        PoolRefresher()
    with pytest.raises(TypeError, match="Received: Flatten"):
        PoolRefresher(keras.layers.Flatten())
    with pytest.raises(ValueError, match="pool_size=None"):
        PoolRefresher(layer_with_pool(pool_size=None))
