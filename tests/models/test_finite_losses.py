"""A run whose loss turns NaN stops, and keeps what it had saved."""

import keras
import numpy as np
import pytest
from keras import ops
from portable import QUICK_STEPS

from keras_gan.models.finite_losses import FiniteLosses


class TurnsNaN:
    """A loss that is NaN as soon as the real logits are huge."""

    def discriminator_loss(self, real_logits, fake_logits):
        loss = ops.mean(fake_logits - real_logits)
        return ops.where(ops.any(ops.abs(real_logits) > 1e4), np.nan, loss)

    def generator_loss(self, real_logits, fake_logits):
        return -ops.mean(fake_logits)


def poisoned(points, bad_batch):
    """Four batches of 16 for ever, of which one has huge numbers."""
    batches = np.tile(points, (8, 1)).reshape(32, 16, 4)
    batches[bad_batch] *= 1e9
    import tensorflow as tf

    return tf.data.Dataset.from_tensor_slices(batches).repeat()


WAYS = [
    ({"run_eagerly": True}, 5),
    ({"run_eagerly": True}, 7),  # The last batch of an epoch.
]
if keras.backend.backend() != "torch":  # Where there are single steps only.
    WAYS += [({"steps_per_execution": 2}, 5), ({"jit_compile": True}, 7)]


@pytest.mark.parametrize("settings, bad", WAYS, ids=str)
def test_nan_stops_the_run_and_keeps_the_checkpoint(
    make_gan, points, tmp_path, settings, bad
):
    gan = make_gan()
    gan.compile(loss=TurnsNaN(), penalties=None, **settings)
    path = tmp_path / "gan.weights.h5"
    saved = {}

    def remember(epoch, logs):
        saved[epoch] = path.read_bytes()

    callbacks = [
        keras.callbacks.ModelCheckpoint(path, save_weights_only=True),
        keras.callbacks.LambdaCallback(on_epoch_end=remember),
    ]
    with pytest.raises(FloatingPointError) as error:
        gan.fit(
            poisoned(points, bad),
            steps_per_epoch=4,
            epochs=5,
            verbose=0,
            callbacks=callbacks,
        )
    width = settings.get("steps_per_execution", 1)
    batch = bad % 4 // width * width + width
    assert f"epoch 2, batch {batch} (step {4 + batch} " in str(error.value)
    assert "d_loss" in str(error.value) and "lower the" in str(error.value)
    assert list(saved) == [0]
    assert path.read_bytes() == saved[0]
    gan.load_weights(path)
    assert all(np.isfinite(v).all() for v in gan.get_weights())


@pytest.mark.quickest
def test_a_checkpoint_of_every_batch_is_kept_too(make_gan, points, tmp_path):
    gan = make_gan()
    gan.compile(loss=TurnsNaN(), penalties=None, run_eagerly=True)
    path = tmp_path / "gan.weights.h5"
    checkpoint = keras.callbacks.ModelCheckpoint(
        path, save_weights_only=True, save_freq=1
    )
    with pytest.raises(FloatingPointError):
        gan.fit(
            poisoned(points, 2),
            steps_per_epoch=4,
            verbose=0,
            callbacks=checkpoint,
        )
    gan.load_weights(path)
    assert int(ops.convert_to_numpy(gan.optimizer.iterations)) == 2
    assert all(np.isfinite(v).all() for v in gan.get_weights())


@pytest.mark.quickest
@pytest.mark.parametrize("given", ["none", "list of Keras"])
def test_the_check_stands_in_every_run(make_gan, points, given):
    gan = make_gan()
    gan.compile(loss=TurnsNaN(), penalties=None, run_eagerly=True)
    callbacks = None
    if given != "none":
        callbacks = keras.callbacks.CallbackList(
            [], add_history=True, model=gan
        )
    for _ in range(2):
        with pytest.raises(FloatingPointError, match="epoch 1, batch"):
            gan.fit(
                poisoned(points, 1),
                steps_per_epoch=4,
                epochs=3,
                verbose=0,
                callbacks=callbacks,
            )
    if callbacks is not None:
        checks = [c for c in callbacks.callbacks if isinstance(c, FiniteLosses)]
        assert len(checks) == 1


def test_nan_under_a_strategy(make_gan, points, two_cpus):
    with two_cpus.scope():
        gan = make_gan()
        gan.compile(loss=TurnsNaN(), penalties=None)
    with pytest.raises(FloatingPointError, match="epoch 1, batch"):
        gan.fit(poisoned(points, 1), steps_per_epoch=4, epochs=3, verbose=0)


def test_a_replica_without_images_is_no_nan(make_gan, points, two_cpus):
    with two_cpus.scope():
        gan = make_gan()
        gan.compile(loss="hinge", penalties=["r1"], update="simultaneous")
    # The last batch has one image, for two replicas.
    logs = gan.fit(points[:17], batch_size=16, verbose=0).history
    assert all(np.isfinite(v).all() for v in logs.values())
    for variable in gan.weights:
        assert np.isfinite(ops.convert_to_numpy(variable)).all()


@pytest.mark.quickest
def test_steps_are_not_the_updates_of_a_player(make_three, pairs):
    def turns(self, batch):
        maker, *others = self.players
        yield (maker,), batch
        yield (maker,), batch
        yield tuple(others), batch

    def judge_loss(self, turn):
        huge = ops.any(ops.abs(turn.batch) > 1e4)
        return ops.where(huge, np.nan, self.gap(turn, "judge"))

    model = make_three(turns=turns, judge_loss=judge_loss)
    model.compile(**QUICK_STEPS)
    batches = np.tile(pairs, (2, 1)).reshape(4, 16, 2)
    batches[3] *= 1e9
    with pytest.raises(FloatingPointError, match=r"epoch 2, batch 2 \(step 4 "):
        model.fit(
            ((b,) for b in batches), steps_per_epoch=2, epochs=2, verbose=0
        )


@pytest.mark.quickest
def test_steps_are_counted_in_any_order(make_gan):
    """Keras ends batches in several threads, so in any order."""
    gan = make_gan()
    gan.compile()
    callback = FiniteLosses()
    callback.set_model(gan)
    callback._check_first_batch = lambda: None
    callback.on_train_begin()
    callback.on_epoch_begin(0)
    for batch in (2, 0, 1):
        callback.on_train_batch_end(batch, {"d_loss": 0.0})
    callback.on_epoch_end(0)
    callback.on_epoch_begin(1)
    with pytest.raises(FloatingPointError, match="epoch 2, batch 2 .step 5 of"):
        callback.on_train_batch_end(1, {"d_loss": np.nan})
