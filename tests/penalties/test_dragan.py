import numpy as np
import pytest
from keras import ops

from keras_gan.penalties import DRAGAN

to_numpy = ops.convert_to_numpy


def test_value_is_exact_at_its_points(quadratic, images):
    received = DRAGAN(weight=3.0, target=2.0, seed=4)(quadratic, *images)
    assert len(quadratic.scored) == 1
    twin = DRAGAN(seed=4)
    twin.build()
    points = twin.points(ops.convert_to_tensor(images[0]), None)
    norms = np.linalg.norm(quadratic.gradients(points), axis=1)
    expected = 3.0 * ((norms - 2.0) ** 2).mean()
    np.testing.assert_allclose(to_numpy(received), expected, rtol=1e-6)


def test_value_is_exact_without_noise(quadratic, images):
    real, fake = images
    received = DRAGAN(noise_scale=0.0)(quadratic, real, fake)
    norms = np.linalg.norm(quadratic.gradients(real), axis=1)
    expected = 10.0 * ((norms - 1.0) ** 2).mean()
    np.testing.assert_allclose(to_numpy(received), expected, rtol=1e-6)


def test_points_lie_around_the_real_images():
    rng = np.random.default_rng(2)
    real = (3.0 + 2.0 * rng.normal(size=(64, 10, 10, 1))).astype("float32")
    penalty = DRAGAN(noise_scale=0.5, seed=4)
    penalty.build()
    points = to_numpy(penalty.points(ops.convert_to_tensor(real), None))
    noise = (points - real) / (0.5 * real.std())
    assert noise.min() > -1e-5 and noise.max() < 1.0
    # The greatest of 100 draws is nearly the image's own share `a`, and their
    # mean is half of it.
    shares = noise.max(axis=(1, 2, 3))
    assert np.ptp(shares) > 0.8
    halves = noise.mean(axis=(1, 2, 3)) / shares
    np.testing.assert_allclose(halves, 0.5, atol=0.15)
    assert shares.mean() == pytest.approx(0.5, abs=0.15)


@pytest.mark.quickest
def test_fake_images_are_not_looked_at(quadratic, images):
    real, fake = images
    one, other = (
        to_numpy(DRAGAN(seed=4)(quadratic, real, some))
        for some in (fake, 5.0 * fake[:3])
    )
    assert one == other


def test_images_without_contrast_are_scored_as_they_are(
    quadratic, differentiated
):
    real = ops.ones((4, 3, 2, 1))
    penalty = DRAGAN()
    penalty.build()
    points = penalty.points(real, real)
    np.testing.assert_allclose(to_numpy(points), to_numpy(real))
    _, *gradients = differentiated(
        lambda: DRAGAN()(quadratic, real, real), quadratic.trainable_variables
    )
    for gradient in gradients:
        assert np.isfinite(gradient).all()


@pytest.mark.quickest
def test_a_negative_noise_scale_is_refused():
    with pytest.raises(ValueError, match="`noise_scale` must be .*negative"):
        DRAGAN(noise_scale=-0.5)
