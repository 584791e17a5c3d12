import numpy as np
import pytest
import tensorflow as tf

from keras_gan.penalties import LeCam


def some_logits(num_batches=6):
    rng = np.random.default_rng(3)
    return rng.normal(size=(num_batches, 2, 8, 1)).astype("float32")


def averages(penalty):
    return [float(variable.numpy()) for variable in penalty.variables[:2]]


def test_averages_follow_the_recurrence():
    penalty = LeCam(decay=0.9)
    expected = None
    for real, fake in some_logits():
        penalty.update_state(tf.constant(real), tf.constant(fake))
        means = np.array([real.mean(), fake.mean()], "float64")
        expected = means if expected is None else 0.9 * expected + 0.1 * means
        np.testing.assert_allclose(averages(penalty), expected, rtol=1e-5)


@pytest.mark.parametrize("jit_compile", [False, True])
def test_averages_agree_in_graphs(jit_compile):
    eager, compiled = LeCam(), LeCam()
    compiled.build()
    update = tf.function(compiled.update_state, jit_compile=jit_compile)
    for real, fake in some_logits():
        eager.update_state(tf.constant(real), tf.constant(fake))
        update(tf.constant(real), tf.constant(fake))
    np.testing.assert_allclose(averages(compiled), averages(eager), rtol=1e-6)


def test_value_and_gradient_are_exact(quadratic, images):
    real, fake = map(tf.constant, images)
    penalty = LeCam(weight=0.3)
    penalty.update_state(tf.constant([[0.4]]), tf.constant([[-0.2]]))
    with tf.GradientTape() as tape:
        value = penalty(quadratic, real, fake)
    real_logits = quadratic(real).numpy().astype("float64")
    fake_logits = quadratic(fake).numpy().astype("float64")
    above = np.maximum(real_logits + 0.2, 0.0)
    below = np.maximum(0.4 - fake_logits, 0.0)
    assert (above > 0).any() and (below > 0).any()
    expected = 0.3 * ((above**2).mean() + (below**2).mean())
    np.testing.assert_allclose(value, expected, rtol=1e-6)
    # D depends on b through b x alone.
    rows = images.reshape(2, 8, -1)
    slope = 0.6 * ((above * rows[0]).mean(0) - (below * rows[1]).mean(0))
    of_vector = tape.gradient(value, quadratic.vector)
    np.testing.assert_allclose(of_vector, slope, rtol=1e-5, atol=1e-6)


def test_averages_are_constants_to_the_gradient(quadratic, images):
    real, fake = map(tf.constant, images)
    penalty = LeCam()
    penalty.build()
    state = [variable.value for variable in penalty.variables]
    with tf.GradientTape() as tape:
        tape.watch(state)
        penalty.update_state(quadratic(real), quadratic(fake))
        value = penalty(quadratic, real, fake)
    assert float(value) > 0.0
    assert tape.gradient(value, state) == [None, None, None]


def test_a_call_changes_no_state(quadratic, images):
    penalty = LeCam()
    penalty.update_state(tf.constant([[0.4]]), tf.constant([[-0.2]]))
    before = averages(penalty)
    penalty(quadratic, *map(tf.constant, images))
    assert averages(penalty) == before


def test_saved_variables_continue_the_average():
    batches = some_logits()
    whole, first, second = LeCam(), LeCam(), LeCam()
    for real, fake in batches:
        whole.update_state(real, fake)
    for real, fake in batches[:3]:
        first.update_state(real, fake)
    second.build()
    for target, source in zip(second.variables, first.variables, strict=True):
        target.assign(source.numpy())
    for real, fake in batches[3:]:
        second.update_state(real, fake)
    assert averages(second) == averages(whole)


def test_build_makes_the_state_once():
    penalty = LeCam()
    assert penalty.variables == []
    before = penalty.get_config()
    penalty.build()
    first = penalty.variables
    penalty.build()
    assert [id(v) for v in penalty.variables] == [id(v) for v in first]
    assert not any(variable.trainable for variable in first)
    assert penalty.get_config() == before


@pytest.mark.parametrize("sizes", [(4, 4), (6, 2), (8, 0)])
def test_replicas_share_the_mean_of_the_global_batch(two_cpus, sizes):
    with two_cpus.scope():
        penalty = LeCam(decay=0.9)
        penalty.build()
    alone = LeCam(decay=0.9)
    for real, fake in some_logits(3):
        alone.update_state(real, fake)
        parts = two_cpus.experimental_distribute_values_from_function(
            lambda context, real=real, fake=fake: tuple(
                tf.constant(
                    np.split(array, [sizes[0]])[
                        context.replica_id_in_sync_group
                    ]
                )
                for array in (real, fake)
            )
        )

        @tf.function
        def step(parts):
            two_cpus.run(lambda pair: penalty.update_state(*pair), (parts,))

        step(parts)
    np.testing.assert_allclose(averages(penalty), averages(alone), rtol=1e-5)
    for variable in penalty.variables:
        copies = two_cpus.experimental_local_results(variable.value)
        assert len({float(copy.numpy()) for copy in copies}) == 1


def test_a_call_may_stand_in_a_branch_on_several_replicas(two_cpus, images):
    with two_cpus.scope():
        penalty = LeCam(every=2)
        penalty.build()
    real, fake = map(tf.constant, images)

    def score(batch):
        return tf.reduce_sum(batch, axis=(1, 2, 3))[:, None]

    @tf.function
    def step(due):
        def replica():
            penalty.update_state(score(real), score(fake))
            return tf.cond(
                due, lambda: penalty(score, real, fake), lambda: tf.zeros(())
            )

        return two_cpus.run(replica)

    values = two_cpus.experimental_local_results(step(tf.constant(True)))
    expected = penalty(score, real, fake)
    np.testing.assert_allclose(values, [expected, expected], rtol=1e-6)


@pytest.mark.parametrize("decay", [-0.1, 1.0, 1.5])
def test_decays_out_of_range_are_refused(decay):
    with pytest.raises(ValueError, match=f"`decay` must be .*decay={decay}"):
        LeCam(decay=decay)


def test_a_negative_weight_is_refused():
    with pytest.raises(ValueError, match="`weight` must be .*weight=-1"):
        LeCam(weight=-1.0)
