import numpy as np
import pytest
import tensorflow as tf

from keras_gan.backend import gather_rows

each_width = pytest.mark.parametrize("columns", [1, 3, 12])


def table_and_places(columns):
    rng = np.random.default_rng(2)
    table = rng.normal(size=(7, columns)).astype("float32")
    # Some rows often, some never.
    return table, rng.integers(0, 5, (2, 6)).astype("int32")


@each_width
def test_rows_stand_where_they_are_asked_for(columns):
    table, places = table_and_places(columns)
    np.testing.assert_array_equal(gather_rows(table, places), table[places])


@each_width
@pytest.mark.parametrize("jit_compile", [None, False, True])
def test_two_derivatives(columns, jit_compile):
    table, places = table_and_places(columns)
    weights = np.random.default_rng(3).normal(size=(2, 6, columns))
    weights = weights.astype("float32")

    def derivatives(table):
        with tf.GradientTape() as outer:
            outer.watch(table)
            with tf.GradientTape() as inner:
                inner.watch(table)
                cubes = gather_rows(table, places) ** 3
                total = tf.reduce_sum(weights * cubes)
            first = inner.gradient(total, table)
            squares = tf.reduce_sum(first**2)
        return first, outer.gradient(squares, table)

    if jit_compile is not None:
        derivatives = tf.function(derivatives, jit_compile=jit_compile)
    first, second = derivatives(tf.constant(table))
    share = np.zeros_like(table)
    np.add.at(share, places, weights)
    np.testing.assert_allclose(first, 3 * share * table**2, rtol=1e-4)
    expected = 2 * 3 * share * table**2 * 6 * share * table
    np.testing.assert_allclose(second, expected, rtol=1e-4)


def test_unknown_numbers_of_rows_and_places():
    table, places = table_and_places(3)
    signature = [tf.TensorSpec((None, 3)), tf.TensorSpec(None, "int32")]

    @tf.function(input_signature=signature)
    def gradient(table, places):
        with tf.GradientTape() as tape:
            tape.watch(table)
            total = tf.reduce_sum(gather_rows(table, places))
        return tape.gradient(total, table)

    counts = np.bincount(places.ravel(), minlength=7)
    np.testing.assert_array_equal(
        gradient(table, places), np.repeat(counts[:, None], 3, axis=1)
    )


def test_no_places():
    table, _ = table_and_places(3)
    assert gather_rows(table, np.zeros((0, 4), "int32")).shape == (0, 4, 3)
