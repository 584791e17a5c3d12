import numpy as np
import pytest
from portable import assert_close

from keras_gan.metrics import MAE


def test_it_is_in_units_of_the_value_range():
    real = np.zeros((2, 4, 4, 3))
    real[1] = -0.5
    metric = MAE()
    metric.update_state(real, np.full_like(real, 0.25))
    assert_close(metric.result(), (0.25 + 0.75) / 2, rtol=1e-12)


@pytest.mark.quickest
def test_luma_weighs_green_most():
    real = np.full((1, 4, 4, 3), -1.0)
    for channel, weight in enumerate((65.481, 128.553, 24.966)):
        fake = real.copy()
        fake[..., channel] = 1.0
        metric = MAE("y")
        metric.update_state(real, fake)
        assert_close(metric.result(), 2 * weight / 255, rtol=1e-12)
