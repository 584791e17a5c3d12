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


    class Kill(keras.callbacks.Callback):
        def __init__(self, fatal_epoch):
            super().__init__()
            self.fatal_epoch = fatal_epoch

        def on_epoch_begin(self, epoch, logs=None):
            self.epoch = epoch
            print("epoch", epoch)

        def on_train_batch_end(self, batch, logs=None):
            if self.epoch == self.fatal_epoch and batch == 2:
                sys.stdout.flush()
                os.kill(os.getpid(), signal.SIGKILL)


    def train(folder, output, fatal_epoch):
        keras.utils.set_random_seed(4)
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
        gan = keras_gan.GAN(generator, discriminator, seed=1, ema_momentum=0.9)
        gan.compile(
            penalties=[
                keras_gan.penalties.R1(1.0, every=3),
                keras_gan.penalties.GradientPenalty(seed=3, every=2),
                keras_gan.penalties.LeCam(),
            ],
            discriminator_steps=2,
        )
        backup = keras.callbacks.BackupAndRestore(
            folder, delete_checkpoint=False
        )
        gan.fit(
            points, batch_size=8, epochs=4, shuffle=False, verbose=0,
            callbacks=[backup, Kill(fatal_epoch)],
        )
        every = gan.variables + gan.optimizer.variables
        penalty = [v for p in gan.penalties for v in p.variables]
        seeds = [g.state for p in gan.penalties for g in p.seed_generators]
        arrays = map(keras.ops.convert_to_numpy, every + penalty + seeds)
        np.savez(output, *arrays, gan.generate(3))


    for run in sys.argv[1:]:
        folder, output, fatal_epoch = run.split(",")
        train(folder, output, int(fatal_epoch))
    """
)


def run(folder, *runs):
    """One process that trains once for each "backup,output,fatal epoch"."""
    environment = dict(os.environ, TF_CPP_MIN_LOG_LEVEL="3")
    environment["PYTHONPATH"] = os.getcwd()
    (folder / "train.py").write_text(SCRIPT)
    return subprocess.run(
        [sys.executable, "train.py", *runs],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=180,
    )


def test_killed_and_restarted_equals_unbroken(tmp_path):
    # An unbroken run, and in the same process, which takes seconds to start,
    # the one that is killed.
    killed = run(tmp_path, "one,whole.npz,-1", "two,rest.npz,2")
    assert killed.returncode == -9, killed.stderr[-3000:]
    epochs = [f"epoch {number}" for number in (0, 1, 2, 3, 0, 1, 2)]
    assert killed.stdout.split("\n")[:7] == epochs
    assert not (tmp_path / "rest.npz").exists()
    rest = run(tmp_path, "two,rest.npz,-1")
    assert rest.returncode == 0, rest.stderr[-3000:]
    # It is the killed epoch that is done again, and none before it.
    assert rest.stdout.split("\n")[:2] == ["epoch 2", "epoch 3"]
    ours, theirs = (
        np.load(tmp_path / name) for name in ("whole.npz", "rest.npz")
    )
    assert len(ours.files) == len(theirs.files) > 30
    for name in ours.files:
        np.testing.assert_array_equal(ours[name], theirs[name])
