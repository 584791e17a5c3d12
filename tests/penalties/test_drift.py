import numpy as np
import pytest
from keras import ops

from keras_gan import penalties
from keras_gan.penalties import Drift


def test_value_and_gradient_are_exact(quadratic, images, differentiated):
    real, fake = images
    value, slope = differentiated(
        lambda: Drift(weight=0.3)(quadratic, real, fake), [quadratic.vector]
    )
    logits = ops.convert_to_numpy(quadratic(real)).astype("float64")
    np.testing.assert_allclose(value, 0.3 * (logits**2).mean(), rtol=1e-5)
    # D depends on b through b x alone.
    expected = 0.6 * (logits * images.reshape(2, 8, -1)[0]).mean(0)
    np.testing.assert_allclose(slope, expected, rtol=1e-4, atol=1e-6)


@pytest.mark.once
def test_name_and_errors():
    assert penalties.get("drift").weight == 1e-3
    with pytest.raises(ValueError, match="`weight` must be .*weight=-1"):
        Drift(weight=-1.0)
