"""The warp against a slow one, written from the description of the paper."""

from functools import partial

import numpy as np
import pytest
from portable import (
    assert_close,
    assert_equal,
    compiled,
    quick,
    tensor,
    to_numpy,
)

from keras_gan.layers.augmentation.warp import warp, warp_nearest
from keras_gan.layers.augmentation.wavelets import SYM6

TAPS = SYM6 / SYM6.sum()
SHAPES = [(12, 12, 1), (10, 17, 3), (16, 9, 5)]
IDENTITY = np.eye(3)
FLIP = np.diag([-1.0, 1.0, 1.0])


def noise(shape, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, shape).astype("float32")


def smooth(height, width, channels=2):
    """An image without the high frequencies that the filter takes."""
    y, x = np.mgrid[:height, :width]
    waves = [np.sin(0.4 * x + c) + np.cos(0.3 * y - c) for c in range(channels)]
    return np.stack(waves, axis=-1).astype("float32") / 2


def rotation(angle):
    cosine, sine = np.cos(angle), np.sin(angle)
    return np.array([[cosine, -sine, 0], [sine, cosine, 0], [0, 0, 1]])


def translation(x, y):
    return np.array([[1, 0, x], [0, 1, y], [0, 0, 1.0]])


def random_matrices(count, seed=0, least=0.6):
    """Turned, stretched and shifted, by `least` up to its inverse."""
    rng = np.random.default_rng(seed)
    matrices = []
    for _ in range(count):
        turns = rng.uniform(-np.pi, np.pi, 2)
        scales = np.exp(np.log(least) * rng.uniform(-1, 1, 2))
        shift = translation(*rng.normal(0, 2, 2))
        stretch = np.diag([*scales, 1.0])
        matrices.append(rotation(turns[0]) @ stretch @ rotation(turns[1]))
        matrices[-1] = matrices[-1] @ shift
    return np.stack(matrices)


fast_warp = quick(warp)


def warped(images, matrices):
    images = np.asarray(images, "float32")
    batch = images if images.ndim == 4 else images[None]
    matrices = np.asarray(matrices, "float32").reshape(-1, 3, 3)
    values = to_numpy(fast_warp(tensor(batch), tensor(matrices)))
    return values if images.ndim == 4 else values[0]


# The reference: float64, one image, one axis after the other -----------------


def along(axis, function, image):
    return np.apply_along_axis(function, axis, image)


def doubled_line(line):
    """Zeros between the values, 6 before and 5 after, convolved, times 2."""
    spread = np.zeros(2 * len(line))
    spread[::2] = line
    return 2.0 * np.convolve(np.pad(spread, (6, 5)), TAPS, "valid")


def halved_line(line):
    """Cut by 6 at both ends, padded by 5, correlated, every second taken."""
    return np.correlate(line[1:-1], TAPS, "valid")[::2]


def doubled(image):
    return along(1, doubled_line, along(0, doubled_line, image))


def halved(image):
    return along(1, halved_line, along(0, halved_line, image))


def places(matrix, height, width):
    """Where the doubled result, 6 wider at each side, comes from, in pixels."""
    rows, columns = np.mgrid[: 2 * height + 12, : 2 * width + 12]
    x = (columns - 6) / 2 - (width - 1) / 2
    y = (rows - 6) / 2 - (height - 1) / 2
    points = np.stack([x, y, np.ones_like(x)])
    mapped = np.einsum("ij,jyx->iyx", matrix, points)
    return mapped[0] + (width - 1) / 2, mapped[1] + (height - 1) / 2


def bilinear(image, x, y, pixel):
    """Sampled between pixels; `pixel(image, row, column)` looks one up."""
    left, top = np.floor(x).astype(int), np.floor(y).astype(int)
    value = 0.0
    for down in (0, 1):
        for right in (0, 1):
            weight = (1 - abs(x - left - right)) * (1 - abs(y - top - down))
            value += weight[..., None] * pixel(image, top + down, left + right)
    return value


def zero_beyond(image, rows, columns):
    height, width = image.shape[:2]
    inside = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
    found = image[rows.clip(0, height - 1), columns.clip(0, width - 1)]
    return np.where(inside[..., None], found, 0.0)


def mirrored_beyond(image, rows, columns):
    # Of the doubled image the last sample lies beyond the last pixel.
    def folded(index, last):
        index = index % (2 * last)
        return np.minimum(index, 2 * last - index)

    height, width = image.shape[:2]
    return image[folded(rows, height - 2), folded(columns, width - 2)]


def pad(image, margin):
    sides = [(margin, margin), (margin, margin), (0, 0)]
    return np.pad(np.asarray(image, "float64"), sides, mode="reflect")


def paper_warp(image, matrix):
    """Mirrored as far as one reflection goes; beyond it there are zeros."""
    height, width = image.shape[:2]
    margin = min(height, width) - 1
    x, y = places(matrix, height, width)
    large = doubled(pad(image, margin))
    x, y = 2 * (x + margin), 2 * (y + margin)
    return halved(bilinear(large, x, y, zero_beyond))


def folded_warp(image, matrix):
    """The doubled image itself is mirrored, as often as it takes."""
    height, width = image.shape[:2]
    margin = 6
    x, y = places(matrix, height, width)
    large = doubled(pad(image, margin))
    large = large[2 * margin : -2 * margin, 2 * margin : -2 * margin]
    return halved(bilinear(large, 2 * x, 2 * y, mirrored_beyond))


@pytest.mark.parametrize("shape", SHAPES)
def test_agrees_with_the_slow_reference(shape):
    matrices = random_matrices(6)
    images = noise((6, *shape))
    expected = [
        folded_warp(*pair) for pair in zip(images, matrices, strict=True)
    ]
    assert_close(warped(images, matrices), expected, atol=1e-5)


@pytest.mark.parametrize("shape", SHAPES)
def test_inside_the_image_it_is_the_papers(shape):
    # Enlarged so much that nothing comes from beyond the edge.
    matrices = random_matrices(6) @ np.diag([0.15, 0.15, 1.0])
    matrices[:, :2, 2] = 0.0
    images = noise((6, *shape))
    expected = [
        paper_warp(*pair) for pair in zip(images, matrices, strict=True)
    ]
    assert_close(warped(images, matrices), expected, atol=1e-5)


def test_beyond_the_edge_it_is_the_papers_but_for_the_filters_asymmetry():
    # A mirror image of what was filtered instead of a filtered mirror image.
    matrices = random_matrices(6)
    images = np.stack([smooth(24, 20)] * 6)
    expected = [
        paper_warp(*pair) for pair in zip(images, matrices, strict=True)
    ]
    assert_close(warped(images, matrices), expected, atol=0.05)


def test_identity_keeps_the_image():
    image = noise((17, 14, 3))
    inside = (slice(6, -6), slice(6, -6))
    assert_close(warped(image, IDENTITY)[inside], image[inside], atol=1e-6)
    # Near the edge it differs by the filter's asymmetry.
    image = smooth(17, 14)
    assert_close(warped(image, IDENTITY), image, atol=0.03)


@pytest.mark.parametrize("shift", [(1, 0), (0, -1), (3, 2), (-2, 4)])
def test_whole_pixels_are_moved_exactly(shift):
    image = noise((24, 25, 2))
    moved = warped(image, translation(*-np.array(shift)))
    expected = np.roll(image, shift[::-1], axis=(0, 1))
    # Where nothing has come around the edge, nor the filter reaches it.
    inside = (slice(10, -10), slice(9, -9))
    assert_close(moved[inside], expected[inside], atol=1e-6)


@pytest.mark.quickest
def test_whole_pixels_from_beyond_the_edge_are_its_mirror_image():
    image = smooth(20, 20)
    moved = warped(image, translation(0, -3))
    expected = np.pad(image, [(3, 0), (0, 0), (0, 0)], mode="reflect")[:20]
    assert_close(moved, expected, atol=0.03)


@pytest.mark.parametrize(
    ("matrix", "expected"),
    [
        (FLIP, lambda image: image[:, ::-1]),
        (np.diag([1.0, -1.0, 1.0]), lambda image: image[::-1]),
        (rotation(np.pi / 2), lambda image: np.rot90(image, 1)),
        (rotation(np.pi), lambda image: np.rot90(image, 2)),
        (rotation(-np.pi / 2), lambda image: np.rot90(image, -1)),
    ],
    ids=["flip", "upside_down", "quarter", "half", "three_quarters"],
)
def test_flips_and_turns_of_smooth_images(matrix, expected):
    image = smooth(20, 20)
    # The filter is not quite symmetric: a flip is not exact.
    assert_close(warped(image, matrix), expected(image), atol=0.04)


@pytest.mark.quickest
def test_quarter_turn_of_a_wide_image_cuts_and_mirrors():
    image = smooth(12, 24)
    turned = warped(image, rotation(np.pi / 2))
    # The square in the middle is turned; beside it are its mirror images.
    middle = np.rot90(image[:, 6:18])
    expected = np.pad(middle, [(0, 0), (6, 6), (0, 0)], mode="reflect")
    assert_close(turned, expected, atol=0.04)


@pytest.mark.quickest
def test_constants_stay_constant():
    images = np.full((4, 10, 13, 2), 0.7)
    values = warped(images, random_matrices(4))
    assert_close(values, images, rtol=1e-3)


def test_energy_is_kept():
    images = np.stack([smooth(32, 32)] * 8)
    turned = warped(images, np.stack([rotation(a) for a in range(8)]))
    inside = (slice(None), slice(10, -10), slice(10, -10))
    means = np.mean(turned[inside] ** 2, axis=(1, 2, 3))
    # A slow wave is as strong whichever way it runs.
    waves = np.mean(images[inside] ** 2, axis=(1, 2, 3))
    assert_close(means, waves, rtol=0.25)


@pytest.mark.quickest
def test_fine_pattern_made_smaller_is_gray():
    chequerboard = (np.indices((32, 32)).sum(axis=0) % 2 * 2.0 - 1)[..., None]
    halving = translation(0.5, 0.5) @ np.diag([2.0, 2.0, 1.0])
    small = warped(chequerboard, halving)
    inside = (slice(10, -10), slice(10, -10))
    assert np.abs(small[inside]).max() < 0.06
    # Looked up between the pixels, and nothing else, every place is a pixel.
    x, y = places(halving, 32, 32)
    looked_up = bilinear(
        chequerboard, x[6:-6:2, 6:-6:2], y[6:-6:2, 6:-6:2], zero_beyond
    )
    assert np.abs(looked_up[inside]).min() > 0.9


@pytest.mark.quickest
def test_images_and_channels_stay_apart():
    images = noise((3, 8, 9, 2))
    matrices = random_matrices(3)
    together = warped(images, matrices)
    for index in range(3):
        for channel in range(2):
            alone = warped(
                images[index][..., channel : channel + 1], matrices[index]
            )
            assert_close(
                together[index, ..., channel], alone[..., 0], atol=1e-6
            )


@pytest.mark.quickest
@pytest.mark.parametrize(
    ("height", "width"), [(1, 1), (1, 2), (2, 1), (2, 2), (3, 1), (2, 5)]
)
def test_tiny_images(height, width):
    images = noise((4, height, width, 2))
    values = warped(images, random_matrices(4))
    assert values.shape == images.shape
    assert np.isfinite(values).all()


@pytest.mark.quickest
def test_single_pixel_is_its_own_mirror_image():
    images = noise((4, 1, 1, 2))
    values = warped(images, random_matrices(4))
    assert_close(values, images, rtol=1e-5)


def test_far_places():
    far = np.diag([1.0, 1.0, 1.0]) @ translation(1e4, -1e4)
    image = noise((8, 8, 1))
    assert np.abs(warped(image, far)).max() < 2.0


# JAX cannot look up pixels of no images; only replicas are left without any.
@pytest.mark.once
def test_no_images():
    none = warped(np.zeros((0, 8, 8, 1)), np.zeros((0, 3, 3)))
    assert none.shape == (0, 8, 8, 1)


@pytest.mark.parametrize(
    "shape", [(None, None, None, 2), (3, None, 9, 2), (None, 8, None, 2)]
)
def test_unknown_sides_in_a_graph(shape):
    images = noise((3, 8, 9, 2))
    matrices = random_matrices(3).astype("float32")
    graph = compiled(warp, shapes=[shape, (None, 3, 3)])
    found = graph(tensor(images), tensor(matrices))
    assert_close(found, warped(images, matrices), atol=1e-6)


# Masks ------------------------------------------------------------------------


def nearest(masks, matrices, **options):
    matrices = tensor(np.asarray(matrices), "float32")
    nearest_of = quick(partial(warp_nearest, **options))
    return to_numpy(nearest_of(tensor(masks), matrices))


def test_masks_take_the_nearest_value():
    masks = np.arange(5 * 7, dtype="int32").reshape(1, 5, 7, 1)
    quarter = nearest(masks, [translation(0.3, -0.4)])
    assert_equal(quarter, masks)
    assert quarter.dtype == "int32"
    moved = nearest(masks, [translation(2, 0)])
    assert_equal(moved[0, :, :5], masks[0, :, 2:])
    # Mirrored, the last pixel not twice.
    assert_equal(moved[0, :, 5:], masks[0, :, [5, 4]].swapaxes(0, 1))
    filled = nearest(masks, [translation(2, 0)], fill=-1)
    assert_equal(filled[0, :, 5:], np.full((5, 2, 1), -1))
    assert_equal(filled[0, :, :5], masks[0, :, 2:])


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_turned_masks_are_exact(turns):
    masks = noise((1, 9, 9, 2))
    matrices = [rotation(np.pi / 2 * turns)]
    assert_equal(nearest(masks, matrices)[0], np.rot90(masks[0], turns))


@pytest.mark.quickest
def test_masks_follow_the_image():
    image = np.where(np.hypot(*np.mgrid[-12:12, -9:9]) < 6, 1.0, -1.0)[
        ..., None
    ]
    matrices = random_matrices(5, least=0.8)
    images = np.stack([image] * 5).astype("float32")
    masks = (images > 0).astype("int32")
    moved = nearest(masks, matrices)
    agreement = (warped(images, matrices) > 0) == (moved == 1)
    assert agreement.mean() > 0.95


def test_unknown_sides_of_masks_in_a_graph():
    masks = noise((3, 8, 9, 1))
    matrices = random_matrices(3).astype("float32")
    graph = compiled(warp_nearest, shapes=[(None,) * 4, (None, 3, 3)])
    found = graph(tensor(masks), tensor(matrices))
    assert_equal(found, nearest(masks, matrices))
