"""The peers that metrics are compared with, and files as PyTorch writes them.

PyTorch and what runs on it are no dependencies of the tests: where they are
missing, what they gave is pinned in tests that need none.
"""

import importlib.util
import re
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest


@pytest.fixture(scope="session")
def torch_files():
    """The module `torch_files.py` beside this file."""
    path = Path(__file__).with_name("torch_files.py")
    spec = importlib.util.spec_from_file_location("torch_files", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def imported_peer(name: str):
    """Imports a package, or skips; what it warns of is its own concern."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        reason = f"compares with {name}, which is not installed"
        return pytest.importorskip(name, reason=reason)


@pytest.fixture(scope="session")
def torch():
    return imported_peer("torch")


@pytest.fixture(scope="session")
def torchvision(torch):
    """Torchvision, whose wheel for GPUs does not import beside CPU-only torch.

    It asks for operators that its library then fails to bring: they are
    declared empty, and nobody calls them.
    """
    spec = importlib.util.find_spec("torchvision")
    if spec is None:
        pytest.skip("compares with torchvision, which is not installed")
    if "torchvision" not in sys.modules and not torch.cuda.is_available():
        source = Path(spec.origin).with_name("_meta_registrations.py")
        named = r'(?:register_meta\("|torchvision::)(\w+)'
        names = re.findall(named, source.read_text())
        declarations = torch.library.Library("torchvision", "DEF")
        for operator in {"nms", *names}:
            declarations.define(f"{operator}(Tensor a) -> Tensor")
        # They last as long as the object does.
        torch.torchvision_declarations = declarations
    return imported_peer("torchvision")


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
