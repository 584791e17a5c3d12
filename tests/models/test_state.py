"""A run that stops and goes on equals one that never stopped."""

import keras
import numpy as np
import pytest
from portable import QUICK_STEPS, corners

from keras_gan import losses, penalties
from keras_gan.models.state import kept


def _lazy():
    return [
        penalties.R1(1.0, every=3),
        penalties.GradientPenalty(seed=3, every=2),
        penalties.LeCam(),
    ]


def _noisy():
    return losses.NonSaturatingLoss(label_noise=0.1, seed=2)


SETTINGS = {
    "lazy penalties": {"penalties": _lazy},
    "two discriminator steps": {"discriminator_steps": 2, "loss": _noisy},
    "simultaneous": {"update": "simultaneous", "penalties": _lazy},
}


def settings(name):
    return {k: v() if callable(v) else v for k, v in SETTINGS[name].items()}


def fit(gan, points, **kwargs):
    gan.fit(points, batch_size=16, shuffle=False, verbose=0, **kwargs)


@pytest.mark.parametrize(
    "name, policy",
    corners(
        [
            ("lazy penalties", "float32"),
            ("two discriminator steps", "float32"),
            ("simultaneous", "mixed_bfloat16"),
        ]
    ),
)
def test_two_and_two_epochs_are_four(
    make_gan, points, same_state, tmp_path, name, policy
):
    keras.config.set_dtype_policy(policy)
    whole = make_gan(dropout=0.3)
    whole.compile(**settings(name))
    path = tmp_path / "{epoch}.keras"
    save = keras.callbacks.ModelCheckpoint(path)
    fit(whole, points, epochs=4, callbacks=[save])
    rest = keras.saving.load_model(tmp_path / "2.keras")
    with kept(rest):  # What is done in between leaves no trace.
        fit(rest, points[:32], epochs=2)
    fit(rest, points, epochs=4, initial_epoch=2)
    same_state(whole, rest)
    np.testing.assert_array_equal(whole.generate(3), rest.generate(3))


@pytest.mark.quickest
def test_float16_keeps_its_loss_scales(make_gan, points, same_state, tmp_path):
    keras.config.set_dtype_policy("mixed_float16")
    gan = make_gan()
    gan.compile(loss="hinge")
    fit(gan, points)
    gan.save(tmp_path / "gan.keras")
    loaded = keras.saving.load_model(tmp_path / "gan.keras")
    same_state(gan, loaded)
    fit(gan, points)
    fit(loaded, points)
    same_state(gan, loaded)


def test_weights_alone_hold_the_whole_state(
    make_gan, points, same_state, tmp_path
):
    gan, other = make_gan(dropout=0.3), make_gan(dropout=0.3, seed=99)
    for model in (gan, other):
        model.compile(loss="hinge", **QUICK_STEPS)
    fit(gan, points)
    gan.save_weights(tmp_path / "gan.weights.h5")
    other.load_weights(tmp_path / "gan.weights.h5")
    same_state(gan, other)


@pytest.mark.quickest
def test_compile_arguments_survive(make_gan, points, tmp_path):
    gan = make_gan()
    gan.compile(
        keras.optimizers.Adam(1e-3),
        keras.optimizers.RMSprop(2e-3),
        loss="hinge",
        penalties=[penalties.R1(0.3, every=2)],
        discriminator_steps=2,
        update="simultaneous",
    )
    gan.save(tmp_path / "gan.keras")
    loaded = keras.saving.load_model(tmp_path / "gan.keras")
    assert isinstance(loaded.optimizer.discriminator, keras.optimizers.RMSprop)
    assert loaded.penalties[0].get_config() == gan.penalties[0].get_config()
    assert type(loaded.loss) is type(gan.loss)
    assert (loaded.discriminator_steps, loaded.update) == (2, "simultaneous")
    plain = ("latent_dim", "num_classes", "ema_momentum", "seed", "name")
    ours, theirs = gan.get_config(), loaded.get_config()
    assert {k: ours[k] for k in plain} == {k: theirs[k] for k in plain}


@pytest.mark.quickest
def test_learning_rate_ratio_survives(make_gan, tmp_path):
    gan = make_gan()
    gan.compile(keras.optimizers.Adam(1e-3), keras.optimizers.Adam(4e-3))
    gan.optimizer.learning_rate = 0.0
    gan.save(tmp_path / "gan.keras")
    loaded = keras.saving.load_model(tmp_path / "gan.keras")
    loaded.optimizer.learning_rate = 1e-4
    rate = float(loaded.optimizer.discriminator.learning_rate)
    assert rate == pytest.approx(4e-4)


@pytest.mark.quickest
def test_a_loss_without_config_does_not_cost_the_weights(
    make_gan, points, tmp_path
):
    class Own:
        def discriminator_loss(self, real_logits, fake_logits):
            return keras.ops.mean(fake_logits - real_logits)

        def generator_loss(self, real_logits, fake_logits):
            return -keras.ops.mean(fake_logits)

    gan = make_gan()
    gan.compile(loss=Own(), **QUICK_STEPS)
    fit(gan, points)
    with pytest.warns(UserWarning, match="saved without"):
        gan.save(tmp_path / "gan.keras")
    loaded = keras.saving.load_model(tmp_path / "gan.keras")
    for a, b in zip(gan.weights, loaded.weights, strict=True):
        np.testing.assert_array_equal(a, b)
    assert not loaded.compiled


@pytest.mark.quickest
def test_weights_of_another_kind_of_gan_are_refused(make_gan, points, tmp_path):
    gan, other = make_gan(), make_gan()
    gan.compile(penalties=[penalties.GradientPenalty(seed=1)])
    other.compile()
    gan.save_weights(tmp_path / "gan.weights.h5")
    with pytest.raises(ValueError, match="random layers"):
        other.load_weights(tmp_path / "gan.weights.h5")


@pytest.mark.quickest
def test_same_seed_same_run(make_gan, points, same_state):
    runs = [make_gan(), make_gan()]
    for gan in runs:
        gan.compile(loss="hinge")
        fit(gan, points, epochs=2)
    same_state(*runs)


@pytest.mark.quickest
def test_a_file_draws_the_same_without_what_it_was_compiled_with(
    make_gan, points, tmp_path
):
    gan = make_gan()
    gan.compile(loss="hinge", penalties=_lazy(), **QUICK_STEPS)
    fit(gan, points)
    gan.save(tmp_path / "gan.keras")
    loaded = keras.saving.load_model(tmp_path / "gan.keras", compile=False)
    np.testing.assert_array_equal(
        gan.generate(3, seed=1), loaded.generate(3, seed=1)
    )
