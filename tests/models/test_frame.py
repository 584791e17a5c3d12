"""The training step is short, and no backend knows who plays."""

import inspect
import re
from pathlib import Path

import pytest

import keras_gan
from keras_gan.models import AdversarialModel, adversarial_model

# Another backend would change nothing.
pytestmark = pytest.mark.quickest

BACKEND = sorted((Path(keras_gan.__file__).parent / "backend").rglob("*.py"))
PLAYER = re.compile(r"generator|discriminator|critic", re.IGNORECASE)
# Sources of random numbers, which are called generators as well.
RANDOM = re.compile(
    r"Replica(Seed)Generator|seed[ _]generators?|SeedGenerator"
    r"|random[ .]generators?|global\s+generator",
    re.IGNORECASE,
)


def players_in(source):
    return PLAYER.findall(RANDOM.sub("", source))


def test_the_search_finds_players_and_no_random_generators():
    assert players_in("The discriminator of a generator") == [
        "discriminator",
        "generator",
    ]
    assert not players_in("ReplicaSeedGenerator, a seed generator of tf")
    assert not players_in("isinstance(x, tf.random.Generator)")


@pytest.mark.parametrize("path", BACKEND, ids=lambda path: path.name)
def test_no_backend_names_a_player(path):
    assert players_in(path.read_text()) == []


def test_the_frame_is_short():
    source = inspect.getsource(adversarial_model)
    assert source.count("\n") <= 150
    step = [AdversarialModel.train_batch, AdversarialModel._update]
    lines = sum(inspect.getsource(part).count("\n") for part in step)
    assert lines < 45
