import keras
import numpy as np
import pytest
from portable import assert_equal, compiled, tensor, to_numpy

from keras_gan.layers.augmentation.corruption import add_noise, cut_out


def noise(shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def test_noise_has_each_images_own_strength():
    images, white = noise((3, 4, 5, 2)), noise((3, 4, 5, 2), seed=1)
    deviations = np.array([0.0, 0.25, 2.0], "float32")
    expected = images + deviations[:, None, None, None] * white
    assert_equal(add_noise(images, deviations, white), expected)


@pytest.mark.quickest
def test_no_noise_keeps_every_bit():
    images = np.array([-0.0, 0.0, -0.0, 1.0], "float32").reshape(1, 2, 2, 1)
    kept = add_noise(images, np.zeros(1, "float32"), noise((1, 2, 2, 1)))
    assert_equal(
        keras.ops.convert_to_numpy(kept).view("int32"), images.view("int32")
    )


def hole(height, width, x, y):
    """Pixels whose middle is nearer than a quarter of the side."""
    rows, columns = np.indices((height, width)) + 0.5
    far_across = np.abs(columns / width - x) < 0.25
    return far_across & (np.abs(rows / height - y) < 0.25)


@pytest.mark.parametrize("sides", [(8, 8), (7, 12), (1, 3)])
def test_cutout_is_half_of_each_side(sides):
    images = noise((5, *sides, 3))
    centers = [[0.5, 0.5], [0.1, 0.9], [0.0, 0.33], [0.99, 0.6], [-1, -1]]
    holes = np.stack([hole(*sides, *center) for center in centers])
    assert not holes[-1].any()
    assert_equal(
        cut_out(images, tensor(centers, "float32")),
        np.where(holes[..., None], 0.0, images),
    )


@pytest.mark.quickest
def test_cutout_in_the_middle_takes_a_quarter_of_the_pixels():
    cut = cut_out(np.ones((1, 8, 12, 1)), tensor([[0.5, 0.5]]))
    assert np.sum(to_numpy(cut) == 0.0) == 4 * 6


def test_unknown_sides_in_a_graph():
    images = tensor(noise((2, 6, 9, 1)))
    centers = tensor([[0.2, 0.7], [-1.0, -1.0]])
    graph = compiled(cut_out, shapes=[(None, None, None, 1), (None, 2)])
    assert_equal(graph(images, centers), cut_out(images, centers))
