import conftest
import numpy as np
import pytest
import tensorflow as tf

from keras_gan.backend import fused, fused_forward


def noise(shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


@pytest.fixture
def traced():
    """A fused function, and the shapes that it was traced with."""
    shapes = []

    @fused
    def scaled(images, drawn, *, power=1):
        """Images times a factor."""
        shapes.append(tuple(images.shape))
        return (images * drawn["factor"][:, None]) ** power

    return scaled, shapes


def inputs(batch=3, size=4, seed=0):
    return noise((batch, size), seed), {"factor": noise(batch, seed + 1)}


def expected(images, drawn, power=1):
    return (images * drawn["factor"][:, None]) ** power


def test_values_are_the_functions(traced):
    scaled, _ = traced
    np.testing.assert_allclose(scaled(*inputs()), expected(*inputs()))
    assert scaled.__doc__ == "Images times a factor."


def test_one_program_for_all_batch_sizes(traced):
    scaled, shapes = traced
    for batch in (3, 5, 7, 1, 3):
        values = scaled(*inputs(batch))
        np.testing.assert_allclose(values, expected(*inputs(batch)))
    # The first knows its batch, the second holds for any; the sides of the
    # images are known to both.
    assert shapes == [(3, 4), (None, 4)]


def test_a_program_for_every_image_size(traced):
    scaled, shapes = traced
    for size in (4, 6, 4, 6):
        values = scaled(*inputs(size=size))
        np.testing.assert_allclose(values, expected(*inputs(size=size)))
    assert shapes == [(3, 4), (3, 6)]


def test_keyword_arguments_are_constants(traced):
    scaled, shapes = traced
    for power in (1, 2, 1):
        values = scaled(*inputs(), power=power)
        np.testing.assert_allclose(
            values, expected(*inputs(), power=power), rtol=1e-6
        )
    assert len(shapes) == 2


@pytest.mark.parametrize("jit_compile", [None, False, True])
def test_inside_a_graph_and_with_two_derivatives(traced, jit_compile):
    scaled, _ = traced
    images, drawn = inputs()

    def derivatives(images):
        with tf.GradientTape() as outer:
            outer.watch(images)
            with tf.GradientTape() as inner:
                inner.watch(images)
                values = scaled(images, drawn, power=3)
            first = inner.gradient(values, images)
        return first, outer.gradient(first, images)

    if jit_compile is not None:
        derivatives = tf.function(derivatives, jit_compile=jit_compile)
    first, second = derivatives(tf.constant(images))
    cubes = drawn["factor"][:, None] ** 3
    np.testing.assert_allclose(first, 3 * cubes * images**2, rtol=1e-4)
    np.testing.assert_allclose(second, 6 * cubes * images, rtol=1e-4)


@pytest.mark.parametrize("jit_compile", [None, False, True])
def test_fused_forward_has_the_derivatives_of_its_operations(jit_compile):
    eager = []

    @fused_forward
    def weighted(images, factors):
        eager.append(tf.executing_eagerly())
        return factors[:, None] * images**3

    images, drawn = inputs()
    factors = drawn["factor"]

    def derivatives(images):
        with tf.GradientTape() as outer:
            outer.watch(images)
            with tf.GradientTape() as inner:
                inner.watch(images)
                values = weighted(images, factors)
            first = inner.gradient(values, images)
        return values, first, outer.gradient(first, images)

    if jit_compile is not None:
        derivatives = tf.function(derivatives, jit_compile=jit_compile)
    found = derivatives(tf.constant(images))
    powers = images**3, 3 * images**2, 6 * images
    for value, power in zip(found, powers, strict=True):
        np.testing.assert_allclose(value, factors[:, None] * power, rtol=1e-4)
    # The values come from a program, which is always traced.
    assert eager == [False, jit_compile is None]


def test_inside_a_dataset(traced):
    scaled, _ = traced
    images, drawn = inputs(batch=5)
    data = tf.data.Dataset.from_tensor_slices((images, drawn)).batch(2)
    values = np.concatenate(list(data.map(scaled).as_numpy_iterator()))
    np.testing.assert_allclose(values, expected(images, drawn), rtol=1e-6)


def test_no_images(traced):
    scaled, _ = traced
    assert scaled(*inputs(batch=0)).shape == (0, 4)


def test_on_two_replicas(traced, two_cpus):
    scaled, _ = traced
    images, drawn = inputs()

    @tf.function
    def run():
        return two_cpus.run(scaled, args=(tf.constant(images), drawn))

    for values in two_cpus.experimental_local_results(run()):
        np.testing.assert_allclose(values, expected(images, drawn), rtol=1e-6)


def test_programs_are_forgotten_with_their_gradients():
    """What `conftest` drops between modules must not break the next one."""

    @tf.custom_gradient
    def doubled(images):
        return 2 * images, lambda upstream: 2 * upstream

    program = fused(lambda images: doubled(images))

    @tf.function
    def gradient(images):
        with tf.GradientTape() as tape:
            tape.watch(images)
            result = program(images)
        return tape.gradient(result, images)

    images = tf.constant(noise((3, 4)))
    program(images)
    conftest.forget_custom_gradients()
    np.testing.assert_array_equal(gradient(images), np.full((3, 4), 2.0))
