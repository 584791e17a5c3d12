import os

import pytest

from keras_gan.utils.files import replacing, temporary_path

# Another backend would change nothing.
pytestmark = pytest.mark.quickest


def test_replacing_leaves_the_old_file_on_errors(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("old")
    with pytest.raises(ZeroDivisionError), replacing(path) as aside:
        aside.write_text("new")
        raise ZeroDivisionError
    assert path.read_text() == "old"
    with replacing(path) as aside:
        aside.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_processes_have_temporary_files_of_their_own(tmp_path):
    path = tmp_path / "notes.txt"
    with replacing(path) as alone, replacing(path, shared=True) as own:
        assert alone != own and str(os.getpid()) in own.name
        assert alone.suffix == own.suffix == ".txt"
        alone.write_text("first")
        own.write_text("second")
    assert path.read_text() == "first"
    assert list(tmp_path.iterdir()) == [path]


def test_names_may_be_as_long_as_the_system_allows(tmp_path):
    path = tmp_path / f"{'ü' * 120}.txt"
    with replacing(path, shared=True) as aside:
        aside.write_text("new")
        assert aside.suffix == ".txt"
    assert path.read_text() == "new"


def test_links_are_not_written_through(tmp_path):
    mine, path = tmp_path / "mine", tmp_path / "notes.txt"
    mine.write_text("mine")
    path.symlink_to(mine)
    temporary_path(path).symlink_to(mine)
    with replacing(path) as aside:
        aside.write_text("new")
    assert (path.read_text(), mine.read_text()) == ("new", "mine")
