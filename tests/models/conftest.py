"""Small networks, systems and data for the tests of models."""

import keras
import numpy as np
import pytest
from keras import layers

from keras_gan import GAN, AdversarialModel, Player
from keras_gan.models.batch import batch_size
from keras_gan.utils.tensors import batch_mean


def build_generator(latent_dim=2, shape=(4,), dropout=0.0, seed=1):
    """A generator of vectors with batch normalization."""
    return keras.Sequential(
        [
            layers.Input((latent_dim,)),
            layers.Dense(16, kernel_initializer=_glorot(seed)),
            layers.BatchNormalization(),
            layers.LeakyReLU(0.2),
            layers.Dropout(dropout, seed=seed),
            layers.Dense(
                int(np.prod(shape)), kernel_initializer=_glorot(seed + 1)
            ),
            layers.Reshape(shape),
        ]
    )


def build_discriminator(shape=(4,), dropout=0.0, seed=5):
    """A discriminator of vectors."""
    return keras.Sequential(
        [
            layers.Input(shape),
            layers.Flatten(),
            layers.Dense(16, kernel_initializer=_glorot(seed)),
            layers.LeakyReLU(0.2),
            layers.Dropout(dropout, seed=seed),
            layers.Dense(1, kernel_initializer=_glorot(seed + 1)),
        ]
    )


def _glorot(seed):
    return keras.initializers.GlorotUniform(seed)


@pytest.fixture
def make_gan():
    """Builds a small GAN of vectors; arguments go to `GAN`."""

    def make(cls=GAN, *, shape=(4,), dropout=0.0, **kwargs):
        kwargs.setdefault("seed", 7)
        return cls(
            build_generator(shape=shape, dropout=dropout),
            build_discriminator(shape, dropout),
            **kwargs,
        )

    return make


@pytest.fixture
def points():
    """64 real vectors of four numbers."""
    return np.random.default_rng(0).normal(size=(64, 4)).astype("float32")


@pytest.fixture
def same_state():
    """Compares every variable of two models and their optimizers."""

    def compare(first, second):
        ours = first.variables + first.optimizer.variables
        theirs = second.variables + second.optimizer.variables
        assert len(ours) == len(theirs)
        for a, b in zip(ours, theirs, strict=True):
            a, b = (keras.ops.convert_to_numpy(v) for v in (a, b))
            np.testing.assert_array_equal(a, b)

    return compare


@keras.saving.register_keras_serializable(package="tests")
class Three(AdversarialModel):
    """A maker of points, and two who tell them from real ones.

    All are linear, so that losses and gradients have a closed form: a critic
    lowers the mean of its logits of fakes minus that of real points.
    """

    log_names = ("judge_loss",)

    def __init__(self, maker, critic, judge, *, seed=None, name="three"):
        super().__init__(seed=seed, name=name)
        self.maker, self.critic, self.judge = maker, critic, judge
        self.seed = seed

    def make_players(self):
        return tuple(
            Player(
                name,
                (getattr(self, name),),
                getattr(self, f"{name}_loss"),
                penalties=tuple(self.penalties_of(name)),
                generates=name == "maker",
            )
            for name in ("maker", "critic", "judge")
        )

    def penalties_of(self, name):
        return ()

    def latents(self, batch, training):
        return self.draw((batch_size(batch), 2), training)

    def sample(self, batch, training=True):
        latents = self.latents(batch, training)
        return self.maker(latents, training=training)

    def scores(self, turn):
        return {n: turn.score(getattr(self, n)) for n in ("critic", "judge")}

    def gap(self, turn, name):
        scores = turn.scores[name]
        fake, real = batch_mean(scores.fake.logits), scores.real.logits
        return fake - batch_mean(real)

    def maker_loss(self, turn):
        return -sum(batch_mean(s.fake.logits) for s in turn.scores.values())

    def critic_loss(self, turn):
        return self.gap(turn, "critic")

    def judge_loss(self, turn):
        gap = self.gap(turn, "judge")
        return gap, {"judge_gap": -gap, "judge_loss": gap}

    def get_config(self):
        serialize = keras.saving.serialize_keras_object
        networks = ("maker", "critic", "judge")
        parts = {name: serialize(getattr(self, name)) for name in networks}
        return {**parts, "seed": self.seed, "name": self.name}

    @classmethod
    def from_config(cls, config):
        one = keras.saving.deserialize_keras_object
        return cls(**{k: one(v) for k, v in config.items()})


def linear(outputs, seed, **kwargs):
    """Two numbers -> `outputs` numbers."""
    dense = layers.Dense(outputs, kernel_initializer=_glorot(seed), **kwargs)
    return keras.Sequential([layers.Input((2,)), dense])


@pytest.fixture
def make_three():
    """Builds a system of three players.

    Arguments are methods that it has instead of its own.
    """

    def make(cls=Three, *, critic=None, seed=7, **methods):
        if methods:
            cls = type("Own", (cls,), methods)
        return cls(
            linear(2, 1), critic or linear(1, 2), linear(1, 3), seed=seed
        )

    make.system = Three
    make.linear = linear
    return make


@pytest.fixture
def pairs():
    """32 real points of the plane."""
    return np.random.default_rng(1).normal(size=(32, 2)).astype("float32")
