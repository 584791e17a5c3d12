"""Trains several systems until they are killed; see test_backup.py.

    python backup_run.py

What it defines also trains what was left, and an unbroken run.
"""

import functools
import os
import signal
import sys

import keras
import numpy as np
import unpaired_models as small
from keras import layers

import keras_gan

KINDS = "gan", "coupled_gan", "cycle_gan"
points = np.random.default_rng(0).normal(size=(32, 4)).astype("float32")
pictures = np.tanh(np.tile(points, (1, 9))).reshape(32, 6, 6, 1)


class Kill(keras.callbacks.Callback):
    def __init__(self, kind, fatal_epoch, end):
        super().__init__()
        self.kind, self.fatal_epoch, self.end = kind, fatal_epoch, end

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch
        print(self.kind, epoch)

    def on_train_batch_end(self, batch, logs=None):
        if self.epoch == self.fatal_epoch and batch == 2:
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
    return keras_gan.GAN, (generator, discriminator), (points,)


def make_coupled_gan():
    pairs = keras_gan.networks.coupled((6, 6, 1), width=2, latent_dim=2)
    return keras_gan.CoupledGAN, pairs, (pictures, -pictures[::-1])


def make_cycle_gan():
    images = (small.uniform(seed, -1, 1, 32) for seed in range(2))
    return keras_gan.CycleGAN, small.cycle(), tuple(images)


def settings_of(kind):
    if kind == "cycle_gan":
        return {}
    if kind == "coupled_gan":
        return {"loss": "hinge"}
    return {
        "penalties": [
            keras_gan.penalties.R1(1.0, every=3),
            keras_gan.penalties.GradientPenalty(seed=3, every=2),
            keras_gan.penalties.LeCam(),
        ],
        "discriminator_steps": 2,
    }


def train(kind, output, fatal_epoch=-1, end=kill):
    keras.utils.set_random_seed(4)
    cls, networks, data = globals()["make_" + kind]()
    gan = cls(*networks, seed=1, ema_momentum=0.9)
    gan.compile(**settings_of(kind))
    backup = keras.callbacks.BackupAndRestore(
        f"{kind}_{output}_backup", delete_checkpoint=False
    )
    gan.fit(
        *data,
        batch_size=8,
        epochs=3,
        shuffle=False,
        verbose=0,
        callbacks=[backup, Kill(kind, fatal_epoch, end)],
    )
    every = gan.variables + gan.optimizer.variables
    penalty = [v for p in gan.penalties for v in p.variables]
    seeds = [g.state for p in gan.penalties for g in p.seed_generators]
    arrays = map(keras.ops.convert_to_numpy, every + penalty + seeds)
    draw = getattr(gan, "generate", lambda n: gan.translate(data[0][:n]))
    drawn = keras.tree.flatten(draw(3))
    np.savez(f"{kind}_{output}", *arrays, *drawn)


if __name__ == "__main__":
    from quick_start import start_quickly

    start_quickly()  # As the test process, whose run must be equal.
    # The signal ends all of them in the middle of an epoch.
    ends = [kill]
    for kind in KINDS:
        ends.append(functools.partial(train, kind, "rest", 1, ends[-1]))
    ends[-1]()
