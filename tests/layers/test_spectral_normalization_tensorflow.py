import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers
from portable import assert_close, compiled, pipeline

from keras_gan.layers import SpectralNormalization


def values(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def network():
    return keras.Sequential(
        [
            keras.Input((6, 6, 2)),
            SpectralNormalization(
                layers.Conv2D(
                    4,
                    3,
                    activation="tanh",
                    kernel_initializer=keras.initializers.HeNormal(seed=1),
                ),
                seed=2,
            ),
            layers.Flatten(),
            SpectralNormalization(
                layers.Dense(
                    1, kernel_initializer=keras.initializers.HeNormal(seed=3)
                ),
                seed=4,
            ),
        ]
    )


@pytest.mark.parametrize("jit_compile", [False, True])
def test_a_graph_is_eager_code(jit_compile):
    def step(model):
        with tf.GradientTape() as tape:
            loss = keras.ops.mean(model(values(4, 6, 6, 2), training=True) ** 2)
        return loss, tape.gradient(
            loss, [v.value for v in model.trainable_variables]
        )

    eager, compiled = network(), network()
    graph = tf.function(lambda: step(compiled), jit_compile=jit_compile)
    for _ in range(3):
        expected, found = map(tf.nest.flatten, (step(eager), graph()))
        for one, other in zip(expected, found, strict=True):
            assert_close(one, other, rtol=1e-4, atol=1e-5)
    for one, other in zip(eager.weights, compiled.weights, strict=True):
        assert_close(one, other, rtol=1e-4, atol=1e-5)


def test_two_replicas_are_one_device(two_cpus):
    def trained():
        model = network()
        model.compile(keras.optimizers.SGD(0.1), "mse")
        data = pipeline((values(12, 6, 6, 2), values(12, 1, seed=1))).batch(4)
        model.fit(data, epochs=2, shuffle=False, verbose=0)
        return model

    one = trained()
    with two_cpus.scope():
        two = trained()
    for expected, found in zip(one.weights, two.weights, strict=True):
        copies = two_cpus.experimental_local_results(found.value)
        assert len(copies) == 2
        for copy in copies:
            assert_close(copy, expected, rtol=1e-5, atol=1e-6)


def test_replicas_update_the_vector_alike(two_cpus):
    one = network()
    with two_cpus.scope():
        two = network()
    normalized = [m.layers[0] for m in (one, two)]
    normalized[0].update_vectors()
    update = compiled(lambda: two_cpus.run(normalized[1].update_vectors))
    update()
    copies = two_cpus.experimental_local_results(normalized[1].u.value)
    assert len(copies) == 2
    for copy in copies:
        assert_close(copy, normalized[0].u, rtol=1e-5)
