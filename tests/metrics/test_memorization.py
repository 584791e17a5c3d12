import functools

import keras
import numpy as np
import pytest
from portable import assert_equal, compiled, tensor, to_numpy

from keras_gan.metrics import Memorization, memorization_metrics


@pytest.fixture
def make_metric():
    model = keras.Sequential([keras.Input((16,)), keras.layers.Flatten()])

    def make(**arguments):
        return Memorization(model, None, **{"max_images": 200, **arguments})

    return make


@pytest.fixture
def data():
    """Real images, and fakes a third of which are copies."""
    data = np.random.RandomState(0).standard_normal((2, 120, 16))
    data[1, :40] = data[0, 80:]
    return data.astype("float32")


def test_values_are_those_of_all_features(make_metric, data):
    metric = make_metric(quantile=0.2)
    for start in range(0, 120, 80):
        metric.update_state(*data[:, start : start + 80])
    assert metric.result() == memorization_metrics(*data, quantile=0.2)
    assert metric.result()["copied_share"] >= 1 / 3


@pytest.mark.quickest
def test_copies_and_new_images(make_metric, data):
    metric = make_metric()
    metric.update_state(data[0], data[0][::-1])
    copies = metric.result()
    assert copies["copied_share"] == 1.0 and copies["authenticity"] == 0.0
    metric.reset_state()
    metric.update_real(data[0])
    metric.update_fake(data[1][40:])
    new = metric.result()
    assert new["copied_share"] < 0.2 and new["authenticity"] > 0.3


# Elsewhere there are no graphs, or none with sums in float64.
@pytest.mark.once
@pytest.mark.parametrize("jit_compile", [False, True])
def test_compiled_updates(make_metric, data, jit_compile):
    metric = make_metric()
    metric.build((16,))

    @functools.partial(compiled, jit_compile=jit_compile)
    def step(real, fake):
        metric.update_state(real, fake)

    for start in (0, 60):
        step(*tensor(data[:, start : start + 60]))
    assert metric.result() == memorization_metrics(*data)


def test_halves_are_merged_in_any_order(make_metric, data):
    first, second = make_metric(), make_metric()
    first.update_state(data[0][80:], data[1][:40])
    second.update_state(data[0][:80], data[1][40:])
    first.merge_state([second])
    # A sum of other order, where the mean is taken off.
    expected = memorization_metrics(*data)
    assert first.result() == pytest.approx(expected, rel=1e-12)


@pytest.mark.quickest
def test_training_images_that_were_not_kept_are_told_of(make_metric, data):
    metric = make_metric(max_images=80)
    metric.update_state(*data)
    with pytest.warns(UserWarning, match="80 of 120 real.*`max_images=120`"):
        metric.result()
    fewer = make_metric(max_images=80)
    fewer.update_state(data[0][:80], data[1])
    kept = fewer.features("fake")
    assert fewer.result() == memorization_metrics(data[0][:80], kept)


def test_replicas_do_not_matter(make_metric, data, two_cpus):
    with two_cpus.scope():
        metric = make_metric(max_images=200)
        metric.build((16,))

    import tensorflow as tf

    @tf.function(reduce_retracing=True)
    def step(real, fake):
        two_cpus.run(metric.update_state, args=(real, fake))

    halves = [
        two_cpus.experimental_distribute_values_from_function(
            lambda c, x=x: tensor(
                np.array_split(x, 2)[c.replica_id_in_sync_group]
            )
        )
        for x in data
    ]
    step(*halves)
    expected = memorization_metrics(*data)
    assert metric.result() == pytest.approx(expected, rel=1e-12)


@pytest.mark.quickest
def test_nearest_images_are_numbered_as_they_came(make_metric, data):
    metric = make_metric()
    for start in range(0, 120, 80):
        metric.update_state(*data[:, start : start + 80])
    found = metric.resemblance(k=2)
    assert found.indices.shape == (120, 2)
    assert_equal(found.indices[:40, 0], np.arange(80, 120))
    assert (found.distances[:40, 0] == 0).all()
    assert found.values(metric.quantile) == metric.result()


@pytest.mark.quickest
def test_config_round_trip(make_metric, data):
    metric = make_metric(quantile=0.1)
    config = metric.get_config()
    metric.update_state(*data)
    again = Memorization.from_config(config)
    again.update_state(*data)
    assert again.result() == metric.result()
    assert again.get_config() == metric.get_config() == config


@pytest.mark.quickest
def test_digits_that_are_new_to_the_classifier(make_metric):
    from keras_gan import datasets

    stream = datasets.load("digits", batch_size=1797, labels=False, seed=0)
    (images,) = (to_numpy(batch) for batch in stream)
    metric = Memorization("digits")
    metric.update_state(images[:898], images[898:1796])
    new = metric.result()
    assert new["copied_share"] == pytest.approx(0.05, abs=0.03)
    assert new["authenticity"] == pytest.approx(
        new["real_authenticity"], abs=0.06
    )
    assert new["distance_ratio"] == pytest.approx(1, abs=0.1)
    metric.reset_state()
    # Another batch size, whose features differ in the last digits.
    metric.update_real(images[:898])
    for start in range(0, 495, 33):
        metric.update_fake(images[start : start + 33])
    copies = metric.result()
    assert copies["copied_share"] == 1.0 and copies["authenticity"] == 0.0


@pytest.mark.quickest
def test_too_few_images(make_metric, data):
    metric = make_metric()
    metric.update_state(data[0], data[1][:1])
    with pytest.raises(ValueError, match="2 fake images. Received: 1"):
        metric.result()


@pytest.mark.quickest
def test_wrong_arguments_are_refused(make_metric):
    with pytest.raises(ValueError, match="`quantile` must be in"):
        make_metric(quantile=0)
    with pytest.raises(ValueError, match="`max_images` must be an integer"):
        make_metric(max_images=1)
