"""What losses and penalties see: scores of any shape, computed once."""

import keras
import numpy as np
import pytest
from keras import layers, ops
from portable import corners

from keras_gan import AdversarialModel, Player, losses, penalties
from keras_gan.models import Turn
from keras_gan.models.turn import penalty_name, terms_of

LOSSES = (
    "relativistic",
    "non_saturating",
    "minimax",
    "least_squares",
    "hinge",
    "wasserstein",
)


def numpy(values):
    return keras.tree.map_structure(ops.convert_to_numpy, values)


class Patches(AdversarialModel):
    """A discriminator that scores nine patches of each image."""

    def __init__(self, loss="relativistic"):
        super().__init__(seed=1)
        self.generator = keras.Sequential(
            [keras.Input((2,)), layers.Dense(64), layers.Reshape((8, 8, 1))]
        )
        convolution = layers.Conv2D(1, 4, strides=2, activation="softplus")
        self.discriminator = keras.Sequential(
            [keras.Input((8, 8, 1)), convolution]
        )
        self.adversarial = losses.get(loss)

    def make_players(self):
        generator, discriminator = (self.generator,), (self.discriminator,)
        r1 = penalties.R1(2.0)
        return (
            Player("generator", generator, self.of_generator, generates=True),
            Player("discriminator", discriminator, self.of_both, (r1,)),
        )

    def sample(self, batch, training=True):
        return self.generator(self.draw((ops.shape(batch)[0], 2), training))

    def scores(self, turn):
        return {"patches": turn.score(self.discriminator)}

    def of_both(self, turn):
        real, fake = (getattr(turn.scores["patches"], n).logits
                      for n in ("real", "fake"))  # fmt: skip
        return self.adversarial.discriminator_loss(real, fake)

    def of_generator(self, turn):
        real, fake = (getattr(turn.scores["patches"], n).logits
                      for n in ("real", "fake"))  # fmt: skip
        return self.adversarial.generator_loss(real, fake)


@pytest.fixture
def images():
    draw = np.random.default_rng(0).uniform
    return ops.convert_to_tensor(draw(-1, 1, (2, 4, 8, 8, 1)), "float32")


@pytest.fixture(scope="module")
def patches():
    return Patches()


@pytest.mark.parametrize("loss", corners(LOSSES))
def test_patches_are_logits(patches, images, loss):
    patches.adversarial = losses.get(loss)
    players = patches.make_players()
    turn = Turn(patches, *images, players)
    scores = turn.scores["patches"]
    assert tuple(scores.real.logits.shape) == (4, 3, 3, 1)
    flat = [ops.reshape(s.logits, (36, 1)) for s in (scores.real, scores.fake)]
    value, _ = terms_of(players[0], turn, 0)
    expected = patches.adversarial.generator_loss(*flat)
    # Rounding is relative to the logits, of which some losses are differences.
    bounds = {"rtol": 1e-6, "atol": 1e-6 * np.abs(numpy(flat)).max()}
    np.testing.assert_allclose(numpy(value), numpy(expected), **bounds)
    _, logs = terms_of(players[1], turn, 0)
    expected = patches.adversarial.discriminator_loss(*flat)
    np.testing.assert_allclose(
        numpy(logs["discriminator_loss"]), numpy(expected), **bounds
    )
    # R1 is of the sum over an image's patches.
    slopes = numpy(scores.real.input_gradients).reshape(4, -1)
    value = (slopes**2).sum(1).mean()
    np.testing.assert_allclose(numpy(logs["r1"]), value, rtol=1e-5)
    assert value > 0


@pytest.mark.parametrize(
    "name",
    corners(["gradient_penalty", "r2", "dragan", "lecam", "consistency"]),
)
def test_every_penalty_takes_patches(patches, images, name):
    penalty = (
        penalties.ConsistencyRegularization(layers.RandomFlip(seed=1))
        if name == "consistency"
        else penalties.get(name)
    )
    penalty.build()
    player = Player("d", (patches.discriminator,), patches.of_both, (penalty,))
    _, logs = terms_of(player, Turn(patches, *images, (player,)), 0)
    assert numpy(logs[name]).shape == () and np.isfinite(numpy(logs[name]))


def test_patches_are_trained(images):
    model = Patches()
    model.compile(run_eagerly=True)
    before = model.get_weights()
    logs = model.fit(numpy(images[0]), verbose=0).history
    names = {"discriminator_loss", "generator_loss", "r1"}
    assert set(logs) == names and np.isfinite(list(logs.values())).all()
    for old, new in zip(before, model.get_weights(), strict=True):
        assert np.any(old != new)


@pytest.mark.quickest
def test_what_is_scored_may_be_named(patches, images):
    real, fake = images
    turn = Turn(patches, {"images": real}, [fake])
    scores = turn.score(patches.discriminator, turn.batch["images"], fake)
    assert scores.real.images is real and scores.fake.images is fake
    assert turn.anew().batch is turn.batch
    assert turn.scores is turn.scores


@pytest.mark.quickest
def test_functions_are_scored_as_they_are(patches, images):
    turn = Turn(patches, *images)
    scores = turn.score(lambda x: (ops.sum(x, axis=(1, 2, 3)), x))
    sums = numpy(images[1]).sum((1, 2, 3))
    np.testing.assert_allclose(numpy(scores.fake.logits), sums, rtol=1e-5)
    assert len(scores.fake.outputs) == 2


@pytest.mark.quickest
def test_names_of_penalties():
    def drift(score, real_images, fake_images):
        return 0.0

    class Slope:
        def __call__(self, score, real_images, fake_images):
            return 0.0

    named = penalties.R1(1.0, name="mine")
    found = [penalty_name(one) for one in (drift, Slope(), named)]
    assert found == ["drift", "slope", "mine"]


def _one(turn):
    return ops.ones(())


@pytest.mark.quickest
def test_a_callable_is_a_penalty(patches, images):
    def drift(score, real_images, fake_images):
        return ops.mean(score(real_images)) + ops.mean(fake_images)

    player = Player("d", (patches.discriminator,), _one, (drift,))
    turn = Turn(patches, *images, (player,))
    loss, logs = terms_of(player, turn, 0)
    real = numpy(turn.scores["patches"].real.logits)
    value = real.mean() + numpy(images[1]).mean()
    np.testing.assert_allclose(numpy(logs["drift"]), value, rtol=1e-5)
    np.testing.assert_allclose(numpy(loss), 1.0 + value, rtol=1e-5)
    assert logs["d_loss"] == 1.0


@pytest.mark.quickest
def test_a_penalty_of_a_turn_needs_no_scores(patches, images):
    class SumOfSamples(penalties.Penalty):
        def of_turn(self, turn):
            return ops.sum(turn.samples)

    penalty = SumOfSamples()
    player = Player("d", (patches.discriminator,), _one, (penalty,))
    scored = []
    patches.scores = lambda turn: scored.append(turn) or {}
    turn = Turn(patches, *images, (player,))
    loss, _ = terms_of(player, turn, 0)
    total = numpy(images[1]).sum()
    np.testing.assert_allclose(numpy(loss), 1 + total, rtol=1e-4)
    assert not scored
    with pytest.raises(TypeError, match="only overrides `of_turn`"):
        penalty(len, images[0], images[1])


def test_gradients_need_one_tensor_of_data(patches, images):
    real, fake = ({"images": one, "labels": one} for one in images)
    player = Player("d", (patches.discriminator,), _one, (penalties.R1(1.0),))
    turn = Turn(patches, real, fake, (player,))
    scores = turn.score(lambda data: data["images"])
    assert tuple(scores.real.logits.shape) == tuple(images[0].shape)
    with pytest.raises(TypeError, match="Received: dict.*"):
        penalties.R1(1.0).penalize(scores)
