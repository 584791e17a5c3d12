"""`GAN` through `fit`, with everything that a step may hold."""

import keras
import numpy as np
import pytest
from portable import assert_close, assert_equal, corners, pipeline

import keras_gan
from keras_gan import penalties

SHAPE = (8, 8, 1)
IMAGES = np.random.default_rng(0).uniform(-1, 1, (32, *SHAPE)).astype("float32")
LABELS = np.arange(32) % 3


LOGS = {"d_loss", "g_loss", "d_real_accuracy", "d_fake_accuracy"}


def make_gan(
    num_classes=None,
    *,
    cls=keras_gan.GAN,
    augmenter=None,
    ema_momentum=0.9,
    **compiled,
):
    pair = keras_gan.networks.mlp(
        SHAPE, latent_dim=4, hidden=(16,), num_classes=num_classes, seed=1
    )
    gan = cls(
        *pair,
        num_classes=num_classes,
        augmenter=augmenter,
        ema_momentum=ema_momentum,
        seed=3,
    )
    gan.compile(**compiled)
    return gan


def fit(gan, labels=None, *, epochs=1, **kwargs):
    kwargs = {"batch_size": 8, "verbose": 0, "shuffle": False} | kwargs
    return gan.fit(IMAGES, labels, epochs=epochs, **kwargs).history


def assert_same(first, second):
    for one, other in zip(first.weights, second.weights, strict=True):
        assert_equal(
            keras.ops.convert_to_numpy(one), keras.ops.convert_to_numpy(other)
        )


def every_penalty():
    return [
        penalties.R1(0.1),
        penalties.R2(0.1, every=2),
        penalties.GradientPenalty(1.0, seed=4),
        penalties.DRAGAN(1.0, seed=5),
        penalties.LeCam(0.1),
        penalties.ConsistencyRegularization(
            keras_gan.layers.DiffAugment("color", seed=6)
        ),
    ]


@pytest.mark.quickest
def test_conditional_and_data_sets():
    gan = make_gan(3)
    data = pipeline((IMAGES, LABELS), 8)
    fit_arrays = fit(gan, LABELS)
    other = make_gan(3)
    fit_data = other.fit(data, verbose=0).history
    assert fit_arrays == fit_data
    assert_same(gan, other)
    assert gan.generate(5, labels=2).shape == (5, *SHAPE)


def an_augmenter():
    return keras_gan.layers.AdaptiveAugment(
        ["contrast"], interval=1, speed=1.0, seed=8
    )


@pytest.mark.parametrize(
    ("update", "discriminator_steps", "augmenter"),
    corners(
        [("alternating", 1, an_augmenter), ("simultaneous", 2, lambda: None)]
    ),
)
def test_saved_and_continued_equals_unbroken(
    tmp_path, update, discriminator_steps, augmenter
):
    unbroken, broken = (
        make_gan(
            update=update,
            discriminator_steps=discriminator_steps,
            penalties=every_penalty(),
            augmenter=augmenter(),
        )
        for _ in "ab"
    )
    before = weights_of_networks(unbroken)
    check_logs(fit(unbroken, epochs=2))
    for old, new in zip(before, weights_of_networks(unbroken), strict=True):
        assert np.any(old != new)
    assert int(unbroken.optimizer.discriminator.iterations) == (
        8 * discriminator_steps
    )
    assert int(unbroken.optimizer.generator.iterations) == 8
    fit(broken)
    broken.save(tmp_path / "gan.keras")
    loaded = keras.saving.load_model(tmp_path / "gan.keras")
    fit(loaded)
    assert_same(loaded, unbroken)
    assert_equal(loaded.generate(3), unbroken.generate(3))


def weights_of_networks(gan):
    networks = gan.generator, gan.ema_generator, gan.discriminator
    return [one for network in networks for one in network.get_weights()]


def check_logs(history):
    names = {"r1", "r2", "gradient_penalty", "dragan", "lecam", "consistency"}
    assert LOGS | names <= set(history)
    assert np.isfinite(list(history.values())).all()


class LatentsFromData(keras_gan.GAN):
    """Latents are given: XLA draws other numbers from the same seed."""

    def sample_latents(self, batch, seed):
        return batch.images[:, : self.latent_dim, 0, 0]


WAYS = {
    "tensorflow": [{"run_eagerly": True}, {"jit_compile": True},
                   {"jit_compile": False, "steps_per_execution": 2}],
    "jax": [{}, {"run_eagerly": True}, {"steps_per_execution": 2}],
    "torch": [{"run_eagerly": True}, {"jit_compile": True}],
}[keras.backend.backend()]  # fmt: skip


# PyTorch's compiler looks at this attribute itself.
@pytest.mark.filterwarnings("ignore:The .grad attribute:UserWarning")
def test_ways_to_run_a_step_agree():
    gans = [
        make_gan(cls=LatentsFromData, penalties=[penalties.R1(0.1)], **way)
        for way in WAYS
    ]
    logs = [fit(gan, batch_size=16) for gan in gans]
    # A logit near 0 may fall on either side of it.
    for name in ("d_loss", "g_loss", "r1"):
        for other in logs[1:]:
            assert_close(logs[0][name], other[name], atol=1e-5)
    images = [gan.generate(3, seed=1) for gan in gans]
    for other in images[1:]:
        assert_close(images[0], other, atol=1e-4)


@pytest.mark.quickest
@pytest.mark.filterwarnings("ignore:Your input ran out of data:UserWarning")
def test_evaluation_of_data_of_unknown_length():
    data = pipeline(IMAGES)
    gan = make_gan(loss="hinge")
    known = gan.evaluate(data.batch(8), verbose=0)
    assert known == gan.evaluate(
        data.filter(lambda image: True).batch(8), verbose=0
    )


@pytest.mark.quickest
def test_one_batch_is_evaluated_as_by_evaluate():
    gan = make_gan(loss="hinge")
    fit(gan)
    one = gan.test_on_batch(IMAGES[:8], return_dict=True)
    assert one == gan.evaluate(
        IMAGES[:8], batch_size=8, verbose=0, return_dict=True
    )


@pytest.mark.quickest
def test_spectral_normalization_with_penalties():
    norm, layers = keras_gan.layers.SpectralNormalization, keras.layers
    networks = [
        keras.Sequential(
            [
                keras.Input(shape),
                layers.Flatten(),
                norm(layers.Dense(16, activation="silu")),
                norm(layers.Dense(units)),
                layers.Reshape(end),
            ]
        )
        for shape, units, end in (((4,), 64, SHAPE), (SHAPE, 1, (1,)))
    ]
    gan = keras_gan.GAN(*networks, seed=1)
    gan.compile(penalties=[penalties.R1(0.1)], update="simultaneous")
    assert np.isfinite(list(fit(gan).values())).all()


@pytest.mark.parametrize(
    "options",
    corners([{"discriminator_steps": 2}, {}, {"update": "simultaneous"}]),
)
def test_spectral_normalization_updates_once_per_update(options):
    layer = keras_gan.layers.SpectralNormalization(keras.layers.Dense(2))
    discriminator = keras.Sequential(
        [
            keras.Input(SHAPE),
            keras.layers.Flatten(),
            layer,
            keras.layers.Dense(1),
        ]
    )
    gan = keras_gan.GAN(make_gan().generator, discriminator, seed=1)
    # The weights hardly change, so that the number of updates can be read off.
    optimizers = [keras.optimizers.SGD(1e-6) for _ in "gd"]
    gan.compile(*optimizers, penalties=[penalties.R1(0.1)], **options)
    layer.layer.kernel.assign(np.eye(64, 2) * [1, 2])
    layer.u.assign([1, 1])
    gan.train_on_batch(IMAGES[:8])
    u = keras.ops.convert_to_numpy(layer.u)
    # Each update multiplies the ratio by the square of the singular values'.
    updates = np.log(u[1] / u[0]) / np.log(4)
    wanted = options.get("discriminator_steps", 1)
    assert updates == pytest.approx(wanted, abs=1e-3)


@pytest.mark.quickest
def test_a_network_trained_alone_updates_its_spectral_normalization():
    layer = keras_gan.layers.SpectralNormalization(keras.layers.Dense(2))
    discriminator = keras.Sequential(
        [keras.Input(SHAPE), keras.layers.Flatten(), layer]
        + [keras.layers.Dense(1)]
    )
    keras_gan.GAN(make_gan().generator, discriminator).compile()
    layer.layer.kernel.assign(np.eye(64, 2) * [1, 2])
    layer.u.assign([1, 1])
    discriminator.compile(keras.optimizers.SGD(1e-6), "mse")
    discriminator.train_on_batch(IMAGES[:8], np.zeros((8, 1)))
    u = keras.ops.convert_to_numpy(layer.u)
    assert u[1] / u[0] == pytest.approx(4, abs=0.01)


@pytest.mark.quickest
@pytest.mark.parametrize("role", ["generator", "discriminator"])
def test_a_frozen_network_is_refused(role):
    gan = make_gan()
    getattr(gan, role).trainable = False
    with pytest.raises(
        ValueError, match=f"must have trainable weights.*'{role}'"
    ):
        gan.compile()


@pytest.mark.quickest
def test_images_out_of_range_are_refused():
    gan = make_gan()
    with pytest.raises(ValueError, match=r"\[-1, 1\]"):
        gan.fit(IMAGES * 100, batch_size=8, verbose=0)


def test_an_error_in_the_first_step_leaves_the_weights():
    gan = make_gan(loss="hinge")
    before = gan.get_weights()
    wrong = pipeline(IMAGES * 100, 8)
    with pytest.raises(ValueError, match=r"\[-1, 1\]"):
        gan.fit(wrong, verbose=0)
    for one, other in zip(before, gan.get_weights(), strict=True):
        assert one.shape == other.shape
    assert np.isfinite(list(fit(gan).values())).all()


@pytest.mark.quickest
def test_how_a_step_is_run_is_left_to_the_next_backend(tmp_path):
    gan = make_gan(steps_per_execution=1)
    config = gan.get_compile_config()
    assert config["jit_compile"] == "auto"
    other = make_gan()
    other.compile_from_config(
        {**config, "backend": "another", "jit_compile": True}
    )
    assert other.asked_jit_compile == "auto"
