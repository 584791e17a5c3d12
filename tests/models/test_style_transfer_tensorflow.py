"""`StyleTransfer` in several replicas of TensorFlow."""

import keras
import numpy as np
from small_encoder import narrow_vgg19, small_images

from keras_gan import StyleTransfer
from keras_gan.networks import style_decoder

CONTENTS, STYLES = small_images(4, seed=1), 0.5 * small_images(4, seed=2)


def one_step(layers):
    decoder = style_decoder(4, widths=(4,), convolutions=(2,), seed=1)
    model = StyleTransfer(decoder, "vgg19", layers, weights=None, seed=1)
    model.compile(keras.optimizers.SGD(0.1))
    logs = model.train_on_batch(CONTENTS, STYLES, return_dict=True)
    return [float(one) for one in logs.values()], model.get_weights()


def test_two_replicas_are_one_device(two_cpus, monkeypatch):
    narrow_vgg19(monkeypatch)
    layers = ["block1_conv1", "block2_conv1"]
    logs, weights = one_step(layers)
    with two_cpus.scope():
        other_logs, other_weights = one_step(layers)
    np.testing.assert_allclose(other_logs, logs, rtol=1e-5)
    for one, other in zip(weights, other_weights, strict=True):
        np.testing.assert_allclose(other, one, rtol=1e-4, atol=1e-6)


def test_half_precision_of_the_decoder(monkeypatch):
    narrow_vgg19(monkeypatch)
    keras.config.set_dtype_policy("mixed_float16")
    layers = ["block1_conv1", "block2_conv1"]
    decoder = style_decoder(4, widths=(4,), convolutions=(2,), seed=1)
    model = StyleTransfer(decoder, "vgg19", layers, weights=None)
    model.compile(run_eagerly=True)
    logs = model.train_on_batch(CONTENTS, STYLES, return_dict=True)
    assert np.isfinite(list(map(float, logs.values()))).all()
    assert model.translate(CONTENTS, STYLES).dtype == np.float32
    assert model.encoder(CONTENTS)[0].dtype == "float32"
