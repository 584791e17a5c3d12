"""Images of which few have labels: drawn, or named by a table."""

import zipfile
from pathlib import Path

import numpy as np
import pytest

from keras_gan.datasets import FewLabels, load, open_source, semi_supervised
from keras_gan.datasets.few_labels import labeled_part
from keras_gan.datasets.fingerprints import fingerprint
from keras_gan.datasets.subsets import subset
from keras_gan.images import write_image

# The images are NumPy's, whatever the backend.
pytestmark = pytest.mark.once

IMAGES = np.arange(12, dtype="uint8")[:, None, None, None] * np.ones(
    (1, 2, 2, 1), "uint8"
)
LABELS = np.repeat([0, 1, 2], [5, 4, 3])


def table(*rows, header="index,label") -> str:
    Path("labels.csv").write_text("\n".join([header, *rows]))
    return "labels.csv"


@pytest.fixture(autouse=True)
def photos(tmp_path, monkeypatch):
    """A folder of two classes, in which two files have the same name."""
    monkeypatch.chdir(tmp_path)
    for number, name in enumerate(
        ("cat/1.png", "cat/2.png", "dog/1.png", "dog/café.png")
    ):
        path = tmp_path / "photos" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_image(path, np.full((2, 2, 1), number, "uint8"))


class TestDrawn:
    def test_as_many_of_each_class_as_asked_for_by_the_seed(self):
        few = [FewLabels((IMAGES, LABELS), 2, seed=seed) for seed in (3, 3, 4)]
        known = few[0].labels >= 0
        assert np.bincount(few[0].labels[known]).tolist() == [2, 2, 2]
        np.testing.assert_array_equal(few[0].labels[known], LABELS[known])
        np.testing.assert_array_equal(few[0].labels, few[1].labels)
        assert (few[0].labels != few[2].labels).any()
        prints = [fingerprint(one) for one in few]
        assert prints[0] == prints[1] != prints[2]

    def test_every_image_may_keep_its_label(self):
        kept = [
            FewLabels((IMAGES, LABELS), 1, seed=seed).labels >= 0
            for seed in range(60)
        ]
        assert np.any(kept, axis=0).all()

    def test_images_are_as_before_and_the_labels_are_still_known(self):
        few = FewLabels((IMAGES, LABELS), 2)
        numbers = np.array([7, 0, 11])
        np.testing.assert_array_equal(few.read(numbers), IMAGES[numbers])
        np.testing.assert_array_equal(few.resident(), IMAGES)
        np.testing.assert_array_equal(few.source.labels, LABELS)
        assert (few.info.num_classes, few.dtype) == (3, np.uint8)
        assert len(few) == 12 and len(few.labeled) == 6

    @pytest.mark.parametrize(
        "images, number, message",
        [
            (IMAGES, 1, "and `array` has none. Name a .csv"),
            ((IMAGES, LABELS), 4, "4, and `array` has 3 of 2. Keep fewer"),
            ((IMAGES, LABELS * 2), 1, "has 0 of 1, 0 of 3"),
            ((IMAGES, 0 * LABELS), 1, "one class, 0, in `array`"),
            ((IMAGES[3:7], LABELS[3:7]), 2, "labels of all 4. Train an ordin"),
            ((IMAGES, LABELS), 0, "`labels` must be"),
        ],
    )
    def test_labels_that_cannot_be_kept(self, images, number, message):
        with pytest.raises(ValueError, match=message):
            FewLabels(images, number)


class TestTable:
    def test_rows_of_an_array(self):
        rows = ("3;b;x", "11;a;x", "0;b;", "5;;not yet")
        path = table(*rows, header="Index;LABEL;note")
        few = FewLabels(IMAGES, path)
        expected = np.full(12, -1)
        expected[[0, 3, 11]] = 1, 1, 0
        assert few.labels.tolist() == expected.tolist()
        assert few.info.class_names == ("a", "b")

    @pytest.mark.parametrize(
        "rows",
        [
            ("cat/2.png,10", "dog/1.png,9"),
            (r".\cat\2.png,10", "./dog/1.png,9"),
            ("x/photos/cat/2.png,10", "x/photos/dog/1.png,9"),
        ],
    )
    def test_rows_of_files(self, rows):
        few = FewLabels("photos", table(*rows, header="file,label"))
        # Folders mean nothing, and numbers are in their order.
        assert few.labels.tolist() == [-1, 1, 0, -1]
        assert few.info.class_names == ("9", "10")

    def test_a_name_alone_is_enough_if_only_one_file_has_it(self):
        rows = ("2.png,x", "cafe\u0301.png,y")
        few = FewLabels("photos", table(*rows, header="file,label"))
        assert few.labels.tolist() == [-1, 0, -1, 1]

    def test_a_zip(self):
        with zipfile.ZipFile("photos.zip", "w") as archive:
            for path in sorted(Path("photos").rglob("*.png")):
                archive.write(path)
        rows = ("cat/1.png,cat", "dog/1.png,dog")
        few = FewLabels("photos.zip", table(*rows, header="file,label"))
        assert few.labels.tolist() == [0, -1, 1, -1]

    @pytest.mark.parametrize("images", ["photos", (IMAGES, LABELS)])
    def test_what_is_saved_is_the_same_again(self, images):
        few = FewLabels(images, 1, seed=5)
        few.save("kept.csv")
        again = FewLabels(images, "kept.csv")
        np.testing.assert_array_equal(few.labels, again.labels)
        assert few.info.class_names == again.info.class_names
        header = Path("kept.csv").read_text().split("\n")[0].strip()
        assert header == ("file,label" if images == "photos" else "index,label")

    @pytest.mark.parametrize(
        "rows, message",
        [
            (("0,a", "12,b", "x,b", "-1,b"), "3 of 4 that name none"),
            (("0,a", "0,b"), "Received: several for 0"),
            (("0,a", "1,a"), "all images of one class, a, in `labels.csv`"),
            (("0,", "1,"), "2 rows without one"),
            (tuple(f"{n},{n % 2}" for n in range(12)), "labels of all 12"),
        ],
    )
    def test_rows_that_make_no_sense(self, rows, message):
        with pytest.raises(ValueError, match=message):
            FewLabels(IMAGES, table(*rows))

    def test_a_class_of_the_data_without_a_label(self):
        with pytest.raises(ValueError, match="none of 2, and `array` has 3"):
            FewLabels((IMAGES, LABELS), table("0,0", "5,1"))

    def test_files_that_are_not_there_or_are_not_clear(self):
        rows = ("cat/1.png,a", "1.png,b", "cat/9.png,b")
        path = table(*rows, header="file,label")
        with pytest.raises(ValueError, match="2 of 3 that.*1.png, cat/9.png"):
            FewLabels("photos", path)
        # Not the one in another folder.
        path = table("dog/2.png,a", "cat/1.png,b", header="file,label")
        with pytest.raises(ValueError, match="1 of 2 that.*dog/2.png"):
            FewLabels("photos", path)

    @pytest.mark.parametrize(
        "images, header", [("photos", "index,label"), (IMAGES, "file,class")]
    )
    def test_columns_that_are_missing(self, images, header):
        path = table("0,a", "1,b", header=header)
        with pytest.raises(ValueError, match=f"Received: {header[:5]}"):
            FewLabels(images, path)
        with pytest.raises(FileNotFoundError):
            FewLabels(images, "nowhere.csv")


def test_some_of_them_are_few_labels_too():
    few = FewLabels((IMAGES, LABELS), 2)
    some = subset(few, np.arange(1, 12, 2))
    images, labels = next(iter(load(some, shuffle=False, batch_size=6)))
    np.testing.assert_array_equal(labels, few.labels[1::2])
    assert len(labeled_part(some)) == np.count_nonzero(few.labels[1::2] >= 0)


def test_parts_of_a_batch_are_the_whole_batch():
    few = FewLabels((IMAGES, LABELS), 2)
    options = {"batch_size": 8, "seed": 1, "repeat": True, "skip_batches": 1}
    whole, *parts = (
        next(iter(semi_supervised(few.labeled, few, shard=shard, **options)))
        for shard in (None, (0, 2), (1, 2))
    )
    for images, labels in parts:
        assert images.shape[0] == 4 and (labels.numpy() < 0).sum() == 2
    both = [np.concatenate(part) for part in zip(*parts, strict=True)]
    order = [0, 1, 4, 5, 2, 3, 6, 7]
    for one, other in zip(whole, both, strict=True):
        assert sorted(one.numpy()[:4].ravel()) == sorted(
            other[order][:4].ravel()
        )
        assert sorted(one.numpy()[4:].ravel()) == sorted(
            other[order][4:].ravel()
        )


def test_why_images_can_no_longer_be_read():
    few = FewLabels("photos", 1, cache=False)
    for path in Path("photos").rglob("*.png"):
        path.unlink()
    some = subset(few, np.array([0]))
    with (
        pytest.warns(UserWarning, match="cannot be read any more"),
        pytest.raises(ValueError, match="cannot be read any more"),
    ):
        some.read(np.array([0]))
    assert some.failure is few.failure is not None


def test_an_opened_source_is_taken_as_it_is():
    opened = open_source((IMAGES, LABELS))
    assert FewLabels(opened, 1).source is opened
