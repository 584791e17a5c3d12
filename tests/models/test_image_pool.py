"""Older fakes in exchange for new ones."""

import keras
import numpy as np
import pytest
from keras import ops
from portable import (
    JIT_COMPILE,
    compiled,
    corners,
    gradients,
    quick,
    tensor,
    to_numpy,
)

from keras_gan.models import ImagePool


def numbered(start, number, shape=(2, 2, 1)):
    """Images that are told apart by their one value."""
    values = np.arange(start, start + number, dtype="float32")
    return np.broadcast_to(
        values.reshape(-1, *(1,) * len(shape)), (number, *shape)
    ).copy()


def values_of(images):
    images = to_numpy(images)
    return images.reshape(len(images), -1)[:, 0].tolist()


def run(pool, batches, way=quick):
    """What a pool shows for several batches, as lists of numbers."""
    exchange = way(pool.exchange)
    return [values_of(exchange(tensor(one))) for one in batches]


@pytest.mark.quickest
def test_it_shows_all_images_until_it_is_full():
    pool = ImagePool(6, (2, 2, 1), seed=1)
    batches = [numbered(0, 4), numbered(4, 4)]
    assert run(pool, batches) == [[0, 1, 2, 3], [4, 5, 6, 7]]
    assert values_of(pool.images) == [0, 1, 2, 3, 4, 5]
    assert int(to_numpy(pool.count)) == 6


@pytest.mark.parametrize(("size", "number"), corners([(4, 6), (8, 6), (1, 3)]))
def test_each_old_image_is_exchanged_for_a_new_one(size, number):
    pool = ImagePool(size, (2, 2, 1), seed=1)
    exchange, last = quick(pool.exchange), 0
    while int(to_numpy(pool.count)) < size:
        exchange(tensor(numbered(last, number)))
        last += number
    traded = 0
    for start in range(last, last + 20 * number, number):
        before, new = values_of(pool.images), numbered(start, number)
        shown = values_of(exchange(tensor(new)))
        after = values_of(pool.images)
        assert sorted(shown + after) == sorted(before + values_of(new))
        for image, given in zip(shown, values_of(new), strict=True):
            # What is shown is the new image, or an old one in its place.
            assert image == given or (image in before and given in after)
        traded += sum(image < start for image in shown)
    possible = 20 * min(size, number)
    assert 0.3 * possible <= traded <= 0.7 * possible


@pytest.mark.quickest
def test_places_in_the_pool_are_random():
    pool = ImagePool(4, (1,), seed=1)
    exchange, seen = quick(pool.exchange), set()
    exchange(tensor(numbered(0, 4, (1,))))
    for start in range(4, 44):
        before = values_of(pool.images)
        exchange(tensor(numbered(start, 1, (1,))))
        moved = np.flatnonzero(np.not_equal(before, values_of(pool.images)))
        seen.update(moved.tolist())
    assert seen == {0, 1, 2, 3}


def test_graphs_show_what_eager_calls_show():
    batches = [numbered(start, 3) for start in range(0, 18, 3)]
    ways = (lambda f: f, lambda f: compiled(f, shapes=[(None, 2, 2, 1)]))
    found = [run(ImagePool(4, (2, 2, 1), seed=2), batches, w) for w in ways]
    assert found[0] == found[1]
    assert any(value < 15 for value in found[0][-1])


@pytest.mark.parametrize("jit", JIT_COMPILE[1:])
def test_xla_exchanges_too(jit):
    # Its draws are others.
    pool = ImagePool(4, (2, 2, 1), seed=2)
    batches = [numbered(start, 3) for start in range(0, 18, 3)]
    shown = run(pool, batches, lambda f: compiled(f, jit))
    # After two batches it is full, of the first four images.
    later = sorted(sum(shown[2:], values_of(pool.images)))
    assert later == [*range(4), *range(6, 18)]
    assert shown[2:] != [values_of(batch) for batch in batches[2:]]


def test_no_gradient_flows_back():
    pool = ImagePool(4, (2,), seed=1)
    run(pool, [numbered(0, 4, (2,))])
    (slopes,) = gradients(
        lambda images: ops.sum(pool.exchange(images) + 2.0 * images),
        numbered(4, 4, (2,)),
    )
    np.testing.assert_array_equal(slopes, np.full((4, 2), 2.0))


@pytest.mark.quickest
def test_config():
    pool = ImagePool(4, (2, 2, 1), seed=2, name="old")
    loaded = ImagePool.from_config(pool.get_config())
    assert loaded.get_config() == pool.get_config()
    assert tuple(loaded.images.shape) == (4, 2, 2, 1)
    assert not loaded.trainable_weights and len(loaded.weights) == 2


def test_it_is_exact_under_half_precision():
    keras.config.set_dtype_policy("mixed_float16")
    pool = ImagePool(2, (1,), seed=1)
    images = np.array([[0.1], [0.2]], "float32")
    run(pool, [images])
    np.testing.assert_array_equal(to_numpy(pool.images), images)


@pytest.mark.quickest
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, (2, 2, 1)), "`pool_size` must be.*Received: pool_size=0"),
        ((4, (None, 2, 1)), "size of the images.*Received.*`pool_size=0`"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        ImagePool(*arguments)
