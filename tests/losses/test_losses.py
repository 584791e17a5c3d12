"""What holds for every loss, and finding them by name."""

import json

import keras
import numpy as np
import pytest
from portable import (
    assert_close,
    assert_equal,
    compiled,
    differentiated,
    tensor,
    to_numpy,
    value_and_gradients,
)

from keras_gan import losses

NAMES = [
    "relativistic",
    "non_saturating",
    "minimax",
    "least_squares",
    "hinge",
    "wasserstein",
]
METHODS = ["discriminator_loss", "generator_loss"]


def all_losses():
    return [
        *(losses.get(name) for name in NAMES),
        losses.NonSaturatingLoss(0.1, 0.3, seed=7),
    ]


def label(loss):
    noisy = getattr(loss, "label_noise", 0.0) > 0.0
    return type(loss).__name__ + ("-noisy" if noisy else "")


every_loss = pytest.mark.parametrize("loss", all_losses(), ids=label)
every_method = pytest.mark.parametrize("method", METHODS)


def some_logits(scale=3.0, num_images=12):
    rng = np.random.default_rng(4)
    real, fake = scale * rng.normal(size=(2, num_images, 1))
    return tensor(real, "float32"), tensor(fake, "float32")


@pytest.fixture
def fixed_draws(monkeypatch):
    """The same draws at each call; XLA's own differ for the same seed."""

    def uniform(shape, *, dtype, seed):
        draws = np.random.default_rng(8).uniform(size=tuple(shape))
        return tensor(draws, dtype)

    monkeypatch.setattr(keras.random, "uniform", uniform)


@pytest.mark.usefixtures("fixed_draws")
@every_method
@every_loss
def test_eager_graph_and_xla_agree(loss, method):
    function = differentiated(getattr(loss, method))
    eager = function(*some_logits())
    graph = compiled(function)(*some_logits())
    xla = compiled(function, True)(*some_logits())
    for other in (graph, xla):
        for expected, received in zip(eager, other, strict=True):
            assert_close(received, expected, 1e-6, 1e-6)


@every_method
@every_loss
def test_value_and_gradient_are_finite_for_huge_logits_in_xla(loss, method):
    extremes = np.array([-1e4, -1.0, 0.0, 1.0, 1e4], "float32")
    real, fake = np.meshgrid(extremes, extremes)
    loss.build()
    function = compiled(differentiated(getattr(loss, method)), True)
    logits = (tensor(x.reshape(-1, 1)) for x in (real, fake))
    for part in function(*logits):
        assert np.isfinite(to_numpy(part)).all()


@pytest.mark.usefixtures("fixed_draws")
@every_method
@every_loss
def test_half_precision_logits_give_the_float32_loss(loss, method):
    # 300 squared is beyond float16.
    logits = some_logits(scale=300.0)
    real, fake = (keras.ops.cast(x, "float16") for x in logits)
    function = getattr(loss, method)
    value, *gradients = value_and_gradients(function, real, fake)
    wide = [keras.ops.cast(x, "float32") for x in (real, fake)]
    expected = function(*wide)
    assert value.dtype == np.float32
    assert_close(value, expected, rtol=1e-6)
    for gradient in gradients:
        assert np.isfinite(gradient.astype("float32")).all()


@pytest.mark.quickest
@every_method
@every_loss
def test_an_empty_batch_costs_nothing(loss, method):
    nothing = keras.ops.zeros((0, 1))
    assert float(getattr(loss, method)(nothing, nothing)) == 0.0


@pytest.mark.quickest
@every_loss
def test_whether_the_generator_needs_real_logits_is_told_truly(loss):
    real, fake = some_logits()
    _, of_real, of_fake = value_and_gradients(loss.generator_loss, real, fake)
    assert np.any(of_real) == loss.generator_uses_real_logits
    assert np.any(of_fake)
    if not loss.generator_uses_real_logits:
        assert np.isfinite(float(loss.generator_loss(None, fake)))


@every_loss
def test_steps_down_the_gradient_help_each_player(loss):
    undecided = np.full((2, 2000, 1), 0.25, "float32")
    _, of_real, of_fake = value_and_gradients(
        loss.discriminator_loss, *undecided
    )
    _, _, of_generator = value_and_gradients(loss.generator_loss, *undecided)
    # The discriminator lifts real scores above fake ones; the generator
    # lifts fake ones.
    assert np.mean(of_real) < 0.0 < np.mean(of_fake)
    assert np.mean(of_generator) < 0.0


@pytest.mark.quickest
@every_loss
def test_margin_is_zero_where_the_discriminator_cannot_decide(loss):
    # There one logit for both pulls as hard at the real as at the fake one.
    zero = keras.ops.zeros((4, 1))
    undecided = zero - loss.real_margins(zero, zero)
    assert_equal(loss.real_margins(undecided, undecided), np.zeros((4, 1)))
    if getattr(loss, "label_noise", 0.0) or (
        getattr(loss, "label_smoothing", 0.0)
    ):
        return
    _, of_real, of_fake = value_and_gradients(
        loss.discriminator_loss, *to_numpy([undecided, undecided])
    )
    assert_close(of_real, -of_fake, rtol=1e-6)
    assert (of_real < 0).all()


@pytest.mark.quickest
@every_loss
def test_margin_moves_with_the_loss(loss):
    # What the loss does not see, the margin does not either.
    real, fake = some_logits()
    same_loss = np.isclose(
        loss.discriminator_loss(real + 3.0, fake + 3.0),
        loss.discriminator_loss(real, fake),
        atol=1e-5,
    )
    moved = loss.real_margins(real + 3.0, fake + 3.0) - (
        loss.real_margins(real, fake)
    )
    assert_close(moved, 0.0 if same_loss else 3.0, atol=1e-5)


@pytest.mark.quickest
def test_default_penalties():
    defaults = {name: losses.get(name).default_penalties for name in NAMES}
    assert defaults.pop("relativistic") == ("r1", "r2")
    assert defaults.pop("wasserstein") == ("gradient_penalty",)
    assert set(defaults.values()) == {()}


@pytest.mark.quickest
@pytest.mark.parametrize("name", NAMES)
def test_get_by_name(name):
    loss = losses.get(name)
    assert isinstance(loss, losses.AdversarialLoss)
    assert type(loss).__name__ == name.title().replace("_", "") + "Loss"
    assert losses.get(name) is not loss


@pytest.mark.quickest
@every_loss
def test_config_goes_through_json_and_back(loss):
    config = losses.serialize(loss)
    again = losses.deserialize(json.loads(json.dumps(config)))
    assert type(again) is type(loss)
    assert again.get_config() == loss.get_config()
    assert losses.get(config).get_config() == loss.get_config()
    assert config["registered_name"] == f"keras_gan>{type(loss).__name__}"


class Duck:
    def discriminator_loss(self, real_logits, fake_logits):
        return keras.ops.mean(fake_logits - real_logits)

    def generator_loss(self, real_logits, fake_logits):
        return -keras.ops.mean(fake_logits)


class UserLoss(losses.HingeLoss):
    pass


@pytest.mark.quickest
def test_an_object_with_both_methods_is_taken_as_it_is():
    duck = Duck()
    assert losses.get(duck) is duck


@pytest.mark.quickest
def test_an_unregistered_class_is_found_in_custom_objects():
    config = losses.serialize(UserLoss())
    again = losses.deserialize(config, custom_objects={"UserLoss": UserLoss})
    assert type(again) is UserLoss


@pytest.mark.quickest
@pytest.mark.parametrize(
    "identifier", ["hings", None, 3, {"loss": "hinge"}, Duck, object()]
)
def test_what_names_no_loss_is_refused_with_the_names(identifier):
    with pytest.raises(ValueError, match="Received: ") as error:
        losses.get(identifier)
    assert all(name in str(error.value) for name in NAMES)


@pytest.mark.quickest
def test_a_config_of_something_else_is_refused():
    config = keras.saving.serialize_keras_object(keras.layers.Dense(1))
    with pytest.raises(ValueError, match="`discriminator_loss`"):
        losses.get(config)
