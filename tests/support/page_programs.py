"""What the programs of pages are run with: small data and small models."""

from pathlib import Path

import keras
import numpy as np
from guides import DOCS, program_of
from PIL import Image

import keras_gan
from keras_gan.models import AdversarialModel

RANDOM = np.random.default_rng(0)
# Images of noise in the place of digits, and few of them.
FEW_DIGITS = {r'load\(\s*"digits"': 'load("few.npz"'}
ONE_EPOCH = {r"\bepochs=[\d_]+": "epochs=1"}


def run_page(name, shorter, **names):
    """Runs the program of a page; returns the names that it leaves.

    Args:
        name: The name of the page, without its suffix.
        shorter: As for `program_of`.
        **names: What the page leaves to its reader.
    """
    code = program_of(DOCS / f"{name}.md", shorter)
    exec(compile(code, f"{name}.md", "exec"), names)
    return names


def go_quickly(folder, monkeypatch):
    """Lets steps run without graphs, in an empty folder with few images."""
    compiled = AdversarialModel.compile
    eagerly = {"run_eagerly": True, "jit_compile": False}
    monkeypatch.setattr(
        AdversarialModel,
        "compile",
        lambda model, *arguments, **options: compiled(
            model, *arguments, **options | eagerly
        ),
    )
    monkeypatch.chdir(folder)
    np.savez("few.npz", images=RANDOM.integers(0, 256, (20, 8, 8), "uint8"))


def draw(*shape):
    """Random images in [-1, 1]."""
    return RANDOM.uniform(-1, 1, shape).astype("float32")


def small_gan(shape=(8, 8, 1), **options):
    """A compiled GAN of two small layers."""
    pair = keras_gan.networks.mlp(
        shape, hidden=(8,), num_classes=options.get("num_classes"), seed=1
    )
    gan = keras_gan.GAN(*pair, seed=1, **options)
    gan.compile(run_eagerly=True)
    return gan


def small_classifier(shape, classes):
    """A compiled classifier that can hardly be smaller."""
    model = keras.Sequential(
        [
            keras.Input(shape),
            keras.layers.Flatten(),
            keras.layers.Dense(classes),
        ]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(loss=loss, run_eagerly=True)
    return model


def write_pictures(*folders, size=8, number=4):
    """Folders with pictures of noise."""
    for folder in map(Path, folders):
        folder.mkdir(parents=True)
        for index in range(number):
            pixels = RANDOM.integers(0, 256, (size, size, 3), "uint8")
            Image.fromarray(pixels).save(folder / f"{index}.png")


def folder_of(name):
    """The path of the model of a new run."""
    Path(name).mkdir(parents=True)
    return Path(name) / "model.keras"
