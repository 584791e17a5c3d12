"""Ways between latents: their shape, their ends, and the images along them."""

import numpy as np
import pytest
import small_generators as small

from keras_gan.latents import interpolate, latent_path, sample_latents
from keras_gan.sampling import open_generator


def points(count=3, size=50):
    return np.random.default_rng(0).normal(size=(count, size))


@pytest.mark.once
def test_a_way_passes_through_all_points():
    given = points()
    for method in ("linear", "spherical"):
        path = latent_path(given, 4, method=method)
        assert path.shape == (9, 50)
        np.testing.assert_allclose(path[::4], given, atol=1e-6)
        loop = latent_path(given, 4, method=method, closed=True)
        assert loop.shape == (12, 50)
        np.testing.assert_allclose(loop[:9], path, atol=1e-6)
        # The last step of a loop is that before the first point again.
        back = latent_path(given[[2, 0]], 4, method=method)
        np.testing.assert_allclose(loop[8:], back[:-1], atol=1e-6)


@pytest.mark.once
def test_a_spherical_way_keeps_the_length_and_a_linear_one_does_not():
    given = points(2)
    given /= np.linalg.norm(given, axis=1, keepdims=True)
    for method, shortest in (("spherical", 1.0), ("linear", 0.7)):
        path = latent_path(given, 10, method=method)
        length = np.linalg.norm(path, axis=1).min()
        assert length == pytest.approx(shortest, abs=0.1)
    path = latent_path(given, 10)
    angles = np.arccos(np.sum(path[1:] * path[:-1], axis=1))
    np.testing.assert_allclose(angles, angles[0], rtol=1e-3)
    # The length changes evenly between points of different lengths.
    path = latent_path(given * [[1.0], [3.0]], 2)
    assert np.linalg.norm(path[1]) == pytest.approx(2.0, rel=1e-5)


@pytest.mark.once
@pytest.mark.parametrize("factor", [1.0, 2.0, -1.0, 0.0])
def test_points_on_a_line_with_zero(factor):
    given = points(1)
    path = latent_path(np.concatenate([given, factor * given]), 4)
    expected = given * np.linspace(1.0, factor, 5)[:, None]
    np.testing.assert_allclose(path, expected, atol=1e-5)


@pytest.mark.quickest
def test_images_along_the_way():
    generator = small.smooth()
    latents = sample_latents(generator, 3, seed=1)
    images = interpolate(generator, latents, 5)
    assert images.shape == (11, 8, 8, 1) and images.dtype == "float32"
    expected = small.drawn(generator, latents)
    np.testing.assert_allclose(images[::5], expected, atol=1e-5)
    loop = interpolate(generator, 3, 5, closed=True, seed=1)
    np.testing.assert_array_equal(loop[:10], images[:10])


def test_ways_in_w_hold_the_noise_still():
    generator = small.styled()
    images = interpolate(generator, 2, 70, seed=1)
    again = interpolate(generator, 2, 70, seed=1)
    np.testing.assert_array_equal(images, again)
    w = sample_latents(generator, 2, seed=1)
    assert w.shape == (2, 6)
    same = interpolate(generator, np.stack([w[0], w[0]]), 70)
    # Also in the second batch: a film does not flicker.
    np.testing.assert_allclose(same, same[:1].repeat(71, axis=0), atol=1e-6)
    np.testing.assert_allclose(same[0], images[0], atol=1e-6)
    in_z = interpolate(generator, 2, 5, space="z", seed=1)
    assert not np.allclose(in_z[2], images[28])
    one_each = w[:, None].repeat(small.NUM_STYLES, axis=1)
    np.testing.assert_allclose(
        interpolate(generator, one_each, 70), images, atol=1e-5
    )


@pytest.mark.quickest
def test_one_class_in_z_and_several_in_w():
    generator = small.conditional()
    source = open_generator(generator, num_classes=3)
    images = interpolate(source, 2, 3, labels=1, seed=1)
    latents = sample_latents(source, 2, labels=1, seed=1)
    first = small.drawn(generator, latents[:1], [1])
    np.testing.assert_allclose(images[0], first[0], atol=1e-5)
    with pytest.raises(ValueError, match="one class for all images in z"):
        interpolate(source, 2, 3, labels=[0, 1])
    with pytest.raises(ValueError, match=r"2 integers in \[0, 3\)"):
        interpolate(source, 2, 3)
    source = open_generator(small.styled(num_classes=3), num_classes=3)
    images = interpolate(source, 2, 3, labels=[0, 1], seed=1)
    assert images.shape == (4, 8, 8, 1)
    # Given points have their classes in them.
    styles = sample_latents(source, 2, labels=[0, 1], seed=1)
    np.testing.assert_allclose(
        interpolate(source, styles, 3), images, atol=1e-5
    )
    with pytest.raises(ValueError, match=r"2 integers in \[0, 3\)"):
        sample_latents(source, 2)


@pytest.mark.quickest
def test_latents_of_a_conditional_generator_are_of_no_class():
    source = open_generator(small.conditional(), num_classes=3)
    np.testing.assert_array_equal(
        sample_latents(source, 2, seed=1),
        sample_latents(source, 2, labels=1, seed=1),
    )


@pytest.mark.once
def test_what_is_no_way():
    generator = small.smooth()
    with pytest.raises(ValueError, match="at least 2 points. Received: an"):
        interpolate(generator, 1)
    with pytest.raises(ValueError, match="`latents` must be an integer of at"):
        interpolate(generator, 0)
    with pytest.raises(ValueError, match=r"shape \(count, 4\) in the space"):
        interpolate(generator, points(2, 5))
    with pytest.raises(ValueError, match="must be finite"):
        interpolate(generator, np.full((2, 4), np.nan))
    with pytest.raises(ValueError, match="`num_steps` must be at least 1"):
        interpolate(generator, 3, 0)
    with pytest.raises(ValueError, match="`method` must be one of 'linear'"):
        interpolate(generator, 3, method="cubic")
    with pytest.raises(ValueError, match="`labels` must be None"):
        interpolate(generator, 3, labels=1)
    with pytest.raises(ValueError, match='must be "z" for a generator without'):
        interpolate(generator, 3, space="w")
