"""Sums of metrics, over batches and inside `evaluate`."""

import keras
import numpy as np
import pytest
from portable import corners

import keras_gan
from keras_gan import metrics

SHAPE = (8, 8, 1)
REAL, FAKE = np.random.default_rng(0).uniform(-1, 1, (2, 120, *SHAPE))
REAL, FAKE = REAL.astype("float32"), (0.5 * FAKE).astype("float32")


def features(num=4):
    model = keras.Sequential(
        [keras.Input(SHAPE), keras.layers.Flatten(), keras.layers.Dense(num)]
    )
    model.set_weights(
        [np.random.default_rng(1).normal(size=w.shape) for w in model.weights]
    )
    return model


def test_frechet_distance_is_summed_in_double_precision():
    model = features()
    metric = metrics.FrechetInceptionDistance(model)
    for start in range(0, 120, 40):
        part = slice(start, start + 40)
        metric.update_state(REAL[part], FAKE[part])
    rows = [
        np.asarray(model.predict(images, verbose=0), "float64")
        for images in (REAL, FAKE)
    ]
    moments = [v for x in rows for v in (x.mean(0), np.cov(x, rowvar=False))]
    wanted = metrics.frechet_distance(*moments)
    np.testing.assert_allclose(metric.result(), wanted, rtol=1e-6)
    metric.reset_state()
    metric.update_state(REAL, FAKE)
    np.testing.assert_allclose(metric.result(), wanted, rtol=1e-6)
    assert {str(v.dtype) for v in metric.variables} == {"float32", "float64"}


@pytest.mark.parametrize(
    "make",
    corners(
        [
            lambda m: metrics.KernelInceptionDistance(m),
            lambda m: metrics.InceptionScore(m, splits=2),
            lambda m: metrics.PrecisionRecall(m),
            lambda m: metrics.Memorization(m),
        ]
    ),
)
def test_batches_do_not_matter(make):
    whole, parts = make(features()), make(features())
    whole.update_state(REAL, FAKE)
    for start in range(0, 120, 40):
        part = slice(start, start + 40)
        parts.update_state(REAL[part], FAKE[part])
    one, other = whole.result(), parts.result()
    one = one if isinstance(one, dict) else {"value": one}
    other = other if isinstance(other, dict) else {"value": other}
    for name in one:
        np.testing.assert_allclose(one[name], other[name], rtol=1e-5)


@pytest.mark.quickest
def test_digits_network():
    metric = metrics.PrecisionRecall("digits")
    metric.update_state(REAL, FAKE)
    assert 0 <= metric.result()["precision"] <= 1


def test_evaluate_gives_what_the_metric_gives():
    gan = keras_gan.GAN(
        *keras_gan.networks.mlp(SHAPE, latent_dim=4, hidden=(16,)), seed=1
    )
    gan.compile(
        loss="non_saturating",
        penalties=None,
        metrics=[metrics.FrechetInceptionDistance(features())],
    )
    one = gan.evaluate(REAL, verbose=0, batch_size=40, return_dict=True)
    two = gan.evaluate(REAL, verbose=0, batch_size=40, return_dict=True)
    assert one == two and one["fid"] > 0
    history = gan.fit(
        REAL, validation_data=(REAL,), batch_size=40, epochs=2, verbose=0
    ).history
    assert len(history["val_fid"]) == 2 and min(history["val_fid"]) > 0
