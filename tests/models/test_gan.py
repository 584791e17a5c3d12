"""`GAN` as a Keras model: what it trains, logs and returns."""

import keras
import numpy as np
import pytest
from keras import ops
from portable import QUICK_STEPS, compiled, corners

from keras_gan import GAN, backend, losses, models, networks, penalties
from keras_gan.models.averaging import momentum_after
from keras_gan.models.batch import Batch


class LatentsFromData(GAN):
    """A GAN whose latents are the first numbers of each real vector."""

    def sample_latents(self, batch, seed):
        return batch.images[:, : self.latent_dim]


def to_numpy(values):
    return keras.tree.map_structure(ops.convert_to_numpy, values)


def dataset(*arrays):
    import tensorflow as tf

    data = arrays if len(arrays) > 1 else arrays[0]
    return tf.data.Dataset.from_tensor_slices(data).batch(16)


def fit(gan, points, **kwargs):
    kwargs = {"batch_size": 16, "shuffle": False, "verbose": 0, **kwargs}
    return gan.fit(points, **kwargs).history


@pytest.mark.quickest
def test_logs_have_the_promised_names_and_no_other(make_gan, points):
    gan = make_gan()
    gan.compile()
    assert set(fit(gan, points)) == {
        "d_loss",
        "g_loss",
        "d_real_accuracy",
        "d_fake_accuracy",
        "r1",
        "r2",
    }


@pytest.mark.parametrize(
    ("update", "steps"), [("alternating", 2), ("simultaneous", 1)]
)
def test_both_networks_move(make_gan, points, update, steps):
    gan = make_gan()
    gan.compile(loss="non_saturating", update=update, discriminator_steps=steps)
    before = [ops.convert_to_numpy(v) for v in gan.trainable_variables]
    fit(gan, points)
    for old, new in zip(before, gan.trainable_variables, strict=True):
        assert np.abs(old - new).max() > 0
    assert int(gan.optimizer.iterations) == 4
    assert int(gan.optimizer.discriminator.iterations) == 4 * steps


def test_alternating_step_equals_a_hand_written_one(make_gan, points):
    gan = make_gan(LatentsFromData)
    twin = make_gan(LatentsFromData)
    sgd = keras.optimizers.SGD
    gan.compile(sgd(0.1), sgd(0.1), loss="non_saturating", penalties=None)
    fit(gan, points, batch_size=64)
    generator, discriminator = twin.generator, twin.discriminator
    latents = points[:, :2]

    def update(network, loss):
        weights = network.trainable_weights
        (slopes,), _ = compiled(
            lambda: backend.gradients(lambda: ([loss()], {}), [weights])
        )()
        for weight, slope in zip(weights, slopes, strict=True):
            weight.assign(to_numpy(weight) - 0.1 * to_numpy(slope))

    fakes = to_numpy(generator(latents, training=True))
    update(
        discriminator,
        lambda: (
            ops.mean(ops.softplus(-discriminator(points)))
            + ops.mean(ops.softplus(discriminator(fakes)))
        ),
    )
    update(
        generator,
        lambda: ops.mean(
            ops.softplus(-discriminator(generator(latents, training=True)))
        ),
    )
    for ours, theirs in ((gan.generator, generator),
                         (gan.discriminator, discriminator)):  # fmt: skip
        for a, b in zip(ours.weights, theirs.weights, strict=True):
            np.testing.assert_allclose(to_numpy(a), to_numpy(b), atol=1e-6)


def test_simultaneous_gradients_are_taken_at_one_point(make_gan, points):
    gans = {}
    for update in ("alternating", "simultaneous"):
        gan = make_gan(LatentsFromData)
        sgd = keras.optimizers.SGD
        gan.compile(sgd(0.1), sgd(0.1), update=update)
        fit(gan, points, batch_size=64)
        gans[update] = gan
    first, second = gans.values()
    # D starts from the same weights and sees the same images either way.
    for a, b in zip(first.discriminator.trainable_weights,
                    second.discriminator.trainable_weights,
                    strict=True):  # fmt: skip
        np.testing.assert_allclose(a, b, atol=1e-6)
    # G sees D after its update, or before.
    moved = [
        np.abs(to_numpy(a) - to_numpy(b)).max()
        for a, b in zip(
            first.generator.trainable_weights,
            second.generator.trainable_weights,
            strict=True,
        )  # fmt: skip
    ]
    assert max(moved) > 1e-5


@pytest.mark.parametrize(
    "momentum, first", corners([(0.75, 0.75), (0.999, 2 ** (-1 / 10))])
)
def test_average_follows_its_momentum_and_copies_the_rest(
    make_gan, points, momentum, first
):
    """A long half-life is shortened at the start."""
    gan = make_gan(ema_momentum=momentum)
    gan.compile(loss="hinge")
    start = [ops.convert_to_numpy(v) for v in gan.generator.trainable_weights]
    fit(gan, points, batch_size=64)
    averages = gan.ema_generator.weights
    by_id = dict(zip(map(id, gan.generator.weights), averages, strict=True))
    for old, new in zip(start, gan.generator.trainable_weights, strict=True):
        expected = first * old + (1 - first) * ops.convert_to_numpy(new)
        np.testing.assert_allclose(by_id[id(new)], expected, atol=1e-6)
    for value in gan.generator.non_trainable_weights:
        np.testing.assert_array_equal(by_id[id(value)], value)


@pytest.mark.quickest
@pytest.mark.parametrize(
    "updates, half_life", [(1, 10), (200, 10), (1000, 50), (10**6, 693)]
)
def test_half_life_of_the_average_grows_up_to_its_bound(updates, half_life):
    longest = 2 ** (-1 / 693)
    momentum = float(momentum_after(ops.convert_to_tensor(updates), longest))
    assert np.log(0.5) / np.log(momentum) == pytest.approx(half_life, rel=1e-3)


@pytest.mark.quickest
def test_no_average(make_gan, points):
    gan = make_gan(ema_momentum=None)
    gan.compile(loss="hinge")
    fit(gan, points)
    latents = np.ones((3, 2), "float32")
    np.testing.assert_array_equal(
        to_numpy(gan(latents)),
        to_numpy(gan.generator(latents, training=False)),
    )


def test_lazy_penalty_is_due_every_nth_step_and_scaled(make_gan, points):
    gan = make_gan(LatentsFromData)
    still = keras.optimizers.SGD(0.0)
    # Networks that do not move: each due step has the same value.
    full, lazy = penalties.R1(2.0), penalties.R1(2.0, every=4, name="lazy")
    gan.compile(still, keras.optimizers.SGD(0.0), penalties=[full, lazy])
    same = np.tile(points[:16], (8, 1))
    logs = fit(gan, same)
    # Eight steps, of which two are due, each times four.
    np.testing.assert_allclose(logs["lazy"], logs["r1"], rtol=1e-5)
    logs = fit(gan, same[:16])  # The ninth step (number 8) is due.
    np.testing.assert_allclose(logs["lazy"][0], 4 * logs["r1"][0], rtol=1e-5)
    logs = fit(gan, same[:16])
    assert logs["lazy"][0] == 0.0


@pytest.mark.quickest
def test_own_loss_object_and_own_penalty(make_gan, points):
    class Squares:
        def discriminator_loss(self, real_logits, fake_logits):
            return ops.mean((real_logits - 1) ** 2 + fake_logits**2)

        def generator_loss(self, real_logits, fake_logits):
            return ops.mean((fake_logits - real_logits) ** 2)

    def small_logits(score, real_images, fake_images):
        return 1e-3 * ops.mean(score(real_images) ** 2)

    gan = make_gan()
    gan.compile(loss=Squares(), penalties=[small_logits])
    assert "small_logits" in fit(gan, points)
    gan.compile(loss=Squares())
    assert gan.penalties == []


@pytest.mark.parametrize(
    "loss",
    corners(
        ["wasserstein", "relativistic", "non_saturating", "minimax",
         "least_squares", "hinge"]
    ),
)  # fmt: skip
def test_every_loss_trains_with_its_own_penalties(make_gan, points, loss):
    gan = make_gan()
    gan.compile(loss=loss, penalties="auto", **QUICK_STEPS)
    assert isinstance(gan.loss, losses.AdversarialLoss)
    assert all(np.isfinite(v).all() for v in fit(gan, points).values())


@pytest.mark.parametrize("policy", corners(["mixed_float16", "mixed_bfloat16"]))
def test_mixed_precision(points, policy):
    keras.config.set_dtype_policy(policy)
    gan = GAN(*networks.mlp((8, 8, 1), seed=1), seed=1)
    gan.compile()
    scaled = policy == "mixed_float16"
    for part in gan.optimizer.parts:
        wraps = isinstance(part, keras.optimizers.LossScaleOptimizer)
        assert wraps is scaled
    images = np.tanh(np.tile(points, (1, 16))).reshape(-1, 8, 8, 1)
    logs = fit(gan, images, epochs=2)
    assert all(np.isfinite(v).all() for v in logs.values())
    assert all(v.dtype == "float32" for v in gan.trainable_variables)
    assert gan.generate(2).dtype == np.float32


@pytest.mark.quickest
def test_learning_rate_callbacks_move_both(make_gan, points):
    gan = make_gan()
    adam = keras.optimizers.Adam
    gan.compile(adam(1e-3), adam(4e-3), loss="hinge")
    schedule = keras.callbacks.LearningRateScheduler(lambda epoch, lr: lr / 2)
    fit(gan, points, callbacks=[schedule])
    assert float(gan.optimizer.generator.learning_rate) == pytest.approx(5e-4)
    assert float(gan.optimizer.discriminator.learning_rate) == pytest.approx(
        2e-3
    )


class MeanGap(keras.metrics.Metric):
    """Difference of the means, as sums that may be merged."""

    def __init__(self, name="gap"):
        super().__init__(name=name)
        self.real = self.add_variable((), "zeros", name="real")
        self.fake = self.add_variable((), "zeros", name="fake")
        self.count = self.add_variable((), "zeros", name="count")

    def update_state(self, real_images, fake_images):
        self.real.assign_add(ops.sum(real_images))
        self.fake.assign_add(ops.sum(fake_images))
        self.count.assign_add(ops.cast(ops.size(real_images), "float32"))

    def result(self):
        return (self.real - self.fake) / self.count


def test_metrics_appear_in_evaluate_and_as_validation_logs(make_gan, points):
    gan = make_gan()
    gan.compile(loss="hinge", metrics=[MeanGap()])
    logs = fit(gan, points, validation_data=points[:30])
    assert {"val_gap", "val_d_loss", "d_loss"} <= set(logs)
    assert "gap" not in logs
    values = gan.evaluate(
        points[:30], batch_size=16, return_dict=True, verbose=0
    )
    assert values["gap"] == pytest.approx(logs["val_gap"][-1], rel=1e-5)
    # The same latents each time, so that epochs can be compared.
    again = gan.evaluate(points[:30], batch_size=16, verbose=0)
    assert again == list(values.values())


@pytest.mark.quickest
def test_looking_does_not_change_the_run(make_gan, points, same_state):
    plain, watched = make_gan(), make_gan()
    for gan in (plain, watched):
        metrics = [MeanGap()] if gan is watched else None
        gan.compile(loss="hinge", metrics=metrics)
    fit(plain, points, epochs=2)
    look = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: watched.generate(5, seed=1)
    )
    fit(watched, points, epochs=2, validation_data=points, callbacks=[look])
    for a, b in zip(plain.weights, watched.weights, strict=True):
        np.testing.assert_array_equal(a, b)


def test_conditional_gan(points):
    labels = np.arange(64) % 3
    images = np.tanh(np.tile(points, (1, 16))).reshape(-1, 8, 8, 1)
    gan = GAN(*networks.mlp((8, 8, 1), num_classes=3), num_classes=3, seed=1)
    gan.compile(discriminator_steps=2, penalties=[penalties.R1(1.0)])
    assert np.isfinite(fit(gan, images, y=labels)["d_loss"]).all()
    gan.fit(dataset(images, labels), verbose=0)
    assert gan.generate(7).shape == (7, 8, 8, 1)
    ones = gan.generate(4, labels=1, seed=3)
    np.testing.assert_allclose(
        ones, gan.generate(4, labels=[1] * 4, seed=3), atol=1e-6
    )
    assert np.abs(ones - gan.generate(4, labels=2, seed=3)).max() > 0
    latents = np.zeros((5, gan.latent_dim), "float32")
    images = gan.predict([latents, np.zeros(5, "int32")], verbose=0)
    assert images.shape == (5, 8, 8, 1)


@pytest.mark.quickest
def test_data_of_other_forms(make_gan, points):
    import tensorflow as tf

    gan = make_gan()
    gan.compile(loss="hinge")
    data = dataset(points)
    gan.fit(data, verbose=0)
    gan.fit(data.map(lambda x: {"images": x}), verbose=0)
    labeled = data.map(lambda x: (x, tf.zeros(tf.shape(x)[0])))
    with pytest.warns(UserWarning, match="not used.*`num_classes=") as warned:
        gan.fit(labeled, verbose=0)
    places = [x.filename for x in warned if "num_classes" in str(x.message)]
    assert places == [__file__]
    gan.fit(points, points[:, 0], verbose=0)  # It is said once.
    weighted = tf.data.Dataset.from_tensors(
        (points, points[:, 0], points[:, 0])
    )
    with pytest.raises(ValueError, match="sample_weight"):
        gan.fit(weighted, verbose=0)


@pytest.mark.quickest
def test_parts_of_a_batch_are_the_same_on_one_device_and_on_two():
    from keras_gan.models.batch import split

    images = np.arange(24.0).reshape(12, 2)
    whole = split(Batch(ops.convert_to_tensor(images)), 3)
    halves = [split(Batch(ops.convert_to_tensor(h)), 3)
              for h in (images[:6], images[6:])]  # fmt: skip
    for part in range(3):
        merged = np.concatenate([to_numpy(h[part].images) for h in halves])
        np.testing.assert_array_equal(to_numpy(whole[part].images), merged)


@pytest.mark.quickest
def test_quiet_and_no_constant_loss(make_gan, points, capfd):
    gan = make_gan()
    gan.compile(loss="hinge")
    gan.fit(dataset(points), verbose=2)
    output = capfd.readouterr()
    assert " loss:" not in output.out
    assert "Warning" not in output.err and "WARNING" not in output.err


@pytest.mark.quickest
@pytest.mark.parametrize("parts", [0, -1, 2.0])
def test_a_batch_is_split_into_a_positive_number_of_parts(parts):
    with pytest.raises((TypeError, ValueError), match="`parts`.*Received"):
        models.split(np.zeros((4, 2)), parts)


@pytest.mark.quickest
def test_labels_that_a_system_of_ones_own_uses(make_gan, points):
    class Weighted(GAN):
        def unpack(self, data):
            images, weights = data
            return super().unpack((images, weights))

    gan = make_gan(Weighted)
    gan.compile(loss="hinge")
    gan.fit(points, points[:, 0], verbose=0)  # Without a warning.
