"""The methods that the guide "Custom systems" shows do what it says."""

import re
import types
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import ops
from portable import QUICK_STEPS, array

import keras_gan
from keras_gan import Player

# Another backend would change nothing.
pytestmark = pytest.mark.quickest

GUIDE = Path(__file__).parents[2] / "docs" / "custom_systems.md"


def shown(start):
    """The method in the guide whose code starts like this."""
    blocks = re.findall(r"(?ms)^```python\n(.*?)^```$", GUIDE.read_text())
    (code,) = (block for block in blocks if block.startswith(start))
    names = {"keras": keras, "keras_gan": keras_gan, "ops": ops}
    exec(code, names)
    return next(x for x in names.values() if isinstance(x, types.FunctionType))


def test_two_critics(make_three, pairs):
    seen = []

    def scores(self, turn):
        self.critics = {"critic": self.critic, "judge": self.judge}
        found = shown("def scores(self, turn):")(self, turn)
        seen.append(([player.name for player in turn.players], set(found)))
        return found

    def of_pairs(self, turn):
        return [(name, turn.batch, turn.samples) for name in self.critics]

    model = make_three(scores=scores, pairs=of_pairs)
    model.compile(**QUICK_STEPS)
    logs = model.train_on_batch(pairs[:8], return_dict=True)
    assert np.isfinite(list(map(float, logs.values()))).all()
    model.test_on_batch(pairs[:8])
    both = {"critic", "judge"}
    wanted = [["maker"], both], [["critic"], {"critic"}], [["judge"], {"judge"}]
    for found in (*wanted, [[], both]):
        assert tuple(found) in seen


def test_five_updates_of_the_critic(make_three, pairs):
    def make_players(self):
        return (
            Player("critic", (self.critic,), self.critic_loss),
            Player("maker", (self.maker,), self.maker_loss, generates=True),
        )

    model = make_three(make_players=make_players, turns=shown("def turns("))
    model.compile(**QUICK_STEPS)
    model.train_on_batch(pairs[:10])
    counts = [int(array(part.iterations)) for part in model.optimizer.parts]
    assert counts == [5, 1]
    with pytest.raises(ValueError, match="parts of `split`.*12 images"):
        model.train_on_batch(pairs[:12])
