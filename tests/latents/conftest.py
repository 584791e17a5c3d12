"""A folder to write in."""

import pytest


@pytest.fixture
def in_folder(tmp_path, monkeypatch):
    """An empty folder that is the current one."""
    monkeypatch.chdir(tmp_path)
    return tmp_path
