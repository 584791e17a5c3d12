"""Folders of runs as `keras-gan train` leaves them, without training."""

import csv
import io
import zipfile
from pathlib import Path

import h5py
import numpy as np

import keras_gan
from keras_gan import networks
from keras_gan.callbacks.run_checkpoint import RunCheckpoint
from keras_gan.cli.run_folder import RunConfig, RunFolder
from keras_gan.cli.settings import Settings
from keras_gan.datasets import DatasetInfo


def config(
    class_names=None, shape=(8, 8, 1), *, num_images=9, **changed
) -> RunConfig:
    """The content of `config.json` of a tiny run; settings may be changed."""
    settings = {
        "data": "digits",
        "image_size": shape[:2],
        "channels": shape[2],
        "conditional": class_names is not None,
        "network": "mlp",
        "width": 16,
        "latent_dim": 8,
        "loss": "non_saturating",
        "batch_size": 16,
        "steps": 6,
        "steps_per_round": 3,
        "learning_rate": 2e-3,
        "final_learning_rate": 2e-4,
        "beta_2": 0.99,
        "ema_momentum": 0.999,
        "gamma": 0.05,
        "precision": "float32",
        "jit": False,
        "seed": 0,
    }
    classes = class_names and tuple(class_names)
    number = classes and len(classes)
    info = DatasetInfo("pictures", num_images, shape, number, classes)
    return RunConfig(Settings(**settings | changed), info)


def write_config(folder, *arguments, **changed) -> Path:
    """Makes the folder of a run, with its `config.json` only."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    RunFolder(folder).write_config(config(*arguments, **changed))
    return folder


def make_run(folder, data: str, classes, *, num_images: int) -> None:
    """Makes a run of images 8 x 8 x 1 that has done 3 of its 6 steps."""
    folder = Path(folder)
    write_config(folder, classes, data=data, num_images=num_images)
    pair = networks.mlp(
        (8, 8, 1), latent_dim=8, hidden=(16,), num_classes=len(classes), seed=1
    )
    gan = keras_gan.GAN(*pair, num_classes=len(classes), seed=1)
    gan.compile(loss="non_saturating", penalties=None)
    saver = RunCheckpoint(
        folder / "model.keras", lambda: {"steps": 3, "rounds": 1}
    )
    saver.set_model(gan)
    saver.on_epoch_end(0)
    row = "round,steps,seconds,d_loss\n1,3,0.5,0.7\n"
    (folder / "history.csv").write_text(row)


def saved_state(path) -> dict:
    """All arrays of a `.keras` file: weights, optimizers, average, seeds."""
    with zipfile.ZipFile(path) as archive:
        data = io.BytesIO(archive.read("model.weights.h5"))
    arrays = {}

    def collect(name, item):
        if isinstance(item, h5py.Dataset):
            arrays[name] = np.asarray(item)

    with h5py.File(data) as file:
        file.visititems(collect)
    return arrays


def history(folder) -> list[list[str]]:
    """The rows of `history.csv`, without the seconds."""
    with open(folder / "history.csv", newline="") as file:
        return [row[:2] + row[3:] for row in csv.reader(file)]
