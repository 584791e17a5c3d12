"""The measurement that decides between float32 and bfloat16."""

import time

import pytest

from keras_gan.backend import devices, precision


def test_what_delays_a_function_now_and_then_does_not_count(monkeypatch):
    seconds = iter([3.0, 9.0, 8.0, 1.0, 2.0, 2.0, 7.0, 1.0, 2.0, 1.0])
    clock = iter([0.0])
    monkeypatch.setattr(precision, "_seconds", lambda run: next(seconds))
    assert precision.measured_gain(lambda dtype: clock) == 2.0


def test_only_the_time_of_the_processor_counts():
    def convolution(dtype):
        duration = {"float32": 0.01, "bfloat16": 0.004}[dtype]

        def run():
            end = time.process_time() + duration
            time.sleep(0.02)
            while time.process_time() < end:
                pass

        return run

    assert precision.measured_gain(convolution) == pytest.approx(2.5, rel=0.3)


def test_each_backend_measures_once_or_says_that_it_does_not():
    gain = devices.bfloat16_gain()
    assert devices.bfloat16_gain() == gain
    if gain is None:
        assert devices.bfloat16_is_fast() is False
    else:
        assert 0.01 < gain < 30
        assert devices.bfloat16_is_fast() is (gain >= precision.REQUIRED_GAIN)
