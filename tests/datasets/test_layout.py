"""Splits and classes from the names of folders."""

import pytest

from keras_gan.datasets.layout import in_class_order, layout

# Another backend would change nothing.
pytestmark = pytest.mark.once

SPLITS = [
    f"{split}/{kind}/1.png"
    for split in ("test", "train", "val")
    for kind in ("cat", "dog")
]


def classes(names, split=None):
    return layout("data", names, split).classes


class TestSplits:
    @pytest.mark.parametrize("split", [None, "train", "val", "test"])
    @pytest.mark.parametrize("around", ["", "pets/", "pets/all/"])
    def test_one_is_chosen(self, split, around):
        found = layout("data", [around + name for name in SPLITS], split)
        assert found.split == (split or "train")
        assert found.classes == {
            f"{around}{found.split}/{kind}/1.png": kind
            for kind in ("cat", "dog")
        }
        assert found.beside == found.outside == ()

    @pytest.mark.parametrize(
        "folders, split",
        [
            (("Train", "TEST"), "train"),
            (("training", "testing"), "train"),
            (("train", "validation"), "train"),
            (("train", "valid"), "train"),
            (("train",), "train"),
            (("test",), "test"),
        ],
    )
    def test_names_of_folders(self, folders, split):
        names = [f"{folder}/{n}.png" for folder in folders for n in range(3)]
        found = layout("data", names, None)
        assert found.split == split
        assert list(found.classes) == [
            f"{folders[0]}/{n}.png" for n in range(3)
        ]
        assert set(found.classes.values()) == {None}

    def test_a_class_may_be_called_train(self):
        with pytest.warns(UserWarning, match="folder `train` is a class.*bus"):
            found = layout("data", ["bus/1.png", "train/1.png"], None)
        assert found.split is None
        assert list(found.classes.values()) == ["bus", "train"]

    def test_one_that_is_asked_for_is_no_class(self):
        found = layout("data", ["rest/1.png", *SPLITS[2:4]], "train")
        assert found.split == "train" and found.outside == ("rest/1.png",)
        assert list(found.classes.values()) == ["cat", "dog"]

    def test_what_is_in_no_split_is_counted(self):
        others = ["extra/cat/1.png", "preview.png"]
        found = layout("data", SPLITS + others, None)
        assert found.outside == tuple(others)
        assert list(found.classes.values()) == ["cat", "dog"]

    @pytest.mark.parametrize("other", ["Train", "training"])
    def test_one_that_has_two_folders_is_refused(self, other):
        names = [*SPLITS, f"{other}/cat/2.png"]
        with pytest.raises(ValueError, match=f"split train: .*{other}"):
            layout("data", names, None)
        assert layout("data", names, "val").split == "val"

    def test_one_must_be_chosen_if_none_is_for_training(self):
        names = [name for name in SPLITS if not name.startswith("train")]
        with pytest.raises(ValueError, match="test and val.*--split"):
            layout("data", names, None)
        assert layout("data", names, "val").split == "val"
        with pytest.raises(ValueError, match="no split 'train'.*test, val"):
            layout("data", names, "train")

    def test_none_can_be_chosen_where_there_are_none(self):
        with pytest.raises(ValueError, match="no folders of splits.*'val'"):
            layout("data", ["a/1.png", "b/1.png"], "val")


class TestClasses:
    def test_files_beside_the_folders_are_named_and_the_classes_stay(self):
        names = ["a/1.png", "b/1.png", "x.png", "y.png", "z.png"]
        found = layout("data", names, None)
        assert found.classes == {"a/1.png": "a", "b/1.png": "b"}
        assert found.beside == ("x.png", "y.png", "z.png")

    def test_also_beside_the_folder_around_them(self):
        found = layout("data", ["all/a/1.png", "all/b/1.png", "x.png"], None)
        assert list(found.classes.values()) == ["a", "b"]
        assert found.beside == ("x.png",)

    def test_one_folder_beside_as_many_files_is_no_class(self):
        names = ["1.png", "2.png", "more/a/1.png", "more/b/1.png"]
        assert classes(names) == dict.fromkeys(names)

    @pytest.mark.parametrize(
        "names, ordered",
        [
            (["10", "9", "1"], ("1", "9", "10")),
            (["02", "10", "1"], ("1", "02", "10")),
            (["9" * 5000, "7"], ("7", "9" * 5000)),
            (["10", "9", "a"], ("10", "9", "a")),
            (["²", "10", "9"], ("10", "9", "²")),
        ],
    )
    def test_order(self, names, ordered):
        assert in_class_order(names) == ordered
