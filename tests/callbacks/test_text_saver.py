"""`TextSaver`: generated lines after epochs."""

import keras
import pytest

import keras_gan
from keras_gan import layers, networks
from keras_gan.callbacks import TextSaver

# Another backend would change nothing.
pytestmark = pytest.mark.quickest


def make(classes=None):
    preprocessor = layers.TextPreprocessor()
    preprocessor.adapt(["anna", "bob"])
    sizes = {"latent_dim": 2, "num_classes": classes, "width": 2, "seed": 1}
    pair = networks.text(preprocessor.sequence_shape, **sizes)
    return keras_gan.TextGAN(*pair, preprocessor, num_classes=classes, seed=2)


def saver(folder, model, **options):
    found = TextSaver(folder, **{"num_texts": 4, **options})
    found.set_model(model)
    return found


def test_lines_of_every_other_epoch_and_of_the_last(tmp_path):
    callback = saver(tmp_path / "s", make(), every=2, seed=3)
    callback.on_train_begin()
    for epoch in range(3):
        callback.on_epoch_end(epoch)
    callback.on_train_end()
    paths = sorted((tmp_path / "s").iterdir())
    names = ["samples-0002.txt", "samples-0003.txt"]
    assert [path.name for path in paths] == names
    wanted = callback.model.generate(4, seed=3, batch_size=4)
    # Nothing was trained, so both are of the same latents and weights.
    for path in paths:
        assert path.read_text("utf-8").split("\n") == [*wanted, ""]


def test_classes_take_turns(tmp_path):
    model = make(classes=2)
    named = saver(tmp_path, model, class_names=("bad", "good")).lines()
    assert [one.split("\t")[0] for one in named] == ["bad", "good"] * 2
    numbered = saver(tmp_path, model).lines()
    assert [one.split("\t")[0] for one in numbered] == ["0", "1"] * 2
    assert [one.split("\t")[1] for one in numbered] == [
        one.split("\t")[1] for one in named
    ]


def test_config_makes_the_same_callback(tmp_path):
    callback = TextSaver(tmp_path, class_names=("a", "b"), temperature=0.5)
    again = TextSaver.from_config(callback.get_config())
    assert again.get_config() == callback.get_config()


def test_what_makes_no_texts_is_refused(tmp_path):
    callback = saver(tmp_path, keras.Sequential())
    with pytest.raises(ValueError, match="Received: Sequential.*SampleSaver"):
        callback.on_train_begin()
    for name, value in (
        ("num_texts", 0), ("every", 0), ("seed", -1), ("temperature", 0.0),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=f"`{name}`"):
            TextSaver(tmp_path, **{name: value})
