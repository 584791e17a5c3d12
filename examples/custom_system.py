"""An adversarial autoencoder: a system of your own in a few lines.

    python examples/custom_system.py --epochs 30 --out autoencoder.keras

One player, an encoder and a decoder, reconstructs digits and makes its codes
look like normal draws; the other, a critic, tells the two apart. All else comes
from `AdversarialModel`. Paper: Makhzani et al., 2015, arXiv 1511.05644.
"""

import argparse

import keras_gan  # First, to silence TensorFlow's startup messages.

# isort: split
import keras
from keras import layers, ops

CODE = 8
SHAPE = (8, 8, 1)


@keras.saving.register_keras_serializable(package="examples")
class AdversarialAutoencoder(keras_gan.AdversarialModel):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.loss_function = keras_gan.losses.NonSaturatingLoss()
        mlp = keras_gan.networks.mlp_generator
        self.encoder = keras.Sequential(
            [keras.Input(SHAPE), layers.Flatten(), mlp((CODE,), latent_dim=64)]
        )
        self.decoder = mlp(SHAPE, latent_dim=CODE)
        self.critic = keras_gan.networks.mlp_discriminator((CODE,))

    def make_players(self):
        play, r1 = keras_gan.Player, keras_gan.penalties.R1(0.1)
        both = (self.encoder, self.decoder)
        return (
            play("autoencoder", both, self.reconstruct, generates=True),
            play("critic", (self.critic,), self.judge, penalties=(r1,)),
        )

    def sample(self, batch, training=True):
        codes = self.encoder(batch, training=training)
        return {
            "codes": codes,
            "images": self.decoder(codes, training=training),
            "normal": self.draw(ops.shape(codes), training),
        }

    def scores(self, turn):
        samples = turn.samples
        codes = turn.score(self.critic, samples["normal"], samples["codes"])
        return {"codes": codes}

    def reconstruct(self, turn):
        error = ops.mean((turn.samples["images"] - turn.batch) ** 2)
        fake = turn.scores["codes"].fake.logits
        fooling = self.loss_function.generator_loss(None, fake)
        logs = {"error": error, "fooling": fooling}
        return error + 0.01 * fooling, logs

    def judge(self, turn):
        codes = turn.scores["codes"]
        return self.loss_function.discriminator_loss(
            codes.real.logits, codes.fake.logits
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--out", default="autoencoder.keras")
    options = parser.parse_args()

    model = AdversarialAutoencoder(seed=1)
    model.compile({"autoencoder": keras.optimizers.Adam(1e-3), "critic": None})
    digits = keras_gan.datasets.load("digits", batch_size=64, labels=False)
    model.fit(digits, epochs=options.epochs, verbose=2)
    model.save(options.out)
