"""Small generators: linear, smooth, with classes, with styles."""

import keras
import numpy as np
from keras import layers, ops

import keras_gan
from keras_gan import networks
from keras_gan.utils import style_space

SHAPE = (8, 8, 1)
LATENT_DIM = 4
NUM_STYLES = 3


@keras.saving.register_keras_serializable(package="tests")
class AddedNoise(layers.Layer):
    """Noise on a feature map, drawn unless it is given."""

    given_noise = None

    def build(self, input_shape):
        self.noise_shape = (1, *input_shape[1:-1], 1)
        self.seeds = keras.random.SeedGenerator(1)

    def call(self, inputs):
        noise = self.given_noise
        if noise is None:
            shape = (*ops.shape(inputs)[:-1], 1)
            noise = keras.random.normal(shape, seed=self.seeds)
        return inputs + 0.1 * noise


def drawn(generator, *inputs) -> np.ndarray:
    """The images of latents, or of latents and labels."""
    inputs = [ops.convert_to_tensor(np.asarray(one)) for one in inputs]
    images = generator(inputs if len(inputs) > 1 else inputs[0])
    return ops.convert_to_numpy(images)


def linear(matrix) -> keras.Model:
    """Latents times a matrix `(latent_dim, pixels)`."""
    latents = keras.Input((len(matrix),))
    dense = layers.Dense(matrix.shape[1], use_bias=False, name="linear")
    images = layers.Reshape(SHAPE)(dense(latents))
    generator = keras.Model(latents, images)
    dense.kernel.assign(matrix)
    return generator


def smooth(seed: int = 1) -> keras.Model:
    """A generator that is easy to invert."""
    latents = keras.Input((LATENT_DIM,))
    return keras.Model(latents, _images(latents, seed))


def conditional(num_classes: int = 3) -> keras.Model:
    """One whose classes differ in brightness."""
    latents = keras.Input((LATENT_DIM,))
    labels = keras.Input((), dtype="int32")
    embedding = layers.Embedding(num_classes, 2, name="classes")(labels)
    vector = layers.Concatenate()([latents, 3.0 * embedding])
    generator = keras.Model([latents, labels], _images(vector, 1))
    generator.get_layer("classes").embeddings.assign(
        np.random.default_rng(0).normal(size=(num_classes, 2))
    )
    return generator


def styled(num_classes: int | None = None) -> keras.Model:
    """One with a mapping and a synthesis network, and noise between layers."""
    latents = keras.Input((LATENT_DIM,))
    inputs, vector = latents, latents
    if num_classes is not None:
        labels = keras.Input((), dtype="int32")
        embedded = layers.Embedding(num_classes, 2)(labels)
        inputs, vector = (
            [latents, labels],
            layers.Concatenate()([latents, embedded]),
        )
    w = layers.Dense(6, activation="tanh", kernel_initializer=_normal(2))(
        vector
    )
    mapping = keras.Model(inputs, w, name="mapping")
    synthesis = _synthesis(6)
    styles = ops.repeat(mapping(inputs)[:, None], NUM_STYLES, axis=1)
    return keras.Model(inputs, synthesis(styles))


def _synthesis(size: int) -> keras.Model:
    styles = keras.Input((NUM_STYLES, size))
    x = 0.0
    for number in range(NUM_STYLES):
        affine = layers.Dense(
            64, name=f"affine_{number}", kernel_initializer=_normal(number)
        )
        added = layers.Reshape(SHAPE)(affine(styles[:, number]))
        x = AddedNoise()(x + added)
    images = layers.Activation("tanh")(0.3 * x)
    return keras.Model(styles, images, name="synthesis")


def _images(vector, seed):
    dense = layers.Dense(64, kernel_initializer=_normal(seed), name="first")
    x = layers.Reshape(SHAPE)(dense(vector))
    return layers.Activation("tanh")(0.5 * x)


def _normal(seed):
    return keras.initializers.RandomNormal(stddev=0.5, seed=seed)


def styled_gan(num_classes: int | None = 3) -> keras_gan.GAN:
    """A StyleGAN of images 8 x 8 x 1 with a mean style that is not 0."""
    pair = networks.stylegan2(
        SHAPE,
        num_classes=num_classes,
        latent_dim=LATENT_DIM,
        width=2,
        style_dim=3,
        mapping_depth=1,
        seed=1,
    )
    gan = keras_gan.GAN(*pair, num_classes=num_classes, seed=1)
    for network in (gan.generator, gan.sampler):
        style_space.mean_style(network).assign([0.5, -1.0, 2.0])
    return gan
