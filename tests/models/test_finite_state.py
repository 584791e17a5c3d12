"""NaN that the losses do not show never gets into a file."""

import keras
import numpy as np
import pytest
from keras import layers, ops
from portable import corners

from keras_gan import GAN
from keras_gan.callbacks.run_checkpoint import RunCheckpoint
from keras_gan.models import finite_state


@keras.saving.register_keras_serializable(package="tests")
def hiding_relu(x):
    """A ReLU of NaN is 0 here, as some frameworks' own on some devices."""
    return ops.where(x > 0, x, 0.0)


def dense(name, activation=None):
    kernel = keras.initializers.GlorotUniform(seed=3)
    return layers.Dense(4, activation, kernel_initializer=kernel, name=name)


@pytest.fixture
def gan():
    generator = [keras.Input((2,)), dense("hidden", hiding_relu), dense("end")]
    discriminator = [
        keras.Input((4,)),
        dense("judge", hiding_relu),
        dense("last"),
        layers.Dense(1, kernel_initializer="ones"),
    ]
    gan = GAN(*map(keras.Sequential, (generator, discriminator)), seed=1)
    gan.compile(run_eagerly=True)
    return gan


def bias(network, name):
    return network.get_layer(name).bias


# What turns NaN, in a model -> how the error message calls it.
PARTS = {
    "generator weight": lambda gan: bias(gan.generator, "hidden"),
    "average weight": lambda gan: bias(gan.ema_generator, "end"),
    "discriminator optimizer": lambda gan: gan.optimizer.variables[-1],
}


class Spoiled(keras.callbacks.Callback):
    """Makes a variable infinite in one entry at the end of one step."""

    def __init__(self, part, step, when="on_train_batch_end"):
        super().__init__()
        self.part, self.step, self.seen = part, step, 0
        setattr(self, when, self.spoil)

    def spoil(self, *args, **kwargs):
        self.seen += 1
        if self.seen == self.step:
            variable = self.part(self.model)
            value = np.array(ops.convert_to_numpy(variable))
            value.flat[0] = -np.inf if self.step % 2 else np.nan
            variable.assign(value)


def fit(gan, points, *callbacks):
    gan.fit(points, batch_size=32, epochs=3, verbose=0, callbacks=callbacks)


@pytest.mark.parametrize("name", corners(PARTS))
def test_a_hidden_nan_does_not_replace_a_checkpoint(
    gan, points, tmp_path, name
):
    path, steps = tmp_path / "gan.weights.h5", []
    saved = keras.callbacks.ModelCheckpoint(path, save_weights_only=True)

    def note(epoch, logs):
        steps.append(path.read_bytes())

    noted = keras.callbacks.LambdaCallback(on_epoch_end=note)
    with pytest.raises(FloatingPointError) as error:
        # Step 4 is the last of the second epoch.
        fit(gan, points, Spoiled(PARTS[name], 4), saved, noted)
    message = str(error.value)
    variable = PARTS[name](gan)
    assert f": {name} {variable.path} after epoch 2 (step 4 of" in message
    assert len(steps) == 1 and path.read_bytes() == steps[0]
    gan.load_weights(path)
    assert np.isfinite(ops.convert_to_numpy(variable)).all()


@pytest.mark.quickest
def test_a_relu_that_hides_nan_is_found(gan, points):
    gan.generator.get_layer("hidden").bias.assign([np.nan, 0, 0, 0])
    with pytest.raises(FloatingPointError) as error:
        fit(gan, points)
    message = str(error.value)
    assert "loss is" not in message and "hidden/bias" in message
    # The average and the moments of that bias, too.
    assert "average weight" in message and "after epoch 1" in message


@pytest.mark.quickest
@pytest.mark.parametrize("kind", ["model", "backup"])
def test_files_within_an_epoch(gan, points, tmp_path, kind):
    path = tmp_path / "gan.keras"
    saver = keras.callbacks.ModelCheckpoint(path, save_freq=1)
    if kind == "backup":
        path = tmp_path / "latest.weights.h5"
        saver = keras.callbacks.BackupAndRestore(tmp_path, save_freq=1)
    spoiled = Spoiled(PARTS["average weight"], 3)
    with pytest.raises(FloatingPointError, match=r"average .* after 3 updates"):
        fit(gan, points, spoiled, saver)
    gan.load_weights(path)
    assert int(ops.convert_to_numpy(gan.optimizer.iterations)) == 2
    assert all(np.isfinite(value).all() for value in gan.get_weights())


@pytest.mark.quickest
def test_the_checkpoint_of_a_run_is_kept(gan, points, tmp_path):
    path = tmp_path / "gan.keras"
    spoiled = Spoiled(PARTS["generator weight"], 2, "on_epoch_end")
    with pytest.raises(FloatingPointError, match="generator weight"):
        fit(gan, points, spoiled, RunCheckpoint(path))
    gan.load_weights(path)
    assert int(ops.convert_to_numpy(gan.optimizer.iterations)) == 2
    assert [one.name for one in tmp_path.iterdir()] == ["gan.keras"]


@pytest.mark.quickest
def test_a_model_saved_by_hand(gan, tmp_path):
    for variable in gan.ema_generator.weights:
        variable.assign(variable * np.nan)
    bare = GAN(gan.generator, gan.discriminator)
    bare.ema_generator.set_weights(gan.ema_generator.get_weights())
    for model in (gan, bare):
        for save, name in (
            (model.save, "gan.keras"),
            (model.save_weights, "gan.weights.h5"),
        ):
            with pytest.raises(FloatingPointError, match="and 1 more"):
                save(tmp_path / name)
    assert not list(tmp_path.iterdir())


@pytest.mark.quickest
def test_arguments_of_save_may_be_given_by_position(gan, tmp_path):
    gan.save(tmp_path / "gan", True, False)
    assert (tmp_path / "gan").is_dir()


@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16"])
def test_each_dtype_is_looked_at(make_gan, dtype):
    gan = make_gan()
    gan.compile()
    gan.extra = keras.Variable(np.ones((2, 3)), dtype=dtype, name="extra")
    finite_state.check(gan)
    gan.extra.assign([[1, 2, np.inf], [4, 5, 6]])
    with pytest.raises(FloatingPointError, match="extra"):
        finite_state.check(gan)
