"""Compare Inception with torch-fidelity's: the image part of `metrics.py`."""

import importlib.util
import os
import pathlib
import re
import subprocess
import sys

import numpy as np

BATCH_SIZE = 32
WEIGHTS = "inception.pth"


def write_inception_weights(folder: pathlib.Path, num_images: int) -> None:
    """Writes images and, if PyTorch is installed, a file of random weights."""
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (num_images, 32, 32, 3), "uint8")
    np.save(folder / "images.npy", images)
    if importlib.util.find_spec("torch"):
        # In one process PyTorch and TensorFlow would compete for threads.
        command = [sys.executable, __file__, str(folder / WEIGHTS)]
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)


def write_file(path: str) -> None:
    """Writes random weights of the network under PyTorch's names."""
    import keras
    import torch

    from keras_gan.metrics import InceptionV3

    generator = torch.Generator().manual_seed(0)
    tensors = {
        "fc.weight": torch.randn((1008, 2048), generator=generator) / 45,
        "fc.bias": torch.zeros(1008),
    }
    for layer in InceptionV3(weights=None).layers:
        if not isinstance(layer, keras.layers.Conv2D):
            continue
        shape = [layer.kernel.shape[axis] for axis in (3, 2, 0, 1)]
        kernel = torch.randn(shape, generator=generator)
        tensors[f"{layer.name}.conv.weight"] = kernel * np.sqrt(
            2 / np.prod(shape[1:])
        )
        for part, value in (("weight", 1.0), ("bias", 0.0)):
            tensors[f"{layer.name}.bn.{part}"] = torch.full((shape[0],), value)
        tensors[f"{layer.name}.bn.running_mean"] = torch.zeros(shape[0])
        tensors[f"{layer.name}.bn.running_var"] = torch.ones(shape[0])
    torch.save(tensors, path)


def inception_program(program: str, folder: pathlib.Path):
    """Returns a function that computes all features and returns their mean.

    Args:
        program: Name of the program.
        folder: Folder of `write_inception_weights`.
    """
    images = np.load(folder / "images.npy")
    batches = [
        images[start : start + BATCH_SIZE]
        for start in range(0, len(images), BATCH_SIZE)
    ]
    features_of = _PROGRAMS[program](folder / WEIGHTS)
    features_of(batches[0])
    return lambda: np.concatenate([features_of(b) for b in batches]).mean()


def _ours(path):
    from keras_gan.backend import compiled
    from keras_gan.features import InceptionV3, extractors

    if path.exists():
        os.environ["KERAS_GAN_INCEPTION_WEIGHTS"] = str(path)
        extract = extractors.get("inception_v3", value_range=(0, 255))
    else:
        extract = compiled(InceptionV3(weights=None))
    return lambda images: np.asarray(extract(images))


def _torch_fidelity(path):
    import torch
    from torch_fidelity.feature_extractor_inceptionv3 import (
        FeatureExtractorInceptionV3,
    )

    network = FeatureExtractorInceptionV3(
        "network", ["2048"], feature_extractor_weights_path=str(path)
    ).eval()

    def features_of(images):
        with torch.no_grad():
            nchw = torch.from_numpy(images).permute(0, 3, 1, 2)
            return network(nchw)[0].numpy()

    return features_of


def declare_torchvision_operators() -> None:
    """Makes torchvision's GPU wheel importable with a CPU-only PyTorch."""
    spec = importlib.util.find_spec("torchvision")
    if spec is None:
        return
    import torch

    if torch.cuda.is_available():
        return
    source = pathlib.Path(spec.origin).with_name("_meta_registrations.py")
    named = r'(?:register_meta\("|torchvision::)(\w+)'
    names = re.findall(named, source.read_text())
    library = torch.library.Library("torchvision", "DEF")
    for name in {"nms", *names}:
        library.define(f"{name}(Tensor a) -> Tensor")
    # The declarations last as long as this object.
    torch.torchvision_declarations = library


_PROGRAMS = {"keras-gan": _ours, "torch-fidelity": _torch_fidelity}


if __name__ == "__main__":
    write_file(sys.argv[1])
