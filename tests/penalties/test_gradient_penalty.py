import keras
import numpy as np
import pytest
from keras import ops

from keras_gan import backend
from keras_gan.penalties import GradientPenalty

to_numpy = ops.convert_to_numpy


def points_of(seed, images):
    """The points at which a penalty of this seed first measures."""
    penalty = GradientPenalty(seed=seed)
    penalty.build()
    return penalty.points(*map(ops.convert_to_tensor, images))


def test_value_is_exact_at_its_points(quadratic, images):
    penalty = GradientPenalty(weight=3.0, target=2.0, seed=4)
    received = penalty(quadratic, *images)
    assert len(quadratic.scored) == 1
    points = points_of(4, images)
    norms = np.linalg.norm(quadratic.gradients(points), axis=1)
    expected = 3.0 * ((norms - 2.0) ** 2).mean()
    np.testing.assert_allclose(to_numpy(received), expected, rtol=1e-6)


def test_value_is_exact_where_there_is_nothing_to_draw(quadratic, images):
    real, _ = images
    received = GradientPenalty()(quadratic, real, real)
    norms = np.linalg.norm(quadratic.gradients(real), axis=1)
    expected = 10.0 * ((norms - 1.0) ** 2).mean()
    np.testing.assert_allclose(to_numpy(received), expected, rtol=1e-6)


def test_one_sided_spares_gentle_slopes(quadratic, images):
    penalty = GradientPenalty(target=3.0, one_sided=True, seed=4)
    received = penalty(quadratic, *images)
    points = points_of(4, images)
    norms = np.linalg.norm(quadratic.gradients(points), axis=1)
    assert (norms < 3.0).any() and (norms > 3.0).any()
    expected = 10.0 * (np.maximum(norms - 3.0, 0.0) ** 2).mean()
    np.testing.assert_allclose(to_numpy(received), expected, rtol=1e-5)


def test_points_lie_between_the_images_of_each_pair(images):
    real, fake = images
    penalty = GradientPenalty(seed=4)
    penalty.build()
    points = to_numpy(penalty.points(*map(ops.convert_to_tensor, images)))
    shares = ((points - fake) / (real - fake)).reshape(len(real), -1)
    # One share for all pixels of an image, another for each image.
    assert np.ptp(shares, axis=1).max() < 1e-3
    assert np.ptp(shares[:, 0]) > 0.3
    assert shares.min() > -1e-3 and shares.max() < 1.0 + 1e-3


def test_points_are_drawn_anew_at_each_call_and_follow_the_seed(
    make_quadratic, images
):
    def sequence(seed):
        penalty = GradientPenalty(seed=seed)
        values = [penalty(make_quadratic(), *images) for _ in range(3)]
        return [float(to_numpy(value)) for value in values]

    assert sequence(4) == sequence(4)
    assert sequence(4) != sequence(5)
    assert len(set(sequence(4))) == 3


@pytest.mark.parametrize("run", ["eager", "compiled"])
def test_gradient_is_finite_where_the_slope_is_zero(
    images, differentiated, run
):
    weights = keras.Variable(np.zeros((6, 1), "float32"))
    penalty = GradientPenalty(weight=10.0)
    penalty.build()

    def flat(batch):
        return ops.matmul(ops.reshape(batch, (-1, 6)), weights)

    if run == "eager":
        value, gradient = differentiated(
            lambda: penalty(flat, *images), [weights]
        )
    else:
        # As the training step does, in a program.
        def step(real, fake):
            ((slope,),), value = backend.gradients(
                lambda: (lambda v: ([v], v))(penalty(flat, real, fake)),
                [[weights]],
            )
            return value, slope

        value, gradient = map(to_numpy, backend.compiled(step)(*images))
    assert float(value) == 10.0
    assert np.isfinite(gradient).all()


def test_gradient_with_respect_to_weights_is_exact(images, differentiated):
    # D(x) = w x has slope |w| everywhere.
    kernel = np.arange(1.0, 7.0, dtype="float32")[:, None]
    weights = keras.Variable(kernel)

    def linear(batch):
        return ops.matmul(ops.reshape(batch, (-1, 6)), weights)

    penalty = GradientPenalty(weight=10.0, target=1.0)
    value, gradient = differentiated(
        lambda: penalty(linear, *images), [weights]
    )
    norm = np.linalg.norm(kernel)
    np.testing.assert_allclose(value, 10.0 * (norm - 1.0) ** 2, rtol=1e-6)
    np.testing.assert_allclose(
        gradient,
        20.0 * (norm - 1.0) * kernel / norm,
        rtol=1e-5,
    )


def test_half_precision_fakes_meet_float32_reals(quadratic, images):
    real, fake = images
    half = fake.astype("float16")
    mixed = GradientPenalty(seed=4)(quadratic, real, half)
    wide = GradientPenalty(seed=4)(quadratic, real, half.astype("float32"))
    assert to_numpy(mixed).dtype == "float32"
    assert to_numpy(mixed) == to_numpy(wide)


def test_replicas_measure_at_different_points(two_cpus, tensors):
    import tensorflow as tf

    with two_cpus.scope():
        penalty = GradientPenalty(seed=4)
        penalty.build()

    @tf.function
    def points():
        return two_cpus.run(penalty.points, args=tuple(tensors))

    first, second = two_cpus.experimental_local_results(points())
    assert np.abs(first - second).max() > 0.1


@pytest.mark.quickest
def test_build_makes_the_seed_once():
    penalty = GradientPenalty()
    assert penalty.seed_generators == []
    before = penalty.get_config()
    penalty.build()
    first = penalty.seed_generators
    penalty.build()
    assert len(first) == 1
    assert penalty.seed_generators[0] is first[0]
    assert penalty.get_config() == before


@pytest.mark.quickest
@pytest.mark.parametrize("fake_shape", [(7, 3, 2, 1), (8, 3, 2), (8, 3, 2, 3)])
def test_different_shapes_are_refused(quadratic, fake_shape):
    real, fake = np.zeros((8, 3, 2, 1)), np.zeros(fake_shape)
    with pytest.raises(ValueError, match="must have the same shape") as error:
        GradientPenalty()(quadratic, real, fake)
    assert f"fake_images.shape={fake_shape}" in str(error.value)


@pytest.mark.quickest
@pytest.mark.parametrize("name", ["weight", "target"])
def test_negative_numbers_are_refused(name):
    with pytest.raises(ValueError, match=f"`{name}` must be .*not negative"):
        GradientPenalty(**{name: -1.0})


@pytest.mark.quickest
@pytest.mark.parametrize("seed", [1.5, "a", True])
def test_seeds_that_are_no_integers_are_refused(seed):
    with pytest.raises(TypeError, match="`seed` must be an integer"):
        GradientPenalty(seed=seed)
