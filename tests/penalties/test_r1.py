import keras
import numpy as np
import pytest
from keras import ops

from keras_gan.penalties import R1, default_gamma

to_numpy = ops.convert_to_numpy


@pytest.mark.parametrize("image_shape", [(6,), (3, 2), (3, 2, 1), (2, 2, 2, 1)])
def test_value_is_exact_for_a_quadratic(make_quadratic, image_shape):
    score = make_quadratic(image_shape)
    real, fake = np.random.default_rng(1).normal(size=(2, 8, *image_shape))
    received = R1(0.7)(score, ops.cast(real, "float32"), fake)
    expected = 0.7 / 2.0 * (score.gradients(real) ** 2).sum(1).mean()
    np.testing.assert_allclose(to_numpy(received), expected, rtol=1e-6)


def test_gradient_with_respect_to_weights_is_exact(
    quadratic, images, differentiated
):
    _, of_matrix, of_vector = differentiated(
        lambda: R1(0.7)(quadratic, *images), quadratic.trainable_variables
    )
    slopes = quadratic.gradients(images[0])
    rows = images[0].reshape(len(slopes), -1).astype("float64")
    outer = np.einsum("ni,nj->ij", slopes, rows) / len(rows)
    np.testing.assert_allclose(of_vector, 0.7 * slopes.mean(0), rtol=1e-5)
    np.testing.assert_allclose(
        of_matrix, 0.7 * (outer + outer.T) / 2.0, rtol=1e-5, atol=1e-6
    )


@pytest.mark.quickest
def test_fake_images_are_not_looked_at(quadratic, tensors):
    real, fake = tensors
    assert to_numpy(R1(1.0)(quadratic, real, fake)) == to_numpy(
        R1(1.0)(quadratic, real, 5.0 * fake[:3])
    )
    assert [len(scored) for scored in quadratic.scored] == [len(real)] * 2


@pytest.mark.quickest
def test_gamma_left_out_is_that_of_the_images(make_quadratic):
    shape = (48, 48, 1)
    score = make_quadratic(shape)
    real = keras.random.normal((2, *shape))
    chosen = R1(default_gamma(shape))(score, real, real)
    assert to_numpy(R1()(score, real, real)) == to_numpy(chosen)
    assert default_gamma(shape) != default_gamma((8, 8, 1))
    assert R1().get_config()["gamma"] is None
    assert R1.recommended(shape).gamma == default_gamma(shape)


@pytest.mark.quickest
@pytest.mark.parametrize("gamma", [-1.0, float("nan"), float("inf")])
def test_gammas_out_of_range_are_refused(gamma):
    with pytest.raises(ValueError, match="`gamma` must be .*Received: gamma="):
        R1(gamma)


@pytest.mark.quickest
@pytest.mark.parametrize("gamma", ["1", True])
def test_gammas_that_are_no_numbers_are_refused(gamma):
    with pytest.raises(TypeError, match="`gamma` must be a number. Received"):
        R1(gamma)
