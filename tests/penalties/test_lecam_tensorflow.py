"""`LeCam` in graphs, in XLA and on replicas of TensorFlow."""

import numpy as np
import pytest
import tensorflow as tf

from keras_gan.penalties import LeCam


def some_logits(num_batches=6):
    rng = np.random.default_rng(3)
    return rng.normal(size=(num_batches, 2, 8, 1)).astype("float32")


def averages(penalty):
    return [float(variable.numpy()) for variable in penalty.variables[:2]]


def test_averages_agree_in_xla():
    eager, compiled = LeCam(), LeCam()
    compiled.build()
    update = tf.function(compiled.update_state, jit_compile=True)
    for real, fake in some_logits():
        eager.update_state(real, fake)
        update(tf.constant(real), tf.constant(fake))
    np.testing.assert_allclose(averages(compiled), averages(eager), rtol=1e-6)


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
