"""The same step on every backend: losses and weights agree."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

BACKENDS = ("tensorflow", "jax", "torch")

pytestmark = pytest.mark.once  # It starts every backend.


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("steps")
    missing = [name for name in BACKENDS if find_spec(name) is None]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")
    program = Path(__file__).with_name("one_step.py")
    for name in BACKENDS:
        subprocess.run(
            [sys.executable, program, folder / f"{name}.npz"],
            env={**os.environ, "KERAS_BACKEND": name},
            check=True,
            capture_output=True,
            timeout=600,
        )
    return {name: dict(np.load(folder / f"{name}.npz")) for name in BACKENDS}


@pytest.mark.parametrize("backend", BACKENDS[1:])
def test_losses_and_weights_agree(results, backend):
    wanted, found = results["tensorflow"], results[backend]
    assert set(found) == set(wanted) and len(found) > 200
    for name, value in wanted.items():
        tolerance = (
            {"rtol": 1e-5, "atol": 1e-7}
            if "/log/" in name
            else {"rtol": 1e-4, "atol": 1e-6}
        )
        np.testing.assert_allclose(
            found[name], value, **tolerance, err_msg=f"{backend}: {name}"
        )
