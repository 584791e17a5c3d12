"""Folders of runs as `keras-gan train` leaves them, drawn with NumPy."""

import csv
import json
import zipfile
from pathlib import Path

import numpy as np

from keras_gan.images import image_grid, write_image

SETTINGS = {
    "data": "digits", "image_size": [8, 8], "channels": 1,
    "conditional": False, "network": "mlp", "width": 16, "latent_dim": 8,
    "loss": "relativistic", "batch_size": 16, "steps": 100,
    "steps_per_round": 20, "learning_rate": 0.002,
    "final_learning_rate": 0.0002, "beta_2": 0.99, "ema_momentum": 0.999,
    "gamma": 0.05, "precision": "float32", "jit": False, "seed": 0,
    "metrics": ["fid"], "feature_extractor": "digits",
}  # fmt: skip
VERSIONS = {"keras_gan": "0.1.0", "keras": "3.15.1", "python": "3.11.7"}


def make_run(
    folder,
    *,
    rounds: int = 5,
    done: int | None = None,
    shape=(8, 8, 1),
    class_names=None,
    logs: dict | None = None,
    num_images: int = 64,
    noise: float = 0.4,
    **settings,
) -> Path:
    """Makes a run.

    Args:
        folder: Its folder.
        rounds: How many it planned.
        done: How many it did. Default: all.
        shape: Of its images.
        class_names: Of its data.
        logs: More columns of its history. Default: some of them.
        num_images: Images of a grid.
        noise: How noisy its images are in the end.
        **settings: Those that are changed.
    """
    folder = Path(folder)
    (folder / "samples").mkdir(parents=True)
    done = rounds if done is None else done
    changed = {
        "image_size": list(shape[:2]),
        "channels": shape[2],
        "conditional": class_names is not None,
        "steps": 20 * rounds,
    }
    write_config(folder, shape, class_names, **changed | settings)
    write_history(folder, done, logs)
    columns = len(class_names) if class_names else None
    for number in range(1, done + 1):
        amount = noise + (1 - noise) * 0.6**number
        images = blobs(num_images, shape, amount, columns)
        write_grid(folder, number, image_grid(images, columns))
    if done:
        with zipfile.ZipFile(folder / "model.keras", "w") as archive:
            archive.writestr("config.json", "{}")
            record = {"steps": 20 * done, "rounds": done}
            archive.comment = json.dumps(record).encode()
    return folder


def write_config(folder, shape=(8, 8, 1), class_names=None, **settings):
    """Writes `config.json`."""
    config = {
        "settings": SETTINGS | settings,
        "dataset": {
            "name": "digits",
            "num_images": 1797,
            "image_shape": list(shape),
            "num_classes": class_names and len(class_names),
            "class_names": class_names and list(class_names),
        },
        "versions": VERSIONS,
        "device": "the processor",
    }
    Path(folder, "config.json").write_text(json.dumps(config))


def write_history(folder, rounds: int, logs: dict | None = None) -> None:
    """Writes `history.csv`, with curves that look like those of a run."""
    random = np.random.default_rng(0)
    time = np.arange(1, rounds + 1) / max(rounds, 1)

    def noisy(values):
        return values * random.normal(1, 0.04, rounds)

    columns = {
        "round": np.arange(1, rounds + 1),
        "steps": 20 * np.arange(1, rounds + 1),
        "seconds": noisy(3 + 4 * np.exp(-30 * time)),
        "d_fake_accuracy": noisy(0.5 + 0.2 * time),
        "d_loss": noisy(0.62 - 0.1 * time),
        "d_real_accuracy": noisy(0.9 - 0.2 * time),
        "g_loss": noisy(1.4 - 0.5 * time),
        "r1": noisy(0.02 + 0.05 * np.exp(-4 * time)),
        "fid": noisy(8 + 150 * np.exp(-6 * time)),
        **(logs or {}),
    }
    with open(Path(folder, "history.csv"), "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        for row in zip(*columns.values(), strict=True):
            writer.writerow(
                [v if isinstance(v, str) else f"{v:.6g}" for v in row]
            )


def write_grid(folder, number: int, grid: np.ndarray) -> None:
    """Writes the samples after a round."""
    write_image(Path(folder, "samples", f"samples-{number:04d}.png"), grid)


def blobs(number: int, shape, noise: float, kinds: int | None = None):
    """Soft discs of many places and colors, under noise, in [-1, 1]."""
    random = np.random.default_rng(1)
    height, width, channels = shape
    kind = np.arange(number) % kinds if kinds else np.arange(number)
    angle = 2.4 * kind[:, None, None]
    rows, columns = np.mgrid[-1 : 1 : 1j * height, -1 : 1 : 1j * width]
    away = np.hypot(rows - 0.4 * np.sin(angle), columns - 0.4 * np.cos(angle))
    discs = 1 / (1 + np.exp(12 * (away - 0.45)))
    colors = 0.5 + 0.5 * np.cos(
        kind[:, None, None, None] + 2.1 * np.arange(channels)
    )
    images = 2 * discs[..., None] * (0.4 + 0.6 * colors) - 1
    images = images + noise * random.normal(size=images.shape)
    return np.clip(images, -1, 1).astype("float32")
