"""Randomness inside `tf.data`."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_gan import backend


def draws(data, seeds, calls=None):
    def draw(element):
        own = seeds.next(element)
        return keras.random.uniform((2, 3), seed=own), own.next()

    mapped = data.map(draw, num_parallel_calls=calls)
    return np.stack([one.numpy() for one, _ in mapped])


def numbers(count=50):
    return tf.data.Dataset.range(count)


class TestInPipeline:
    def test_only_inside(self):
        seen = []

        def note(*_):
            seen.append(backend.in_pipeline())
            return 0

        numbers(2).map(note)
        tf.function(note, autograph=False)(1)
        note()
        inner = tf.function(note, autograph=False)
        numbers(2).map(lambda one: inner(one))
        numbers(2).map(lambda one: tf.map_fn(note, tf.stack([one, one])))
        numbers(2).interleave(lambda one: numbers(2).map(note))
        with tf.Graph().as_default():
            note()
        assert seen == [True, False, False, True, True, True, False]


class TestElementSeeds:
    def test_same_for_any_number_of_parallel_calls(self):
        wanted = draws(numbers(), backend.ElementSeeds(3))
        for calls in (1, 4, tf.data.AUTOTUNE):
            found = draws(numbers(), backend.ElementSeeds(3), calls)
            np.testing.assert_array_equal(found, wanted)

    def test_others_for_each_element_epoch_and_seed(self):
        seeds = backend.ElementSeeds(3)
        parts = [draws(numbers(), seeds), draws(numbers(), seeds)]
        parts += [draws(numbers(), backend.ElementSeeds(4))]
        every = np.stack(parts).reshape(-1)
        assert len(np.unique(every)) > 0.999 * every.size
        assert every.mean() == pytest.approx(0.5, abs=0.05)

    def test_two_draws_of_an_element_differ(self):
        every = draws(numbers(1), backend.ElementSeeds(3))
        assert len(np.unique(every)) == every.size

    @pytest.mark.parametrize("dtype", [
        "bool", "uint8", "int64", "float16", "bfloat16", "float32",
    ])  # fmt: skip
    def test_every_part_of_an_element_counts(self, dtype):
        values = np.zeros((3, 2, 2))
        values[1, 1, 1] = 1
        data = tf.data.Dataset.from_tensor_slices(tf.cast(values, dtype))
        found = draws(data, backend.ElementSeeds(0))
        assert (found[0] != found[1]).all()
        # Seen before: another draw of the same element.
        assert (found[0] != found[2]).all()

    def test_several_tensors(self):
        seeds = backend.ElementSeeds(0)
        one, two = tf.zeros(2), tf.ones(3)
        first = seeds.next(one, two).next()
        again = backend.ElementSeeds(0).next(one, two).next()
        np.testing.assert_array_equal(first, again)
        other = backend.ElementSeeds(0).next(one, two + 1).next()
        assert (first != other).numpy().any()


class TestFixedSeeds:
    def test_a_function_of_the_pair(self):
        def draw(pair):
            seeds = backend.FixedSeeds(tf.constant(pair))
            return [keras.random.normal((4,), seed=seeds) for _ in range(2)]

        one, two = draw([1, 2])
        assert (one != two).numpy().all()
        np.testing.assert_array_equal(draw([1, 2]), [one, two])
        assert (draw([1, 3])[0] != one).numpy().all()
        assert (draw([2, 2])[0] != one).numpy().all()


class TestRefuse:
    def test_says_so_where_it_holds(self):
        def check(one):
            backend.refuse(one > 2, "`labels` must be less.")
            return one

        assert len(list(numbers(3).map(check))) == 3
        error = tf.errors.InvalidArgumentError
        with pytest.raises(error, match="`labels` must be less"):
            list(numbers(4).map(check))
