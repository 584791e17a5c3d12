"""The choices of the task of sounds."""

import numpy as np
import pytest

from keras_gan import sounds, tasks
from keras_gan.tasks.sound import model_of, recipe_of

# Another backend would change nothing.
pytestmark = pytest.mark.quickest


def write_tones(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        wave = np.sin(np.arange(80.0))[:, None]
        sounds.write_wav(folder / name, wave, rate=1_000)


def test_batches_have_a_part_for_each_update():
    sizes = [recipe_of((100, 1), number).batch_size for number in (3, 12, 900)]
    assert sizes == [5, 10, 320]


def test_classes_are_learned_where_they_are_asked_for(tmp_path):
    write_tones(
        tmp_path, *(f"{kind}/{n}.wav" for kind in "ab" for n in range(3))
    )
    data, model = tasks.sound(tmp_path, conditional=True, width=1, seed=1)
    batch, labels = next(iter(data))
    assert batch.shape == (5, 80, 1) and set(labels.numpy()) <= {0, 1}
    assert model.num_classes == 2 and model.discriminator_steps == 5
    (penalty,) = model.penalties
    assert type(penalty).__name__ == "GradientPenalty"
    _, model = tasks.sound(tmp_path, width=1, length=100, loss="hinge")
    assert model.num_classes is None and model.image_shape == (100, 1)


def test_what_cannot_be_learned(tmp_path):
    write_tones(tmp_path, *(f"{number}.wav" for number in range(5)))
    with pytest.raises(ValueError, match="`conditional=True` needs classes"):
        tasks.sound(tmp_path, conditional=True)
    with pytest.raises(ValueError, match="Choose a smaller width"):
        tasks.sound(tmp_path, width=100_000)
    chosen = recipe_of((10**9, 1), 10)
    with pytest.raises(ValueError, match="shorter sounds"):
        model_of((10**9, 1), chosen)
