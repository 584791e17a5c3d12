"""Folders of runs as `keras-gan train` leaves them, without training."""

from pathlib import Path

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
