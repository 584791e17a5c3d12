"""A small generator with styles and random layers, which is quick to build."""

import keras
from keras import layers

import keras_gan

LATENT_DIM = 3


def style_generator(shape, style_mixing: float = 0.9) -> keras.Model:
    """Latents -> smooth images; a mapping and a synthesis of dense layers."""
    styles = keras.Input((2, 4), name="styles")
    x = 0.0
    for number in range(2):
        rows = layers.Dense(shape[0] * shape[1])(styles[:, number])
        x = layers.Activation("silu")(layers.Reshape(shape)(rows) + x)
    x = keras_gan.layers.NoiseInjection(seed=1)(x)
    synthesis = keras.Model(styles, x, name="synthesis")
    latents = keras.Input((LATENT_DIM,))
    mapped = layers.Dense(4, activation="tanh")(latents)
    mapping = keras.Model(latents, mapped, name="mapping")
    other = keras_gan.layers.OtherLatents(seed=2)(latents)
    mixing = keras_gan.layers.StyleMixing(2, probability=style_mixing, seed=3)
    both = [mapping(latents), mapping(other)]
    return keras.Model(latents, synthesis(mixing(both)))
