"""A small `TableGAN` with its table, for several test files."""

import keras
import numpy as np
from keras import layers, ops

import keras_gan
from keras_gan.layers import TableActivation, TablePreprocessor

ROWS, PACK, LATENT_DIM = 60, 2, 3


def table(rows=ROWS, seed=0):
    """A number that depends on two categories, one of them rare."""
    draws = np.random.default_rng(seed)
    label = np.arange(rows) % 12 // 5  # 5, 5 and 2 of 12.
    sex = draws.choice(["F", "M"], rows)
    size = 10.0 * label + (sex == "F") + draws.normal(0, 0.1, rows)
    return {"size": size, "sex": sex, "label": label}


def adapted(data=None):
    preprocessor = TablePreprocessor(max_modes=3)
    preprocessor.adapt(table() if data is None else data)
    return preprocessor


def networks(preprocessor):
    """A generator and a discriminator without normalization and dropout."""
    layout = preprocessor.layout
    latents = keras.Input((LATENT_DIM,))
    inputs, features = latents, layout.width + layout.condition_width
    if layout.condition_width:
        inputs = [latents, keras.Input((layout.condition_width,))]
        latents = layers.Concatenate()(inputs)
    hidden = layers.Dense(6, "tanh", kernel_initializer=_start(1))(latents)
    logits = layers.Dense(layout.width, kernel_initializer=_start(2))(hidden)
    rows = TableActivation(layout.num_values, layout.sizes, seed=3)(logits)
    packs = keras.Input((PACK, features))
    hidden = layers.Dense(5, "tanh", kernel_initializer=_start(4))(
        layers.Flatten()(packs)
    )
    judged = layers.Dense(1, kernel_initializer=_start(5))(hidden)
    return (
        keras.Model(inputs, [rows, logits]),
        keras.Model(packs, judged),
    )


def _start(seed):
    return keras.initializers.GlorotUniform(seed)


def make(cls=keras_gan.TableGAN, data=None, **options):
    """A compiled model; arguments of `TableGAN` and of `compile`."""
    names = {"condition_weight", "ema_momentum", "seed"} & set(options)
    own = {"seed": 7, **{name: options.pop(name) for name in names}}
    preprocessor = adapted(data)
    model = cls(*networks(preprocessor), preprocessor, **own)
    eager = keras.backend.backend() != "jax"
    model.compile(**{"run_eagerly": eager, **options})
    return model


@keras.saving.register_keras_serializable(package="tests")
class InOrder(keras_gan.TableGAN):
    """Rows in order, with latents of theirs: replicas draw the same."""

    def draw_rows(self, numbers):
        row = ops.cast(numbers, "int32") % ROWS
        # The first column of categories has two.
        return self._table.value.at(row, row % 2)

    def sample_latents(self, batch, seed):
        return batch.images[:, -LATENT_DIM:]


def fit(model, data=None, **options):
    options = {"batch_size": 20, "verbose": 0, **options}
    return model.fit(table() if data is None else data, **options).history
