import keras
import numpy as np
import pytest
from portable import tensor

from keras_gan.metrics import PrecisionRecall, manifold_metrics


@pytest.fixture
def make_metric():
    model = keras.Sequential([keras.Input((16,)), keras.layers.Flatten()])

    def make(**arguments):
        return PrecisionRecall(model, None, **{"max_images": 200, **arguments})

    return make


@pytest.fixture
def data():
    rng = np.random.RandomState(0)
    data = rng.standard_normal((2, 120, 16)) * [[[1.0]], [[0.9]]]
    return data.astype("float32")


def test_values_are_those_of_all_features(make_metric, data):
    metric = make_metric(nearest_k=3)
    for start in range(0, 120, 80):
        metric.update_state(*data[:, start : start + 80])
    assert metric.result() == manifold_metrics(*data, nearest_k=3)


@pytest.mark.quickest
def test_perfect_copy_and_stuck_generator(make_metric, data):
    metric = make_metric()
    metric.update_state(data[0], data[0][::-1])
    copy = metric.result()
    assert copy["precision"] == copy["recall"] == copy["coverage"] == 1.0
    metric.reset_state()
    metric.update_state(data[0], data[0][:1].repeat(120, axis=0))
    stuck = metric.result()
    assert stuck["precision"] == 1.0 and stuck["recall"] == 0.0


def test_halves_are_merged_in_any_order(make_metric, data):
    first, second = make_metric(), make_metric()
    first.update_state(data[0][80:], data[1][:40])
    second.update_state(data[0][:80], data[1][40:])
    first.merge_state([second])
    assert first.result() == manifold_metrics(*data, nearest_k=5)


@pytest.mark.quickest
def test_more_images_than_are_kept(make_metric, data):
    metric, whole = make_metric(max_images=60), manifold_metrics(*data)
    metric.update_state(*data)
    assert metric.features("real").shape == (60, 16)
    for name, value in metric.result().items():
        assert abs(value - whole[name]) < 0.3


def test_replicas_do_not_matter(make_metric, data, two_cpus):
    with two_cpus.scope():
        metric = make_metric(max_images=200)
        metric.build((16,))

    import tensorflow as tf

    @tf.function(reduce_retracing=True)
    def step(real, fake):
        two_cpus.run(metric.update_state, args=(real, fake))

    for start, stop in ((0, 80), (80, 120)):
        halves = [
            two_cpus.experimental_distribute_values_from_function(
                lambda c, x=x, s=slice(start, stop): tensor(
                    np.array_split(x[s], 2)[c.replica_id_in_sync_group]
                )
            )
            for x in data
        ]
        step(*halves)
    assert metric.result() == manifold_metrics(*data, nearest_k=5)


@pytest.mark.quickest
def test_config_round_trip(make_metric, data):
    metric = make_metric(nearest_k=2, max_images=60)
    config = metric.get_config()
    metric.update_state(*data)
    again = PrecisionRecall.from_config(config)
    again.update_state(*data)
    assert again.result() == metric.result()
    assert again.get_config() == metric.get_config() == config


@pytest.mark.quickest
def test_too_few_images(make_metric, data):
    metric = make_metric(nearest_k=40)
    metric.update_state(data[0], data[1][:40])
    with pytest.raises(ValueError, match="41 fake images. Received: 40"):
        metric.result()


@pytest.mark.quickest
def test_wrong_arguments_are_refused(make_metric):
    with pytest.raises(ValueError, match="`nearest_k` must be an integer"):
        make_metric(nearest_k=0)
    with pytest.raises(ValueError, match="greater than `nearest_k`"):
        make_metric(nearest_k=5, max_images=5)
