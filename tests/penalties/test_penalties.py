"""What holds for every penalty, and finding them by name."""

import json

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_gan import losses, penalties
from keras_gan.penalties import Scores

NAMES = {
    "r1": penalties.R1,
    "r2": penalties.R2,
    "gradient_penalty": penalties.GradientPenalty,
    "dragan": penalties.DRAGAN,
    "lecam": penalties.LeCam,
}

every_penalty = pytest.mark.parametrize("name", NAMES)


def ready(name):
    penalty = penalties.get(name)
    penalty.build()
    penalty.update_state(tf.constant([[0.4]]), tf.constant([[-0.2]]))
    return penalty


def differentiated(penalty, score):
    def function(real, fake):
        with tf.GradientTape() as tape:
            value = penalty(score, real, fake)
        return value, *tape.gradient(value, score.trainable_variables)

    return function


def small_network():
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Conv2D(4, 3, strides=2),
            layers.LeakyReLU(0.2),
            layers.Flatten(),
            layers.Dense(1),
        ]
    )


@pytest.mark.usefixtures("fixed_draws")
@every_penalty
def test_eager_graph_and_xla_agree(name, quadratic, images):
    real, fake = map(tf.constant, images)
    function = differentiated(ready(name), quadratic)
    eager = function(real, fake)
    assert eager[0].dtype == tf.float32
    assert eager[0].shape == ()
    for jit_compile in (False, True):
        other = tf.function(function, jit_compile=jit_compile)(real, fake)
        for expected, received in zip(eager, other, strict=True):
            np.testing.assert_allclose(received, expected, 1e-6, 1e-5)


@pytest.mark.parametrize("name", ["gradient_penalty", "dragan"])
def test_draws_compile_in_xla(name, quadratic, images):
    penalty = ready(name)
    function = tf.function(differentiated(penalty, quadratic), jit_compile=True)
    first, second = (
        [np.asarray(part) for part in function(*map(tf.constant, images))]
        for _ in range(2)
    )
    assert all(np.isfinite(part).all() for part in first)
    assert first[0] != second[0]


@every_penalty
def test_images_that_are_scored_already_give_the_same(name, images):
    real, fake = map(tf.constant, images)
    matrix = tf.Variable(tf.random.normal((6, 4)))

    def score(batch):
        rows = tf.reshape(batch, (-1, 6)) @ matrix
        return tf.reduce_sum(tf.nn.softplus(rows), axis=1, keepdims=True)

    def run(wrap):
        penalty = ready(name)
        for generator in penalty.seed_generators:
            generator.state.assign([3, 0])
        with tf.GradientTape() as tape:
            value = penalty(wrap(score), real, fake)
        return float(value), tape.gradient(value, matrix).numpy()

    def scored(score):
        return Scores(score, real, fake)

    for plain, known in zip(run(lambda f: f), run(scored), strict=True):
        np.testing.assert_allclose(known, plain, rtol=1e-6)


@every_penalty
def test_labels_bound_to_the_score_stay_with_their_images(name, images):
    real, fake = map(tf.constant, images)
    factors = tf.reshape(tf.range(1.0, 9.0), (8, 1))

    def score(batch):
        # A conditional score that is steep for the last labels.
        return factors * tf.reduce_sum(batch, axis=(1, 2, 3))[:, None]

    value = float(ready(name)(score, real, fake))
    slopes = factors.numpy()[:, 0].astype("float64") * np.sqrt(6.0)
    gamma = penalties.default_gamma((3, 2, 1))
    sums = images.astype("float64").sum(axis=(2, 3, 4)) * factors.numpy().T
    expected = {
        "r1": gamma / 2.0 * (slopes**2).mean(),
        "r2": gamma / 2.0 * (slopes**2).mean(),
        "gradient_penalty": 10.0 * ((slopes - 1.0) ** 2).mean(),
        "dragan": 10.0 * ((slopes - 1.0) ** 2).mean(),
        "lecam": 0.3
        * (
            (np.maximum(sums[0] + 0.2, 0.0) ** 2).mean()
            + (np.maximum(0.4 - sums[1], 0.0) ** 2).mean()
        ),
    }
    np.testing.assert_allclose(value, expected[name], rtol=1e-5)


@every_penalty
def test_a_network_gets_finite_gradients(name):
    network = small_network()
    real, fake = np.random.default_rng(0).uniform(-1, 1, (2, 4, 8, 8, 1))
    real, fake = tf.constant(real, tf.float32), tf.constant(fake, tf.float32)
    with tf.GradientTape() as tape:
        value = ready(name)(network, real, fake)
    kernels = [v.value for v in network.trainable_variables if len(v.shape) > 1]
    gradients = tape.gradient(value, kernels)
    for gradient in gradients:
        assert np.isfinite(gradient).all()
        assert np.any(gradient)


@pytest.mark.parametrize("size", [1e-4, 1.0, 1e4])
@every_penalty
def test_it_is_finite_for_logits_of_any_size(name, size, images):
    scale = tf.Variable(size)

    def score(batch):
        return scale * tf.reduce_mean(batch, axis=(1, 2, 3))[:, None]

    with tf.GradientTape() as tape:
        value = ready(name)(score, *map(tf.constant, images))
    assert np.isfinite(value)
    assert np.isfinite(tape.gradient(value, scale))


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
@every_penalty
def test_half_precision_images_give_a_float32_scalar(name, dtype, images):
    def score(batch):
        return 500.0 * tf.reduce_sum(batch, axis=(1, 2, 3))[:, None]

    # 500 squared is beyond float16.
    halves = [tf.cast(array / 8.0, dtype) for array in images]
    value = ready(name)(score, *halves)
    wide = ready(name)(score, *(tf.cast(half, tf.float32) for half in halves))
    assert value.dtype == tf.float32
    np.testing.assert_allclose(value, wide, rtol=2e-2)


@every_penalty
def test_an_empty_batch_costs_nothing(name, quadratic):
    nothing = tf.zeros((0, 3, 2, 1))
    with tf.GradientTape() as tape:
        value = ready(name)(quadratic, nothing, nothing)
    assert float(value) == 0.0
    for gradient in tape.gradient(
        value, quadratic.trainable_variables, unconnected_gradients="zero"
    ):
        assert not np.any(gradient)


@every_penalty
def test_which_penalties_take_input_gradients(name):
    assert penalties.get(name).uses_input_gradients == (name != "lecam")


@every_penalty
def test_get_by_name(name):
    penalty = penalties.get(name)
    assert type(penalty) is NAMES[name]
    assert penalty.name == name
    assert penalty.every == 1
    assert penalties.get(name) is not penalty
    assert type(penalties.recommended(name, (8, 8, 1))) is NAMES[name]


def test_every_default_of_a_loss_has_a_penalty():
    for cls in losses.AdversarialLoss.__subclasses__():
        for name in cls.default_penalties:
            assert penalties.get(name).name == name


SETTINGS = {
    "r1": {"gamma": 0.5},
    "r2": {"gamma": 2.0},
    "gradient_penalty": {
        "weight": 5.0,
        "target": 0.5,
        "one_sided": True,
        "seed": 3,
    },
    "dragan": {
        "weight": 5.0,
        "target": 0.5,
        "one_sided": True,
        "noise_scale": 0.1,
        "seed": 3,
    },
    "lecam": {"weight": 0.1, "decay": 0.9},
}


@every_penalty
def test_config_goes_through_json_and_back(name):
    settings = {**SETTINGS[name], "every": 16, "name": "mine"}
    penalty = NAMES[name](**settings)
    assert penalty.get_config() == settings
    config = penalties.serialize(penalty)
    penalty.build()
    assert penalties.serialize(penalty) == config
    again = penalties.deserialize(json.loads(json.dumps(config)))
    assert type(again) is type(penalty)
    assert again.get_config() == settings
    assert config["registered_name"] == f"keras_gan>{type(penalty).__name__}"


@keras.saving.register_keras_serializable(package="keras_gan_tests")
def logit_drift(score, real_images, fake_images):
    return keras.ops.mean(score(real_images) ** 2)


class UserPenalty(penalties.LeCam):
    pass


def test_a_callable_is_taken_as_it_is_and_goes_through_a_config():
    assert penalties.get(logit_drift) is logit_drift
    assert penalties.recommended(logit_drift, (2,)) is logit_drift
    config = penalties.serialize(logit_drift)
    assert penalties.deserialize(config) is logit_drift


def test_an_unregistered_class_is_found_in_custom_objects():
    config = penalties.serialize(UserPenalty())
    again = penalties.deserialize(
        config, custom_objects={"UserPenalty": UserPenalty}
    )
    assert type(again) is UserPenalty


@pytest.mark.parametrize(
    "identifier", ["r3", None, 3, {"gamma": 1.0}, penalties.R1]
)
@pytest.mark.parametrize(
    "function", [penalties.get, lambda p: penalties.recommended(p, (8, 8, 1))]
)
def test_what_names_no_penalty_is_refused_with_the_names(function, identifier):
    with pytest.raises(ValueError, match="Received: ") as error:
        function(identifier)
    assert all(name in str(error.value) for name in NAMES)
