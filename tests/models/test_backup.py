"""A run killed in the middle of an epoch goes on as if nothing had been."""

import os
import subprocess
import sys
import textwrap

import numpy as np

SCRIPT = textwrap.dedent(
    """
    import os, signal, sys

    import keras_gan
    import keras, numpy as np
    from keras import layers

    points = np.random.default_rng(0).normal(size=(32, 4)).astype("float32")
    images = np.tanh(np.tile(points, (1, 9))).reshape(32, 6, 6, 1)


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
                layers.Dropout(0.3, seed=2),
                layers.Dense(1, dtype="float32"),
            ]
        )
        return keras_gan.GAN, (generator, discriminator), (points,)


    def make_coupled_gan():
        pairs = keras_gan.networks.coupled((6, 6, 1), width=2, latent_dim=2)
        return keras_gan.CoupledGAN, pairs, (images, -images[::-1])


    def train(kind, output, fatal_epoch=-1, end=kill):
        keras.utils.set_random_seed(4)
        cls, networks, data = globals()["make_" + kind]()
        gan = cls(*networks, seed=1, ema_momentum=0.9)
        gan.compile(
            penalties=[
                keras_gan.penalties.R1(1.0, every=3),
                keras_gan.penalties.GradientPenalty(seed=3, every=2),
                keras_gan.penalties.LeCam(),
            ],
            discriminator_steps=2,
        )
        backup = keras.callbacks.BackupAndRestore(
            f"{kind}_{output}_backup", delete_checkpoint=False
        )
        gan.fit(
            *data, batch_size=8, epochs=4, shuffle=False, verbose=0,
            callbacks=[backup, Kill(kind, fatal_epoch, end)],
        )
        every = gan.variables + gan.optimizer.variables
        penalty = [v for p in gan.penalties for v in p.variables]
        seeds = [g.state for p in gan.penalties for g in p.seed_generators]
        arrays = map(keras.ops.convert_to_numpy, every + penalty + seeds)
        drawn = keras.tree.flatten(gan.generate(3))
        np.savez(f"{kind}_{output}", *arrays, *drawn)


    if sys.argv[1] == "broken":
        for kind in ("gan", "coupled_gan"):
            train(kind, "whole")
        # The signal ends both in the middle of an epoch.
        train("coupled_gan", "rest", 2, lambda: train("gan", "rest", 2))
    for kind in ("gan", "coupled_gan"):
        train(kind, "rest")
    """
)


def run(folder, part):
    """One process, which trains until it is killed, or what was left."""
    environment = dict(os.environ, TF_CPP_MIN_LOG_LEVEL="3")
    environment["PYTHONPATH"] = os.getcwd()
    (folder / "train.py").write_text(SCRIPT)
    return subprocess.run(
        [sys.executable, "train.py", part],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=180,
    )


def test_killed_and_restarted_equals_unbroken(tmp_path):
    # Unbroken runs, and in the same process, which takes seconds to start,
    # those that are killed.
    killed = run(tmp_path, "broken")
    assert killed.returncode == -9, killed.stderr[-3000:]
    epochs = {
        "gan": (0, 1, 2, 3, 0, 1, 2),
        "coupled_gan": (0, 1, 2, 3, 0, 1, 2),
    }
    assert epochs_of(killed) == epochs
    assert not list(tmp_path.glob("*_rest.npz"))
    rest = run(tmp_path, "rest")
    assert rest.returncode == 0, rest.stderr[-3000:]
    # It is the killed epoch that is done again, and none before it.
    assert epochs_of(rest) == {"gan": (2, 3), "coupled_gan": (2, 3)}
    for kind in epochs:
        ours, theirs = (
            np.load(tmp_path / f"{kind}_{name}.npz")
            for name in ("whole", "rest")
        )
        assert len(ours.files) == len(theirs.files) > 30
        for name in ours.files:
            np.testing.assert_array_equal(ours[name], theirs[name])


def epochs_of(process):
    """The epochs that a process began, by kind of model."""
    lines = [line.split() for line in process.stdout.splitlines()]
    return {
        kind: tuple(int(epoch) for name, epoch in lines if name == kind)
        for kind in ("gan", "coupled_gan")
    }
