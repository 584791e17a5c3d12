"""`TranslationSaver`: what is shown, in which order, and what is refused."""

import json

import keras
import numpy as np
import pytest
from portable import assert_equal

from keras_gan import images as image_tools
from keras_gan.callbacks import TranslationSaver

# Another backend would change nothing: the models here only pretend.
pytestmark = pytest.mark.quickest


class Model(keras.Model):
    """Does nothing when it is trained."""

    def compile(self):
        self.level = self.add_weight(name="level", initializer="zeros")
        super().compile("sgd", lambda _, y: keras.ops.mean(y) * self.level)

    def call(self, inputs):
        return inputs


class Brighter(Model):
    """Adds a half, to the first channels, in twice the size."""

    channels, scale = 1, 1

    def translate(self, images):
        images = images[..., : self.channels] + 0.5
        return images.repeat(self.scale, axis=1).repeat(self.scale, axis=2)


class BothWays(Model):
    def translate(self, images, to):
        return images + {"second": 0.5, "first": -0.25}[to]


class Attributes(Model):
    num_attributes = 2

    def translate(self, images, attributes):
        change = attributes @ np.array([[0.25], [0.5]])
        return images + change[..., None, None]


def level(value: float, num_images=1, shape=(2, 2, 1)) -> np.ndarray:
    return np.full((num_images, *shape), value, "float32")


def drawn(saver, model=None) -> tuple:
    saver.set_model(model or Brighter())
    images, columns = saver.draw()
    return image_tools.from_uint8(images).mean((1, 2)), columns


def close(values, expected):
    np.testing.assert_allclose(values, expected, atol=0.01)


def test_source_translation_and_target_stand_side_by_side(tmp_path):
    sources = np.concatenate([level(-1), level(-0.5)])
    values, columns = drawn(TranslationSaver(tmp_path, sources, level(1, 2)))
    assert columns == 3
    close(values[:, 0], [-1, -0.5, 1, -0.5, 0, 1])
    values, columns = drawn(TranslationSaver(tmp_path, sources))
    assert columns == 2
    close(values[:, 0], [-1, -0.5, -0.5, 0])


def test_many_examples_are_about_a_square(tmp_path):
    _, columns = drawn(TranslationSaver(tmp_path, level(0, 48), level(0, 48)))
    assert columns == 12  # 4 examples of 3 images, 12 rows.


def test_two_domains_are_translated_there_and_back(tmp_path):
    saver = TranslationSaver(tmp_path, level(-1, 2), level(0.25))
    values, columns = drawn(saver, BothWays())
    assert columns == 3
    close(values[:, 0], [-1, -0.5, -0.75] * 2 + [0.25, 0, 0.5])


def test_each_attribute_has_a_column(tmp_path):
    saver = TranslationSaver(tmp_path, level(-0.5))
    values, columns = drawn(saver, Attributes())
    assert columns == 3
    close(values[:, 0], [-0.5, -0.25, 0])
    saver = TranslationSaver(tmp_path, level(-0.5), attributes=[[1, 1]])
    close(drawn(saver, Attributes())[0][:, 0], [-0.5, 0.25])


def test_many_attributes_do_not_make_the_grid_wider(tmp_path):
    class Many(Model):
        num_attributes = 50

        def translate(self, images, attributes):
            return images

    assert drawn(TranslationSaver(tmp_path, level(0)), Many())[1] == 13


def test_small_sources_are_enlarged_and_gray_ones_shown_in_color(tmp_path):
    model = Brighter()
    model.channels, model.scale = 3, 2
    source = np.arange(12, dtype="float32").reshape(1, 2, 2, 3) / 12 - 1
    saver = TranslationSaver(tmp_path, source, level(0, shape=(4, 4, 1)))
    saver.set_model(model)
    images, _ = saver.draw()
    assert images.shape == (3, 4, 4, 3)
    enlarged = image_tools.to_uint8(source[0]).repeat(2, 0).repeat(2, 1)
    assert_equal(images[0], enlarged)
    assert_equal(images[2], np.full((4, 4, 3), 128))


@pytest.mark.parametrize("channels, shown", [(2, 1), (4, 3), (5, 4), (6, 4)])
def test_the_mask_of_a_source_is_not_shown(tmp_path, channels, shown):
    model = Brighter()
    model.channels = min(channels - 1, 4)
    source = np.zeros((1, 2, 2, channels), "float32")
    source[..., -1] = 1
    values, _ = drawn(TranslationSaver(tmp_path, source), model)
    close(values, [[0] * shown, [0.5] * shown])


def test_grids_after_epochs_and_an_animation(tmp_path):
    model = Brighter()
    model.compile()
    saver = TranslationSaver(tmp_path / "s", level(0, 2), every=2)
    x = np.zeros((2, 1))
    model.fit(x, x, epochs=3, callbacks=[saver], verbose=0)
    names = sorted(path.name for path in saver.directory.iterdir())
    assert names == ["samples-0002.png", "samples-0003.png", "samples.gif"]
    # Two rows of two, enlarged to 48 pixels, two between and around.
    shape = image_tools.image_shape(saver.directory / names[0])
    assert shape == (102, 102, 1)


def test_a_model_that_does_not_translate(tmp_path):
    saver = TranslationSaver(tmp_path / "s", level(0))
    saver.set_model(Model())
    with pytest.raises(ValueError, match="with `translate`.*Received: Model"):
        saver.on_train_begin()


def test_images_that_do_not_fit_are_an_error_before_the_first_epoch(tmp_path):
    class Picky(Brighter):
        def translate(self, images):
            raise ValueError("too small")

    saver = TranslationSaver(tmp_path / "s", level(0))
    saver.set_model(Picky())
    with pytest.raises(ValueError, match="too small"):
        saver.on_train_begin()
    assert not (tmp_path / "s").exists()


@pytest.mark.parametrize(
    "options, message",
    [
        ({"sources": np.zeros((2, 2, 1))}, r"`sources`.*shape \(2, 2, 1\)"),
        ({"targets": np.zeros((0, 2, 2, 1))}, "`targets` must be images"),
        ({"attributes": [1, 0]}, r"`attributes`.*shape \(2,\)"),
        ({"every": 0}, "every=0"),
    ],
)
def test_arguments(tmp_path, options, message):
    with pytest.raises(ValueError, match=message):
        TranslationSaver(tmp_path, **{"sources": level(0)} | options)


def test_config_round_trip(tmp_path):
    saver = TranslationSaver(
        tmp_path, level(0.5), attributes=[[0, 1]], animation=tmp_path / "a.gif"
    )
    config = keras.saving.serialize_keras_object(saver)
    again = keras.saving.deserialize_keras_object(
        json.loads(json.dumps(config))
    )
    assert again.get_config() == saver.get_config()
    assert_equal(again.sources, level(0.5))
