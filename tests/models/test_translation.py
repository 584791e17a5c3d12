"""`translate`: batches, tiles and checks of images."""

import keras
import numpy as np
import pytest
from keras import layers
from pair_models import judge, translator, uniform
from portable import assert_close, assert_equal, to_numpy

from keras_gan import Pix2Pix
from keras_gan.models import tiles

ANY = (None, None, 1)


@pytest.fixture(scope="module")
def model():
    return Pix2Pix(translator(ANY), judge(ANY), seed=1)


@pytest.fixture(scope="module")
def fixed():
    return Pix2Pix(translator(), judge(), seed=1)


IMAGES = uniform(0, (20, 13, 1), 5)


def test_batches_are_as_one(model):
    whole = model.translate(IMAGES)
    assert whole.dtype == np.float32
    assert_close(whole, to_numpy(model(IMAGES)), atol=1e-6)
    for batch_size in (2, 5):
        parts = model.translate(IMAGES, batch_size=batch_size)
        assert_close(parts, whole, atol=1e-6)


@pytest.mark.parametrize(
    ("tile", "overlap"), [(8, 5), ((16, 8), 4), (100, None)]
)
def test_tiles_give_the_same_as_whole_images(model, tile, overlap):
    # A pixel depends on its neighbors only.
    found = model.translate(IMAGES, tile=tile, overlap=overlap, batch_size=3)
    assert_close(found, model.translate(IMAGES), atol=1e-5)


@pytest.mark.quickest
def test_tiles_of_a_network_of_fixed_size(fixed, model):
    model.ema_generator.set_weights(fixed.ema_generator.get_weights())
    found = fixed.translate(IMAGES, tile=8, overlap=4)
    assert_close(found, model.translate(IMAGES), atol=1e-5)


@pytest.mark.quickest
def test_tiles_of_a_larger_result():
    generator = translator(ANY, 2, scale=3)
    model = Pix2Pix(generator, judge((None, None, 2)), ema_momentum=None)
    whole = model.translate(IMAGES)
    assert whole.shape == (5, 60, 39, 2)
    found = model.translate(IMAGES, tile=8, overlap=4)
    assert_close(found, whole, atol=1e-5)


@pytest.mark.once
def test_seams_are_blended():
    """Each tile returns its own number."""
    numbers = iter(range(100))

    def function(parts):
        return np.stack([np.full_like(part, next(numbers)) for part in parts])

    image = np.zeros((4, 20, 1), "float32")
    row = tiles.in_tiles(function, image, (4, 8), (0, 4), 1)[0, :, 0]
    # Three tiles: 0 to 7, 4 to 11, ..., 12 to 19, with steps of four.
    assert_close(row[:5], 0.0, atol=1e-6)
    assert_close(row[4:8], [0.0, 0.25, 0.75, 1.0], atol=1e-6)
    assert_close(row[15:], 3.0, atol=1e-6)
    assert (np.diff(row) >= 0).all() and np.diff(row).max() <= 0.51


@pytest.mark.once
def test_every_tile_is_as_large_as_allowed():
    sizes = []

    def function(parts):
        sizes.append(parts.shape)
        return parts

    image = uniform(1, (21, 9, 2), 1)[0]
    found = tiles.in_tiles(function, image, (8, 8), (3, 3), 4)
    # Known pixels come back bit for bit in tiles, too.
    assert_equal(found, image)
    assert set(sizes) == {(4, 8, 8, 2)}


class Noise(layers.Layer):
    """Adds noise in inference, too."""

    def __init__(self, seed=1, **kwargs):
        super().__init__(**kwargs)
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, images):
        drawn = keras.random.normal(images.shape[1:], seed=self.seed_generator)
        return images + drawn


def test_noise_is_a_function_of_the_seed():
    generator = keras.Sequential([keras.Input((8, 8, 1)), Noise()])
    model = Pix2Pix(generator, judge(), ema_momentum=None)
    state = to_numpy(model.generator.layers[0].seed_generator.state)
    images = uniform(0)
    first, again = (model.translate(images) for _ in range(2))
    assert_equal(first, again)
    assert np.abs(first - model.translate(images, seed=1)).max() > 0.1
    assert_equal(model.generator.layers[0].seed_generator.state, state)


@pytest.mark.quickest
def test_weights_that_change_count(fixed):
    images = uniform(0)
    before = fixed.translate(images)
    weight = fixed.ema_generator.weights[0]
    weight.assign(-weight)
    assert np.abs(fixed.translate(images) - before).max() > 1e-3
    weight.assign(-weight)


@pytest.mark.once
@pytest.mark.parametrize(
    ("images", "options", "message"),
    [
        (uniform(0, (9, 8, 1)), {}, r"9, 8, 1\).*Resize.*`tile="),
        (uniform(0, (8, 8, 3)), {}, r"8, 8, 3\). Convert them to 1 channel"),
        (uniform(0)[0], {}, r"`images\[None\]`"),
        (uniform(0)[..., 0], {}, r"`images\[..., None\]`"),
        (uniform(0, (4, 8, 1)), {"tile": 8}, "shape"),
        (100 * uniform(0), {}, r"\[-1, 1\]"),
        (uniform(0)[:0], {}, "empty array"),
        (uniform(0), {"tile": 6}, "size that the generator takes"),
        (uniform(0), {"tile": (8, 8, 8)}, "2 sides"),
        (uniform(0), {"tile": 0}, "`tile`"),
        (uniform(0), {"tile": 8, "overlap": 8}, "`overlap` must be smaller"),
        (uniform(0), {"batch_size": 0}, "`batch_size`"),
        (uniform(0), {"seed": -1}, "`seed`"),
    ],
)
def test_images_that_cannot_be_translated(fixed, images, options, message):
    with pytest.raises(ValueError, match=message):
        fixed.translate(images, **options)


@pytest.mark.once
def test_a_result_larger_than_memory_is_refused(model, monkeypatch):
    monkeypatch.setattr("keras_gan.utils.memory._total_memory", lambda: 1000.0)
    with pytest.raises(ValueError, match="translation of an image of 20 x 13"):
        model.translate(IMAGES, tile=8)


@pytest.mark.once
def test_tiles_need_a_whole_multiple():
    generator = keras.Sequential(
        [keras.Input(ANY), layers.Conv2D(1, 3, padding="valid")]
    )
    model = Pix2Pix(generator, judge(ANY), ema_momentum=None)
    with pytest.raises(ValueError, match=r"whole multiple.*\(6, 6\)"):
        model.translate(IMAGES, tile=8)
