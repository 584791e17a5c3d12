"""What `train_step.py` times: the tutorial's DCGAN, and loops around it."""

import functools
from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf
from keras import layers

import keras_gan

IMAGE_SHAPE = (28, 28, 1)
LATENT_DIM = 100
LEARNING_RATE = 1e-4
POLICIES = {"float32": "float32", "bfloat16": "mixed_bfloat16"}
UPDATES = {"separate": "alternating", "shared": "simultaneous"}


def make_networks(precision: str) -> tuple[keras.Model, keras.Model]:
    """Returns the generator and the discriminator of the tutorial."""
    keras.config.set_dtype_policy(POLICIES[precision])
    upwards = functools.partial(
        layers.Conv2DTranspose, kernel_size=5, padding="same", use_bias=False
    )
    downwards = functools.partial(
        layers.Conv2D, kernel_size=5, strides=2, padding="same"
    )
    generator = [
        keras.Input((LATENT_DIM,)),
        layers.Dense(7 * 7 * 256, use_bias=False),
        layers.BatchNormalization(),
        layers.LeakyReLU(0.3),
        layers.Reshape((7, 7, 256)),
        upwards(128),
        layers.BatchNormalization(),
        layers.LeakyReLU(0.3),
        upwards(64, strides=2),
        layers.BatchNormalization(),
        layers.LeakyReLU(0.3),
        upwards(1, strides=2, activation="tanh"),
    ]
    discriminator = [
        keras.Input(IMAGE_SHAPE),
        downwards(64),
        layers.LeakyReLU(0.3),
        layers.Dropout(0.3),
        downwards(128),
        layers.LeakyReLU(0.3),
        layers.Dropout(0.3),
        layers.Flatten(),
        layers.Dense(1),
    ]
    keras.config.set_dtype_policy("float32")
    return keras.Sequential(generator), keras.Sequential(discriminator)


def make_gan(
    precision: str, passes: str, ema_momentum: float | None
) -> keras_gan.GAN:
    """Returns a compiled GAN that does the passes of the loop."""
    gan = keras_gan.GAN(*make_networks(precision), ema_momentum=ema_momentum)
    gan.compile(
        keras.optimizers.Adam(LEARNING_RATE),
        keras.optimizers.Adam(LEARNING_RATE),
        loss="non_saturating",
        penalties=None,
        update=UPDATES[passes],
    )
    return gan


class Loop:
    """A hand-written training loop: networks, optimizers, two tapes.

    Args:
        precision: "float32" or "bfloat16".
        passes: "separate" or "shared".
        jit_compile: Whether XLA compiles the step.
    """

    def __init__(self, precision: str, passes: str, jit_compile: bool) -> None:
        self.generator, self.discriminator = make_networks(precision)
        self.g_variables = self.generator.trainable_variables
        self.d_variables = self.discriminator.trainable_variables
        self.g_optimizer = keras.optimizers.Adam(LEARNING_RATE)
        self.d_optimizer = keras.optimizers.Adam(LEARNING_RATE)
        self.g_optimizer.build(self.g_variables)
        self.d_optimizer.build(self.d_variables)
        self.step = {"separate": self.separate, "shared": self.shared}[passes]
        compiled = tf.function(self.step, jit_compile=jit_compile)
        self._next_step = tf.function(lambda images: compiled(next(images)))

    def separate(self, images: tf.Tensor) -> None:
        """Updates each network by images that are made for its update."""
        fakes = self.generate(images)
        with tf.GradientTape() as tape:
            loss = discriminator_loss(
                self.discriminator(images, training=True),
                self.discriminator(fakes, training=True),
            )
        gradients = tape.gradient(loss, self.d_variables)
        self.d_optimizer.apply(gradients, self.d_variables)
        with tf.GradientTape() as tape:
            fakes = self.generate(images)
            loss = generator_loss(self.discriminator(fakes, training=True))
        gradients = tape.gradient(loss, self.g_variables)
        self.g_optimizer.apply(gradients, self.g_variables)

    def shared(self, images: tf.Tensor) -> None:
        """Updates both networks by the same generated images."""
        with tf.GradientTape() as g_tape, tf.GradientTape() as d_tape:
            fakes = self.generate(images)
            real_logits = self.discriminator(images, training=True)
            fake_logits = self.discriminator(fakes, training=True)
            g_loss = generator_loss(fake_logits)
            d_loss = discriminator_loss(real_logits, fake_logits)
        g_gradients = g_tape.gradient(g_loss, self.g_variables)
        d_gradients = d_tape.gradient(d_loss, self.d_variables)
        self.g_optimizer.apply(g_gradients, self.g_variables)
        self.d_optimizer.apply(d_gradients, self.d_variables)

    def generate(self, images: tf.Tensor) -> tf.Tensor:
        """Returns as many generated images as there are real ones."""
        latents = tf.random.normal((tf.shape(images)[0], LATENT_DIM))
        return self.generator(latents, training=True)

    def run(self, dataset: tf.data.Dataset, num_steps: int) -> None:
        """Trains for some steps, and waits until they are done."""
        iterator = iter(dataset)
        for _ in range(num_steps):
            self._next_step(iterator)
        # A GPU works behind one's back: ask for what it computes last.
        self.g_variables[0].numpy()


def generator_loss(fake_logits: tf.Tensor) -> tf.Tensor:
    """The non-saturating loss, a float32 scalar."""
    fake_logits = tf.cast(fake_logits, tf.float32)
    return tf.reduce_mean(tf.nn.softplus(-fake_logits))


def discriminator_loss(
    real_logits: tf.Tensor, fake_logits: tf.Tensor
) -> tf.Tensor:
    """The logistic loss on real and on generated images."""
    real_logits = tf.cast(real_logits, tf.float32)
    fake_logits = tf.cast(fake_logits, tf.float32)
    return tf.reduce_mean(tf.nn.softplus(-real_logits)) + tf.reduce_mean(
        tf.nn.softplus(fake_logits)
    )


def matrix_product(precision: str, size: int) -> Callable[[], Any]:
    """Returns a function that multiplies two square matrices."""
    matrix = tf.cast(tf.random.normal((size, size)), precision)
    # One number of the product is all that has to leave the device.
    product = tf.function(lambda: tf.matmul(matrix, matrix)[0, 0])
    return lambda: product().numpy()
