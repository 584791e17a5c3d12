"""Trains several systems until they are killed; see test_backup.py.

    python backup_run.py gan cycle_gan

What it defines also trains what was left, and an unbroken run.
"""

import functools
import os
import signal
import sys

import class_pair_models
import families
import keras
import numpy as np
import pair_models
import semi_models
import small_encoder
import unpaired_models as small
from keras import layers
from portable import QUICK_STEPS

import keras_gan

NUMBER = 16
points = np.random.default_rng(0).normal(size=(NUMBER, 4)).astype("float32")
FIRST, SECOND = (small.uniform(seed, -1, 1, NUMBER) for seed in range(2))


class Kill(keras.callbacks.Callback):
    def __init__(self, kind, fatal_epoch, end):
        super().__init__()
        self.kind, self.fatal_epoch, self.end = kind, fatal_epoch, end

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch
        print(self.kind, epoch)

    def on_train_batch_end(self, batch, logs=None):
        if self.epoch == self.fatal_epoch and batch == 0:
            self.end()


def kill():
    sys.stdout.flush()
    os.kill(os.getpid(), signal.SIGKILL)


def make_gan():
    generator = keras.Sequential(
        [
            layers.Input((2,)),
            layers.Dense(8),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.Dense(4),
        ]
    )
    discriminator = keras.Sequential(
        [
            layers.Input((4,)),
            layers.Dense(8, activation="relu"),
            layers.Dropout(0.3),
            layers.Dense(1, dtype="float32"),
        ]
    )
    gan = keras_gan.GAN(generator, discriminator, seed=1, ema_momentum=0.9)
    gan.compile(
        penalties=[
            keras_gan.penalties.R1(1.0, every=3),
            keras_gan.penalties.GradientPenalty(seed=3, every=2),
            keras_gan.penalties.LeCam(),
        ],
        discriminator_steps=2,
        **QUICK_STEPS,
    )
    return gan, (points,)


def make_coupled_gan():
    pairs = keras_gan.networks.coupled((6, 6, 1), width=2, latent_dim=2)
    gan = keras_gan.CoupledGAN(*pairs, seed=1, ema_momentum=0.9)
    gan.compile(loss="hinge", **QUICK_STEPS)
    images = np.tanh(np.tile(points, (1, 9))).reshape(NUMBER, 6, 6, 1)
    return gan, (images, -images[::-1])


def make_cycle_gan():
    return small.make_cycle(ema_momentum=0.9), (FIRST, SECOND)


def make_star_gan():
    attributes = np.random.default_rng(2).integers(0, 2, (NUMBER, small.COUNT))
    return small.make_star(ema_momentum=0.9), (FIRST, attributes)


def make_pix2pix():
    networks = pair_models.translator(dropout=0.5), None
    return pair_models.make(*networks, ema_momentum=0.9), (FIRST, SECOND)


def make_dagan():
    gan = class_pair_models.make_dagan(ema_momentum=0.9)
    return gan, (FIRST, SECOND)


def make_semi_supervised():
    gan = semi_models.make(keras_gan.SemiSupervisedGAN)
    return gan, (semi_models.images(NUMBER), semi_models.labels(NUMBER))


def make_style_transfer():
    """Its decoder is trained; `optimize` leaves nothing to go on with."""
    encoder, names = small_encoder.small_encoder(), small_encoder.LAYERS
    decoder = keras_gan.networks.style_decoder(
        6, widths=(12,), convolutions=(2,)
    )
    model = keras_gan.StyleTransfer(decoder, encoder, names, seed=1)
    model.compile(**QUICK_STEPS)
    pictures = (small_encoder.small_images(NUMBER, seed=n) for n in range(2))
    return model, tuple(pictures)


def make_family(name):
    pair = families.FAMILIES[name]()
    gan = keras_gan.GAN(
        *pair, num_classes=families.CLASSES, seed=1, ema_momentum=0.9
    )
    gan.compile(loss="hinge", **QUICK_STEPS)
    images = families.images_for(pair[1])
    return gan, (np.tile(images, (2, 1, 1, 1)), np.tile(families.LABELS, 2))


SYSTEMS = {
    "gan": make_gan,
    "coupled_gan": make_coupled_gan,
    "cycle_gan": make_cycle_gan,
    "star_gan": make_star_gan,
    "pix2pix": make_pix2pix,
    "dagan": make_dagan,
    "semi_supervised": make_semi_supervised,
    "style_transfer": make_style_transfer,
    # With vectors of spectral normalization, as in "sngan", with noise and with
    # attention; layers of the others are like these.
    **{
        name: functools.partial(make_family, name)
        for name in ("sagan", "fastgan", "ladagan")
    },
}


def train(kind, output, fatal_epoch=-1, end=kill):
    keras.utils.set_random_seed(4)
    model, data = SYSTEMS[kind]()
    backup = keras.callbacks.BackupAndRestore(
        f"{kind}_{output}_backup", delete_checkpoint=False
    )
    model.fit(
        *data,
        batch_size=8,
        epochs=2,
        shuffle=False,
        verbose=0,
        callbacks=[backup, Kill(kind, fatal_epoch, end)],
    )
    penalties = getattr(model, "penalties", ())
    every = model.variables + model.optimizer.variables
    every += [v for p in penalties for v in p.variables]
    every += [g.state for p in penalties for g in p.seed_generators]
    np.savez(f"{kind}_{output}", *map(keras.ops.convert_to_numpy, every))


if __name__ == "__main__":
    from quick_start import start_quickly

    start_quickly()  # As the test process, whose run must be equal.
    # The signal ends all of them in the middle of an epoch.
    ends = [kill]
    for kind in sys.argv[1:]:
        ends.append(functools.partial(train, kind, "rest", 1, ends[-1]))
    ends[-1]()
