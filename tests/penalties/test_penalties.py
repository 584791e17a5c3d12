"""What holds for every penalty, and finding them by name."""

import functools
import json

import keras
import numpy as np
import pytest
from portable import (
    assert_close,
    compiled,
    dtype_of,
    tensor,
    to_numpy,
    variable_gradients,
)

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
    penalty.update_state(tensor([[0.4]]), tensor([[-0.2]]))
    return penalty


def value_and_slopes(penalty, score, images, compile_as=None):
    """The value, and its gradients with respect to the score's variables."""

    def value():
        return penalty(score, *map(tensor, images))

    run = compile_as(value) if compile_as else value
    variables = score.trainable_variables
    return [to_numpy(run()), *variable_gradients(value, variables, compile_as)]


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
    eager = value_and_slopes(ready(name), quadratic, images)
    assert dtype_of(eager[0]) == "float32"
    assert eager[0].shape == ()
    for jit_compile in (False, True):
        compile_as = functools.partial(compiled, jit_compile=jit_compile)
        other = value_and_slopes(ready(name), quadratic, images, compile_as)
        for expected, received in zip(eager, other, strict=True):
            assert_close(received, expected, 1e-6, 1e-5)


@pytest.mark.parametrize("name", ["gradient_penalty", "dragan"])
def test_draws_compile_in_xla(name, quadratic, images):
    penalty = ready(name)
    compile_as = functools.partial(compiled, jit_compile=True)
    run = compile_as(lambda: penalty(quadratic, *map(tensor, images)))
    first, second = to_numpy([run(), run()])
    assert np.isfinite(first) and first != second
    slopes = value_and_slopes(penalty, quadratic, images, compile_as)
    assert all(np.isfinite(part).all() for part in slopes)


@every_penalty
def test_a_score_that_remembers_gives_the_same(name, images):
    real, fake = map(tensor, images)
    values = np.random.default_rng(0).normal(size=(6, 4))
    matrix = keras.Variable(values, dtype="float32")

    def score(batch):
        rows = keras.ops.reshape(batch, (-1, 6)) @ matrix
        return keras.ops.sum(keras.ops.softplus(rows), axis=1, keepdims=True)

    def run(score):
        penalty = ready(name)
        for generator in penalty.seed_generators:
            generator.state.assign([3, 0])
        states = [to_numpy(g.state) for g in penalty.seed_generators]
        value = to_numpy(penalty(score, real, fake))
        for generator, state in zip(
            penalty.seed_generators, states, strict=True
        ):
            generator.state.assign(state)
        return value, *variable_gradients(
            lambda: penalty(score, real, fake), [matrix]
        )

    for plain, remembered in zip(
        run(score), run(Scores(score, real, fake)), strict=True
    ):
        assert_close(remembered, plain, rtol=1e-6)


@every_penalty
def test_labels_bound_to_the_score_stay_with_their_images(name, images):
    real, fake = map(tensor, images)
    numbers = np.arange(1.0, 9.0, dtype="float32")[:, None]
    factors = tensor(numbers)

    def score(batch):
        # A conditional score that is steep for the last labels.
        return factors * keras.ops.sum(batch, axis=(1, 2, 3))[:, None]

    value = ready(name)(score, real, fake)
    slopes = numbers[:, 0].astype("float64") * np.sqrt(6.0)
    gamma = penalties.default_gamma((3, 2, 1))
    sums = images.astype("float64").sum(axis=(2, 3, 4)) * numbers.T
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
    assert_close(value, expected[name], rtol=1e-5)


@every_penalty
def test_a_network_gets_finite_gradients(name):
    network = small_network()
    real, fake = np.random.default_rng(0).uniform(-1, 1, (2, 4, 8, 8, 1))
    real, fake = tensor(real, "float32"), tensor(fake, "float32")
    penalty = ready(name)
    kernels = [v for v in network.trainable_variables if len(v.shape) > 1]
    for gradient in variable_gradients(
        lambda: penalty(network, real, fake), kernels
    ):
        assert np.isfinite(gradient).all()
        assert np.any(gradient)


@pytest.mark.parametrize("size", [1e-4, 1.0, 1e4])
@every_penalty
def test_it_is_finite_for_logits_of_any_size(name, size, images):
    scale = keras.Variable(size, dtype="float32")

    def score(batch):
        return scale * keras.ops.mean(batch, axis=(1, 2, 3))[:, None]

    penalty = ready(name)

    def value():
        return penalty(score, *map(tensor, images))

    assert np.isfinite(to_numpy(value()))
    assert np.isfinite(variable_gradients(value, [scale])[0])


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
@every_penalty
def test_half_precision_images_give_a_float32_scalar(name, dtype, images):
    def score(batch):
        return 500.0 * keras.ops.sum(batch, axis=(1, 2, 3))[:, None]

    # 500 squared is beyond float16.
    halves = [keras.ops.cast(array / 8.0, dtype) for array in images]
    value = ready(name)(score, *halves)
    wide = ready(name)(
        score, *(keras.ops.cast(half, "float32") for half in halves)
    )
    assert dtype_of(value) == "float32"
    assert_close(value, wide, rtol=2e-2)


@every_penalty
def test_an_empty_batch_costs_nothing(name, quadratic):
    nothing = keras.ops.zeros((0, 3, 2, 1))
    for part in value_and_slopes(ready(name), quadratic, [nothing, nothing]):
        assert not np.any(part)


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
