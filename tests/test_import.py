"""What `import keras_gan` brings in, seen from a fresh process."""

import json
import subprocess
import sys

import pytest

# What is backend's own has no heavy packages: test_house.py.
pytestmark = pytest.mark.quickest
PROGRAM = """
import json, sys, time
import keras
before = set(sys.modules)
start = time.process_time()
import keras_gan
seconds = time.process_time() - start
added = sorted(set(sys.modules) - before)
print(json.dumps({"added": added, "seconds": seconds}))
"""


@pytest.fixture(scope="module")
def imported():
    result = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    )
    return json.loads(result.stdout.splitlines()[-1])


def test_heavy_packages_stay_out(imported):
    roots = {name.split(".")[0] for name in imported["added"]}
    assert "keras_gan" in roots
    assert not roots & {
        "PIL",
        "jinja2",
        "keras_cv",
        "matplotlib",
        "scipy",
        "sklearn",
    }


def test_import_is_quick(imported):
    # Processor time, and only sanity: benchmarks/import_time.py has the bound.
    assert imported["seconds"] < 1.0
