"""Targets: what is TensorFlow's own."""

import numpy as np
import tensorflow as tf
from portable import to_numpy

from keras_gan.layers.augmentation import targets


def test_ragged_boxes_become_dense():
    ragged = tf.ragged.constant([[1.0], [2.0, 3.0]])
    dense = targets.dense({"classes": ragged, "more": np.ones(2)})
    assert to_numpy(dense["classes"]).tolist() == [[1, -1], [2, 3]]
    assert to_numpy(dense["more"]).tolist() == [1, 1]
