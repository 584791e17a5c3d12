"""Generated images that are kept."""

import keras
import numpy as np
import pytest
from portable import (
    BACKEND,
    array,
    assert_close,
    assert_equal,
    compiled,
    tensor,
    to_numpy,
)

from keras_gan.sampling import Drawer, GeneratorSource
from keras_gan.sampling.pool import SamplePool

SHAPE = (2, 2, 1)


def source_of(num_classes):
    """Draws images near label / 10."""
    latents = keras.Input((2,))
    ones = keras.initializers.Constant(0.001)
    flat = keras.layers.Dense(4, kernel_initializer=ones)(latents)
    inputs = latents
    if num_classes is not None:
        labels = keras.Input((), dtype="int32")
        levels = np.repeat(np.arange(num_classes)[:, None] / 10, 4, axis=1)
        level = keras.layers.Embedding(num_classes, 4, weights=[levels])(labels)
        flat = keras.layers.Add()([flat, level])
        inputs = [latents, labels]
    images = keras.layers.Reshape(SHAPE)(flat)
    return GeneratorSource(keras.Model(inputs, images), 2, SHAPE, num_classes)


@pytest.fixture
def filled():
    source = source_of(3)
    pool, drawer = SamplePool(source, 100), Drawer(source, seed=1)
    pool.refill(drawer)
    return pool, drawer


def images_of(pool):
    return keras.ops.convert_to_numpy(pool.images)


@pytest.mark.quickest
def test_as_many_of_each_class(filled):
    pool, _ = filled
    assert len(pool) == 102 and pool.of_each == 34
    levels = images_of(pool)[:, 0, 0, 0].reshape(3, 34)
    assert_close(levels, np.repeat([[0], [0.1], [0.2]], 34, 1), atol=0.02)
    assert len(np.unique(levels)) == 102


@pytest.mark.quickest
def test_refill_takes_the_classes_in_turn_and_the_oldest_first(filled):
    pool, drawer = filled
    seen = np.zeros(102, int)
    before = images_of(pool)
    for turn in range(1, 11):
        pool.refill(drawer, 0.1)
        after = images_of(pool)
        changed = (after != before).any((1, 2, 3))
        assert changed.sum() == 11
        of_class = changed.reshape(3, 34).sum(1)
        assert of_class.max() - of_class.min() <= 1
        seen += changed
        before = after
        assert int(pool.drawn) == 102 + 11 * turn
    assert set(seen) == {1, 2} and (seen == 2).sum() == 8
    assert_close(
        before[:, 0, 0, 0].reshape(3, 34).mean(1), [0, 0.1, 0.2], atol=0.02
    )


@pytest.mark.quickest
def test_nothing_to_refill(filled):
    pool, drawer = filled
    before = images_of(pool)
    pool.refill(drawer, 0.0)
    assert_equal(images_of(pool), before)


@pytest.mark.quickest
def test_take_reaches_every_image_of_the_class(filled):
    pool, _ = filled
    uniform = np.append(np.arange(340) / 340, [0.0, 1 - 2**-24])
    uniform = uniform.astype("float32")
    labels = np.full(342, 1, "int32")
    taken = array(pool.take(tensor(labels), tensor(uniform)))
    assert_equal(
        np.unique(taken, axis=0), np.unique(images_of(pool)[34:68], axis=0)
    )
    # Rounded up, a draw would be that of the next class.
    assert_equal(
        pool.take(tensor([0], "int32"), tensor([1.0]))[0], images_of(pool)[33]
    )


@pytest.mark.quickest
def test_without_classes():
    source = source_of(None)
    pool = SamplePool(source, 5)
    pool.refill(Drawer(source, seed=1))
    taken = pool.take(None, tensor([0, 0.25, 0.5, 0.75, 0.99], "float32"))
    assert_equal(taken, images_of(pool))


def test_graphs_see_what_is_new(filled):
    pool, drawer = filled
    traces = []

    @compiled
    def take():
        traces.append(1)
        return pool.take(keras.ops.zeros(1, "int32"), keras.ops.zeros(1))

    before = to_numpy(take())
    traced = len(traces)
    pool.refill(drawer)
    assert (to_numpy(take()) != before).any()
    assert BACKEND == "torch" or len(traces) == traced


@pytest.mark.quickest
def test_it_is_drawn_by_the_seed():
    source = source_of(3)

    def images(seed):
        pool = SamplePool(source, 6)
        pool.refill(Drawer(source, seed=seed))
        return images_of(pool)

    assert_equal(images(1), images(1))
    assert (images(1) != images(2)).all()


def test_state_is_all_that_a_twin_needs(filled):
    pool, drawer = filled
    twin = SamplePool(drawer.source, 100)
    for one, other in zip(twin.variables, pool.variables, strict=True):
        one.assign(other)
    for each in (pool, twin):
        each.refill(drawer, 0.2)
    assert_equal(images_of(twin), images_of(pool))
    assert not pool.trainable_variables
