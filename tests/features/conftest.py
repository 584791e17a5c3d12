"""Peers that features are compared with, and files as PyTorch writes them."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from peers import imported_peer, torch, torchvision

__all__ = ["torch", "torchvision"]


@pytest.fixture(scope="session")
def torch_files():
    """The module `torch_files.py` beside this file."""
    path = Path(__file__).with_name("torch_files.py")
    spec = importlib.util.spec_from_file_location("torch_files", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def torch_fidelity_inception(torch, torchvision):
    """A function: file of weights -> images as bytes -> features and logits."""
    imported_peer("torch_fidelity")
    peer = imported_peer("torch_fidelity.feature_extractor_inceptionv3")
    heads = {"features": "2048", "unbiased_logits": "logits_unbiased"}
    heads["logits"] = "logits"

    def load(path):
        network = peer.FeatureExtractorInceptionV3(
            "peer", [*heads.values()], feature_extractor_weights_path=str(path)
        )

        def run(images: np.ndarray) -> dict[str, np.ndarray]:
            with torch.no_grad():
                found = network(torch.tensor(images).permute(0, 3, 1, 2))
            return dict(zip(heads, map(np.asarray, found), strict=True))

        return run

    return load
