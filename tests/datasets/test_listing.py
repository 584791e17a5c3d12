"""What lies in folders: links, cycles, pipes and devices."""

import os
import socket

import pytest

from keras_gan.datasets.listing import Listing

# Another backend would change nothing.
pytestmark = pytest.mark.once


@pytest.fixture
def tree(tmp_path):
    """`data` with two folders, and `store` beside it with two more."""
    for name in ("data/a/1", "data/b/2", "store/c/3", "store/d/4"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    return tmp_path


def link(tree, name, target):
    (tree / "data" / name).symlink_to(target)


def test_links_to_folders_and_files_are_followed(tree):
    link(tree, "c", tree / "store" / "c")
    link(tree, "a/more", "../../store/d")
    link(tree, "b/3", tree / "store" / "c" / "3")
    found = Listing(tree / "data")
    assert found.names == ["a/1", "a/more/4", "b/2", "b/3", "c/3"]
    assert found.left_out == {}


@pytest.mark.parametrize("target", [".", "..", "../..", "../../data", "/"])
def test_a_link_to_a_folder_around_it_is_a_cycle(tree, target):
    link(tree, "a/loop", target)
    link(tree, "loop", tree / "data")
    found = Listing(tree / "data")
    assert found.names == ["a/1", "b/2"]
    assert found.left_out == {}


def test_folders_that_link_to_each_other_are_read_once(tree):
    link(tree, "a/other", "../b")
    link(tree, "b/other", "../a")
    found = Listing(tree / "data")
    assert found.names == ["a/1", "b/2"]
    assert found.repeated == {
        "a/other": "the same folder as b",
        "b/other": "the same folder as a",
    }


def test_many_ways_to_one_folder_end(tree):
    # 2^30 paths lead to the last folder.
    for number in range(30):
        for name in "xy":
            path = tree / "data" / str(number) / name
            path.parent.mkdir(exist_ok=True)
            path.symlink_to(tree / "data" / str(number + 1))
    (tree / "data" / "30").mkdir()
    (tree / "data" / "30" / "9").write_bytes(b"x")
    found = Listing(tree / "data")
    assert found.names == ["30/9", "a/1", "b/2"]
    assert len(found.repeated) == 60


def test_what_is_no_file_is_left_out_with_the_reason(tree):
    os.mkfifo(tree / "data" / "a" / "pipe.png")
    link(tree, "zero.png", "/dev/zero")
    link(tree, "lost.png", "nowhere")
    link(tree, "self.png", "self.png")
    listener = socket.socket(socket.AF_UNIX)
    here = os.getcwd()
    try:  # Names of sockets are short.
        os.chdir(tree / "data")
        listener.bind("s.png")
    finally:
        os.chdir(here)
        listener.close()
    found = Listing(tree / "data")
    assert found.names == ["a/1", "b/2"]
    assert found.left_out == {
        "a/pipe.png": "a pipe",
        "zero.png": "a link to a device",
        "lost.png": "a link: No such file or directory",
        "self.png": "a link: Too many levels of symbolic links",
        "s.png": "a socket",
    }


def test_a_folder_that_may_not_be_read_is_left_out(tree, monkeypatch):
    scandir = os.scandir

    def refuses(path):
        if str(path).endswith("/b"):
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuses)
    found = Listing(tree / "data")
    assert (found.names, found.left_out) == (
        ["a/1"],
        {"b": "Permission denied"},
    )
    with pytest.raises(PermissionError):
        Listing(tree / "data" / "b")
