"""Fixtures of the packages that features and metrics are compared with.

They are not dependencies of the tests. Where they are missing, the values they
gave are pinned in tests that do not need them.
"""

import importlib.util
import re
import sys
import warnings
from pathlib import Path

import pytest


def imported_peer(name: str):
    """Imports a package without its warnings, or skips the test."""
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
