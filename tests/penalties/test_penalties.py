"""What holds for every penalty, and finding them by name."""

import json

import keras
import numpy as np
import pytest
from keras import ops

from keras_gan import backend, losses, penalties
from keras_gan.penalties import Scores

to_numpy = ops.convert_to_numpy
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
    penalty.update_state(np.float32([[0.4]]), np.float32([[-0.2]]))
    return penalty


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
def test_programs_agree_with_eager(name, quadratic, tensors):
    penalty = ready(name)

    def function(real, fake):
        (found,), value = backend.gradients(
            lambda: (lambda v: ([v], v))(penalty(quadratic, real, fake)),
            [quadratic.trainable_variables],
        )
        return value, *[one for one in found if one is not None]

    eager = [to_numpy(value) for value in function(*tensors)]
    assert eager[0].dtype == "float32" and eager[0].shape == ()
    other = [to_numpy(value) for value in backend.compiled(function)(*tensors)]
    for expected, received in zip(eager, other, strict=True):
        np.testing.assert_allclose(received, expected, 1e-6, 1e-5)


@every_penalty
def test_images_that_are_scored_already_give_the_same(
    name, tensors, differentiated
):
    real, fake = tensors
    matrix = keras.Variable(keras.random.normal((6, 4)))

    def score(batch):
        rows = ops.matmul(ops.reshape(batch, (-1, 6)), matrix)
        return ops.sum(ops.softplus(rows), axis=1, keepdims=True)

    def run(wrap):
        penalty = ready(name)
        for generator in penalty.seed_generators:
            generator.state.assign([3, 0])
        return differentiated(
            lambda: penalty(wrap(score), real, fake), [matrix]
        )

    def scored(score):
        return Scores(score, real, fake)

    for plain, known in zip(run(lambda f: f), run(scored), strict=True):
        np.testing.assert_allclose(known, plain, rtol=1e-6)


@every_penalty
def test_labels_bound_to_the_score_stay_with_their_images(name, images):
    real, fake = images
    factors = np.arange(1.0, 9.0, dtype="float32").reshape(8, 1)

    def score(batch):
        # A conditional score that is steep for the last labels.
        sums = ops.sum(batch, axis=(1, 2, 3))[:, None]
        return ops.multiply(factors, sums)

    value = to_numpy(ready(name)(score, real, fake))
    slopes = factors[:, 0].astype("float64") * np.sqrt(6.0)
    gamma = penalties.default_gamma((3, 2, 1))
    sums = images.astype("float64").sum(axis=(2, 3, 4)) * factors.T
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
def test_a_network_gets_finite_gradients(name, differentiated):
    network = small_network()
    draws = np.random.default_rng(0).uniform(-1, 1, (2, 4, 8, 8, 1))
    real, fake = draws.astype("float32")
    penalty = ready(name)
    kernels = [v for v in network.trainable_variables if len(v.shape) > 1]
    _, *gradients = differentiated(
        lambda: penalty(network, real, fake), kernels
    )
    for gradient in gradients:
        assert np.isfinite(gradient).all()
        assert np.any(gradient)


@pytest.mark.parametrize("size", [1e-4, 1e4])
@every_penalty
def test_it_is_finite_for_logits_of_any_size(
    name, size, images, differentiated
):
    scale = keras.Variable(size)

    def score(batch):
        return scale * ops.mean(batch, axis=(1, 2, 3))[:, None]

    penalty = ready(name)
    found = differentiated(lambda: penalty(score, *images), [scale])
    assert np.isfinite(found).all()


@every_penalty
def test_half_precision_images_give_a_float32_scalar(name, images):
    def score(batch):
        return 500.0 * ops.sum(batch, axis=(1, 2, 3))[:, None]

    # 500 squared is beyond float16.
    halves = [ops.cast(array / 8.0, "float16") for array in images]
    value = ready(name)(score, *halves)
    wide = ready(name)(score, *(ops.cast(half, "float32") for half in halves))
    value, wide = to_numpy(value), to_numpy(wide)
    assert value.dtype == "float32"
    np.testing.assert_allclose(value, wide, rtol=2e-2)


@every_penalty
def test_an_empty_batch_costs_nothing(name, quadratic, differentiated):
    nothing = ops.zeros((0, 3, 2, 1))
    penalty = ready(name)
    value, *gradients = differentiated(
        lambda: penalty(quadratic, nothing, nothing),
        quadratic.trainable_variables,
    )
    assert float(value) == 0.0
    for gradient in gradients:
        assert not np.any(gradient)


@pytest.mark.quickest
@every_penalty
def test_which_penalties_take_input_gradients(name):
    assert penalties.get(name).uses_input_gradients == (name != "lecam")


@pytest.mark.quickest
@every_penalty
def test_get_by_name(name):
    penalty = penalties.get(name)
    assert type(penalty) is NAMES[name]
    assert penalty.name == name
    assert penalty.every == 1
    assert penalties.get(name) is not penalty
    assert type(penalties.recommended(name, (8, 8, 1))) is NAMES[name]


@pytest.mark.quickest
@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("drift", penalties.Drift),
        ("path_length", penalties.PathLength),
        ("orthogonality", penalties.OrthogonalRegularization),
    ],
)
def test_other_names(name, kind):
    penalty = penalties.get(name)
    assert type(penalty) is kind
    assert penalty.name == name


@pytest.mark.quickest
def test_every_default_of_a_loss_has_a_penalty():
    for cls in losses.AdversarialLoss.__subclasses__():
        for name in cls.default_penalties:
            assert penalties.get(name).name == name


SETTINGS = {
    "r1": {"gamma": 0.5, "method": "gradient", "seed": None},
    "r2": {"gamma": 2.0, "method": "finite_difference", "seed": 3},
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


@pytest.mark.quickest
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


@pytest.mark.quickest
def test_a_callable_is_taken_as_it_is_and_goes_through_a_config():
    assert penalties.get(logit_drift) is logit_drift
    assert penalties.recommended(logit_drift, (2,)) is logit_drift
    config = penalties.serialize(logit_drift)
    assert penalties.deserialize(config) is logit_drift


@pytest.mark.quickest
def test_an_unregistered_class_is_found_in_custom_objects():
    config = penalties.serialize(UserPenalty())
    again = penalties.deserialize(
        config, custom_objects={"UserPenalty": UserPenalty}
    )
    assert type(again) is UserPenalty


@pytest.mark.quickest
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
