"""What users download: the files of the package, compressed as wheels are."""

import tomllib
import zlib
from fnmatch import fnmatch
from pathlib import Path

import pytest

# Another backend would change nothing.
pytestmark = pytest.mark.once

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "keras_gan"
# Around each file: its name, twice, and checksums in the archive and in RECORD.
OF_A_FILE = 190
METADATA = 10_000


def kept(path):
    """Whether Git and the wheel would have a file."""
    return path.is_file() and "__pycache__" not in path.parts


FILES = sorted(filter(kept, PACKAGE.rglob("*")))


def compressed(path):
    """Bytes of a file in the wheel, without what stands around it."""
    deflate = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return len(deflate.compress(path.read_bytes()) + deflate.flush())


def test_every_file_is_packed():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    patterns = project["tool"]["setuptools"]["package-data"]["keras_gan"]
    for path in FILES:
        name = path.relative_to(PACKAGE).as_posix()
        assert path.suffix == ".py" or any(
            fnmatch(name, pattern) for pattern in patterns
        ), name


def test_wheel_is_small():
    sizes = {path: compressed(path) + OF_A_FILE for path in FILES}
    # Documented source is most of it, and only this part should grow.
    assert METADATA + sum(sizes.values()) < 1_230_000
    data = sum(sizes[path] for path in FILES if path.suffix != ".py")
    assert data < 90_000
