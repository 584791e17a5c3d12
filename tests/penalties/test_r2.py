import numpy as np
import pytest
from keras import ops

from keras_gan.penalties import R1, R2

to_numpy = ops.convert_to_numpy


def test_value_is_exact_for_a_quadratic(quadratic, tensors):
    real, fake = tensors
    received = R2(0.3, every=4)(quadratic, real, fake)
    slopes = quadratic.gradients(fake)
    expected = 0.3 / 2.0 * (slopes**2).sum(1).mean()
    np.testing.assert_allclose(to_numpy(received), expected, rtol=1e-6)


@pytest.mark.quickest
def test_it_is_r1_with_the_images_exchanged(quadratic, tensors):
    real, fake = tensors
    assert to_numpy(R2(2.0)(quadratic, real, fake)) == to_numpy(
        R1(2.0)(quadratic, fake, real)
    )
    assert (
        R2.recommended((64, 64, 3)).gamma == R1.recommended((64, 64, 3)).gamma
    )


@pytest.mark.quickest
def test_batches_may_differ_in_size(quadratic, tensors):
    real, fake = tensors
    assert to_numpy(R2(2.0)(quadratic, real[:3], fake)) == to_numpy(
        R2(2.0)(quadratic, real, fake)
    )
