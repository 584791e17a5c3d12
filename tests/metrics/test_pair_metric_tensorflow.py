"""Metrics of images and their targets in several replicas."""

import numpy as np
import pytest
import tensorflow as tf
from portable import assert_close

from keras_gan.metrics import PSNR
from keras_gan.metrics.feature_metric import read


def test_replicas_add_up():
    real = np.linspace(-1, 1, 4 * 8 * 8).reshape(4, 8, 8, 1)
    fake = 0.9 * real
    single = PSNR()
    single.update_state(real, fake)
    strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
    with strategy.scope():
        metric = PSNR()
        metric.build((8, 8, 1))
    data = tf.data.Dataset.from_tensor_slices((real, fake)).batch(4)

    @tf.function
    def update(batch):
        strategy.run(metric.update_state, args=batch)

    for batch in strategy.experimental_distribute_dataset(data):
        update(batch)
    assert_close(metric.result(), single.result(), rtol=1e-12)
    assert read(metric.count) == 4


def test_state_must_be_there_before_replicas():
    strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
    images = np.zeros((2, 8, 8, 1), "float32")
    with pytest.raises(ValueError, match="Call its `build"):
        strategy.run(PSNR().update_state, args=(images, images))


def test_a_graph_records_what_is_wrong():
    metric = PSNR()
    metric.build((8, 8, 1))
    images = tf.zeros((2, 8, 8, 1))
    step = tf.function(metric.update_state)
    step(images, images)
    step(images, images + np.nan)
    with pytest.raises(ValueError, match="fake images must be finite"):
        metric.result()
