"""Which strategy and which precision suit the devices."""

import json

import pytest
import tensorflow as tf

from keras_gan.backend import precision
from keras_gan.backend.tensorflow import devices


@pytest.fixture
def gpus(monkeypatch):
    """Function that makes TensorFlow see GPUs of given capabilities."""

    def pretend(*capabilities):
        details = {
            str(number): {
                "compute_capability": capability,
                "device_name": "Imagined",
            }
            for number, capability in enumerate(capabilities)
        }
        monkeypatch.setattr(devices, "_gpus", lambda: list(details))
        monkeypatch.setattr(
            tf.config.experimental, "get_device_details", details.__getitem__
        )

    return pretend


@pytest.mark.parametrize(
    "capabilities, fast",
    [
        ([(8, 0)], True),
        ([(7, 5)], False),
        ([(9, 0), (7, 0)], False),
        ([(12, 0), (8, 9)], True),
    ],
)
def test_bfloat16_by_the_capability_of_gpus(gpus, capabilities, fast):
    gpus(*capabilities)
    assert devices.bfloat16_is_fast() is fast


@pytest.mark.parametrize("gain, fast", [(2.0, True), (1.2, False)])
def test_bfloat16_by_measurement_on_a_processor(gpus, monkeypatch, gain, fast):
    gpus()
    monkeypatch.setattr(precision, "measured_gain", lambda convolution: gain)
    assert devices.bfloat16_is_fast() is fast
    # Workers cannot be allowed to find different answers.
    monkeypatch.setenv("TF_CONFIG", json.dumps({"cluster": {}}))
    assert devices.bfloat16_is_fast() is False


def test_words_for_devices(gpus):
    gpus()
    assert devices.describe_devices() == "the processor"
    gpus((8, 0))
    assert devices.describe_devices() == "Imagined"
    gpus((8, 0), (8, 0))
    assert devices.describe_devices() == "2 x Imagined"


def test_one_strategy_for_one_device():
    strategy = devices.distribution_strategy()
    assert strategy is tf.distribute.get_strategy()
    assert not devices.has_workers()


def test_all_gpus_are_used(gpus, monkeypatch):
    gpus((8, 0), (8, 0))
    chosen = object()
    monkeypatch.setattr(tf.distribute, "MirroredStrategy", lambda: chosen)
    assert devices.distribution_strategy() is chosen
