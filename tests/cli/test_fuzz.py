"""Hostile command lines, folders and own files; `fuzz.py` tries more."""

import itertools
import os

import pytest
from fuzz import cases, make_template

from keras_gan import datasets

# Another backend would change nothing.
pytestmark = pytest.mark.quickest


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    return make_template(tmp_path_factory.mktemp("template"))


@pytest.mark.filterwarnings("ignore")
def test_one_line_nothing_lost_and_nothing_left(template, tmp_path):
    tried = list(itertools.islice(cases(0, template, tmp_path), 300))
    assert not [str(case) for case in tried if case.faults]


LOST = ("mine.npz", "gen/mine.txt", "../outside/0.png")


def test_a_traceback_and_lost_files_are_found(template, tmp_path, monkeypatch):
    def open_source(*arguments, **options):
        for name in LOST:
            os.remove(name)
        raise RuntimeError("a bug")

    monkeypatch.setattr(datasets, "open_source", open_source)
    tried = itertools.islice(cases(0, template, tmp_path), 30)
    faults = [fault for case in tried for fault in case.faults]
    assert any("RuntimeError: a bug" in fault for fault in faults)
    lost = [fault for fault in faults if "are lost" in fault]
    assert lost and all(name in lost[0] for name in LOST)
