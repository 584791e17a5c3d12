"""A classifier of sounds, and distances in its features."""

import keras
import numpy as np
import pytest
from portable import array, assert_close, corners

import keras_gan
from keras_gan import networks
from keras_gan.metrics import FrechetInceptionDistance

RATE, SHAPE = 2_000, (256, 1)


def tones(number, noise=0.0, seed=0):
    """Sines of three pitches with random phases, and their pitches."""
    draws = np.random.default_rng(seed)
    labels = np.arange(number) % 3
    hertz = np.array([200.0, 400.0, 800.0])[labels, None]
    phase = draws.uniform(0, 2 * np.pi, (number, 1))
    seconds = np.arange(SHAPE[0]) / RATE
    waves = 0.5 * np.sin(2 * np.pi * hertz * seconds + phase)
    waves += noise * draws.normal(size=waves.shape)
    return np.clip(waves, -1, 1).astype("float32")[..., None], labels


@pytest.fixture(scope="module")
def trained():
    keras.utils.set_random_seed(1)
    classifier = networks.sound_classifier(SHAPE, 3, rate=RATE, width=4, seed=1)
    classifier.compile(
        keras.optimizers.Adam(0.02),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    classifier.fit(*tones(96), batch_size=16, epochs=10, verbose=0)
    return classifier


@pytest.fixture
def extractor(trained):
    return keras.Model(trained.input, trained.get_layer("features").output)


@pytest.mark.quickest
def test_it_hears_pitches(trained):
    found = trained.evaluate(*tones(60, seed=1), verbose=0, return_dict=True)
    assert found["accuracy"] > 0.9


@pytest.mark.parametrize("policy", corners(["mixed_bfloat16", "float32"]))
def test_a_sound_has_the_same_features_in_any_batch(policy, tmp_path):
    keras.config.set_dtype_policy(policy)
    try:
        model = networks.sound_classifier(SHAPE, 3, rate=RATE, width=2, seed=1)
    finally:
        keras.config.set_dtype_policy("float32")
    waves, _ = tones(4, noise=0.1)
    waves[1:] *= np.float32([[[1e-3]], [[0.0]], [[2.0]]])
    together = array(model(waves))
    assert together.dtype == "float32" and np.isfinite(together).all()
    alone = np.concatenate([array(model(one[None])) for one in waves])
    assert_close(together, alone, rtol=1e-4, atol=1e-5)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert_close(loaded(waves), together, rtol=1e-6, atol=1e-7)


@pytest.mark.quickest
def test_distances_in_its_features_grow_with_noise(extractor):
    real, _ = tones(60)
    found = []
    for noise in (0.0, 0.1, 0.4):
        metric = FrechetInceptionDistance(extractor)
        metric.update_state(real, tones(60, noise, seed=2)[0])
        found.append(float(metric.result()))
    assert found == sorted(found) and found[2] > 5 * found[0]
    # Features of every kind: precision and recall, and kernels, too.
    pair = keras_gan.metrics.PrecisionRecall(extractor)
    pair.update_state(real, real)
    assert float(pair.result()["precision"]) == 1


@pytest.mark.quickest
def test_a_gan_is_evaluated_by_it(extractor):
    pair = networks.wavegan(SHAPE, width=1, latent_dim=3, seed=1)
    gan = keras_gan.GAN(*pair, seed=1)
    fid = FrechetInceptionDistance(extractor)
    gan.compile(loss="hinge", penalties=[], metrics=[fid], run_eagerly=True)
    found = gan.evaluate(tones(20)[0], return_dict=True, verbose=0)
    assert found["fid"] > 0


@pytest.mark.quickest
@pytest.mark.parametrize(
    ("shape", "rate"),
    [((16_384, 2), 44_100), ((4, 1), 8_000), ((9, 1), 1), ((100, 1), 100)],
)
def test_any_length_and_rate(shape, rate):
    model = networks.sound_classifier(shape, 2, rate=rate, width=1)
    assert model.output_shape == (None, 2)
    assert np.isfinite(array(model(np.zeros((1, *shape), "float32")))).all()


@pytest.mark.quickest
def test_bad_arguments():
    with pytest.raises(ValueError, match="`num_classes` must be at least 2"):
        networks.sound_classifier(SHAPE, 1, rate=RATE)
    with pytest.raises(TypeError, match="`rate` must be an integer"):
        networks.sound_classifier(SHAPE, 2, rate=0.5)
