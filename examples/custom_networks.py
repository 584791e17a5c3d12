"""Train with your own networks and loss, save, load and continue training.

    python examples/custom_networks.py --epochs 50 --out custom.keras

`GAN` accepts any two Keras models whose shapes fit, and any loss with two
methods. A loss that is registered with Keras is saved in the model's file along
with everything else: optimizers, averaged generator, seeds.
"""

import argparse

import keras_gan  # First, to silence TensorFlow's startup messages.

# isort: split
import keras
from keras import layers, ops

LATENT_DIM = 32


@keras.saving.register_keras_serializable(package="examples")
class SquaredHingeLoss(keras_gan.losses.AdversarialLoss):
    """The hinge loss with squared margins.

    D: E relu(1 - D(x))^2 + E relu(1 + D(G(z)))^2, G: -E D(G(z)).
    """

    # The penalties that penalties="auto" selects for this loss.
    default_penalties = ("r1",)

    def discriminator_loss(self, real_logits, fake_logits):
        return ops.mean(ops.relu(1.0 - real_logits) ** 2) + ops.mean(
            ops.relu(1.0 + fake_logits) ** 2
        )

    def generator_loss(self, real_logits, fake_logits):
        return -ops.mean(fake_logits)


def make_generator() -> keras.Model:
    """Latents `(batch, 32)` to images `(batch, 8, 8, 1)` in [-1, 1]."""
    return keras.Sequential(
        [
            keras.Input((LATENT_DIM,)),
            layers.Dense(4 * 4 * 64),
            layers.Reshape((4, 4, 64)),
            layers.LayerNormalization(),
            layers.Activation("relu"),
            layers.UpSampling2D(),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.Conv2D(1, 3, padding="same", activation="tanh"),
        ],
        name="generator",
    )


def make_discriminator() -> keras.Model:
    """Images `(batch, 8, 8, 1)` to logits `(batch, 1)`: no sigmoid."""
    images = keras.Input((8, 8, 1))
    x = layers.Conv2D(32, 3, padding="same")(images)
    x = layers.LeakyReLU(negative_slope=0.2)(x)
    x = layers.Conv2D(64, 4, strides=2, padding="same")(x)
    x = layers.LeakyReLU(negative_slope=0.2)(x)
    logits = layers.Dense(1)(layers.Flatten()(x))
    return keras.Model(images, logits, name="discriminator")


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--epochs", type=int, default=50)
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--out", default="custom.keras")
    options = parser.parse_args(arguments)

    images = keras_gan.datasets.load(
        "digits", batch_size=options.batch_size, labels=False
    )
    gan = keras_gan.GAN(make_generator(), make_discriminator(), seed=0)
    gan.compile(
        generator_optimizer=keras.optimizers.Adam(2e-4, beta_1=0.5),
        discriminator_optimizer=keras.optimizers.Adam(4e-4, beta_1=0.5),
        loss=SquaredHingeLoss(),
    )
    gan.fit(images, epochs=options.epochs)
    gan.save(options.out)

    # Here, or in another process that defines `SquaredHingeLoss`.
    gan = keras.saving.load_model(options.out)
    gan.fit(images, epochs=options.epochs + 1, initial_epoch=options.epochs)
    gan.save(options.out)


if __name__ == "__main__":
    main()
