"""`datasets.attributes`: images with attributes from a table."""

import numpy as np
import pytest
from PIL import Image
from portable import assert_equal, to_numpy

from keras_gan.datasets import AttributeImages, attributes, load
from keras_gan.datasets.fingerprints import fingerprint

# Another backend would change nothing.
pytestmark = pytest.mark.once


@pytest.fixture
def faces(tmp_path):
    """Images whose gray level is 10 times their number, in two folders."""
    for number in range(6):
        path = tmp_path / "faces" / "ab"[number % 2] / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.full((4, 4, 3), 10 * number, "uint8")).save(path)
    return tmp_path / "faces"


def table(faces, text):
    path = faces.parent / "table.csv"
    path.write_text(text)
    return path


def rows(dataset):
    """The attributes of each image by its number."""
    found = {}
    for images, values in dataset:
        numbers = np.round((to_numpy(images)[:, 0, 0, 0] + 1) * 12.75)
        pairs = zip(numbers.astype(int).tolist(), to_numpy(values), strict=True)
        found |= {number: value.tolist() for number, value in pairs}
    return found


def simple(faces, column="smiling", values="010101"):
    lines = [f"{n}.png,{v}\n" for n, v in enumerate(values)]
    return table(faces, f"file,{column}\n" + "".join(lines))


def test_rows_belong_to_files_whatever_their_order(faces):
    path = table(
        faces,
        "file;old;smiling\n" + "".join(f"{n}.jpg;{n % 2};{int(n > 3)}\n"
        for n in (5, 3, 1, 0, 2, 4)),
    )  # fmt: skip
    data = attributes(faces, path, batch_size=4, seed=1)
    assert data.element_spec[1].shape == (None, 2)
    expected = {n: [n % 2, int(n > 3)] for n in range(6)}
    assert rows(data) == expected
    opened = AttributeImages(faces, path)
    assert opened.attribute_names == ("old", "smiling")
    assert not opened.exclusive and len(opened) == 6
    assert opened.info.num_classes is None


@pytest.mark.parametrize(
    "values",
    ["-1 1 -1 1 -1 1", "0 1 0 1 0 1", "False true false True FALSE TRUE"],
)
def test_what_counts_as_yes_and_no(faces, values):
    path = simple(faces, values=values.split())
    assert rows(attributes(faces, path)) == {n: [n % 2] for n in range(6)}


def test_categories_are_one_attribute_each(faces):
    path = simple(faces, "hair", ["blond", "10", "9", "9", "blond", "10"])
    opened = AttributeImages(faces, path)
    assert opened.attribute_names == ("hair=10", "hair=9", "hair=blond")
    assert opened.exclusive
    found = rows(load(opened))
    assert found[0] == [0, 0, 1] and found[1] == [1, 0, 0]
    assert all(sum(values) == 1 for values in found.values())


def test_cells_of_several_lines_and_odd_names(faces):
    names = {0: "a\nx", 1: "a\u2028x", 2: "a\x0bx"}
    lines = [f'{n}.png,"{names.get(n, "plain")}"\r\n' for n in range(6)]
    path = faces.parent / "table.csv"
    path.write_bytes(("file,hair\r\n\r\n" + "".join(lines)).encode())
    found = attributes(faces, path)
    assert {f"hair={one}" for one in (*names.values(), "plain")} == {
        *AttributeImages(faces, path).attribute_names
    }
    assert len(rows(found)) == 6


def test_the_list_of_celeba(faces):
    lines = "".join(f"{n}.jpg  {2 * (n % 2) - 1} -1\n" for n in range(6))
    path = table(faces, "6\nYoung Bald \n" + lines)
    with pytest.warns(UserWarning, match="1 of its 2 .* all images: Bald"):
        opened = AttributeImages(faces, path)
    assert opened.attribute_names == ("Young", "Bald")
    assert rows(load(opened)) == {n: [n % 2, 0] for n in range(6)}


def test_columns_may_be_chosen(faces):
    lines = "".join(f"{n}.png,name {n},{n % 2},{n // 3}\n" for n in range(6))
    path = table(faces, "file,name,old,smiling\n" + lines)
    with pytest.warns(UserWarning, match="1 of its columns .* left out: name"):
        assert AttributeImages(faces, path).attribute_names == (
            "old",
            "smiling",
        )
    chosen = attributes(faces, path, columns=["smiling", "old"])
    assert rows(chosen) == {n: [n // 3, n % 2] for n in range(6)}
    with pytest.raises(ValueError, match="has name, old, smiling. Rec.*: hat"):
        attributes(faces, path, columns=["hat"])


def test_images_and_rows_without_the_other(faces):
    path = simple(faces, values="0101")
    path.write_text(path.read_text() + "9.png,1\n")
    with pytest.warns(UserWarning) as warned:
        opened = AttributeImages(faces, path)
    texts = " ".join(str(one.message) for one in warned)
    assert "2 of its images have no partner" in texts
    assert "a/4.png, b/5.png" in texts and "9.png" in texts
    assert len(opened) == opened.info.num_images == 4
    assert rows(load(opened)) == {n: [n % 2] for n in range(4)}
    with pytest.raises(ValueError, match="2 without, such as a/4.png, b/5"):
        attributes(faces, path, strict=True)


def test_empty_cells(faces):
    lines = "".join(f"{n}.png,{n % 2},{n % 2 or ''}\n" for n in range(6))
    path = table(faces, "file,old,hat\n" + lines)
    with pytest.warns(UserWarning, match="1 of its columns are mostly empty"):
        assert AttributeImages(faces, path).attribute_names == ("old",)
    named = {"columns": ["old", "hat"]}
    with pytest.warns(UserWarning) as warned:
        opened = AttributeImages(faces, path, **named)
    assert "3 of its rows have an empty cell" in str(warned[0].message)
    assert len(opened) == 3
    with pytest.raises(ValueError, match="3 rows with an empty one"):
        attributes(faces, path, strict=True, **named)


def test_arrays_have_their_rows_in_order():
    images = np.arange(6, dtype="uint8")[:, None, None, None] * 10
    images = np.broadcast_to(images, (6, 4, 4, 1))
    values = np.stack([np.arange(6) % 2, np.arange(6) // 3], axis=1)
    data = attributes(images, 2 * values - 1, columns=["a", "b"])
    assert rows(data) == {n: [n % 2, n // 3] for n in range(6)}
    with pytest.raises(ValueError, match="a row for each of the 6 images"):
        attributes(images, values[:4])
    with pytest.raises(ValueError, match="must name the 2 columns"):
        attributes(images, values, columns=["a"])
    with pytest.raises(ValueError, match="of 0 and 1. Received: an array of"):
        attributes(images, values + 1)


def test_streams_resume(faces):
    def batches(skip):
        data = attributes(
            faces, simple(faces), batch_size=4, seed=3, repeat=True,
            skip_batches=skip,
        )  # fmt: skip
        iterator = iter(data)
        return [next(iterator) for _ in range(5 - skip)]

    for whole, later in zip(batches(0)[2:], batches(2), strict=True):
        for one, other in zip(whole, later, strict=True):
            assert_equal(one, other)


def test_fingerprints_are_of_images_and_attributes(faces):
    first = fingerprint(AttributeImages(faces, simple(faces)))
    assert first == fingerprint(AttributeImages(faces, simple(faces)))
    other = simple(faces, values="110101")
    assert first != fingerprint(AttributeImages(faces, other))


@pytest.mark.parametrize(
    "text, message",
    [
        ("", "must have a row of names, .* 0 rows of 0 columns"),
        ("file\n1.png\n", "2 rows of 1 columns"),
        ("file,a\n1.png,1\n2.png\n", "All rows .* 2 columns.* 1 in row 3"),
        ("file,a,a\n1.png,1,0\n", r"a name of its own.*Received: a\."),
        ("file,a\nx.png,1\ny.png,0\n", "no name that is in both"),
        ("file,a\n0.png,x\n1.png,y\n2.png,z\n", "a column of attributes"),
    ],
)
def test_tables_that_are_none(faces, text, message):
    with pytest.raises(ValueError, match=message):
        attributes(faces, table(faces, text))


def test_other_errors(faces):
    with pytest.raises(FileNotFoundError):
        attributes(faces, faces / "nothing.csv")
    with pytest.raises(ValueError, match="must be a text file"):
        attributes(faces, faces / "a" / "0.png")
    with pytest.raises(ValueError, match="`images` must be files"):
        attributes(np.zeros((6, 4, 4, 1), "uint8"), simple(faces))
    with pytest.raises(ValueError, match="`balance` needs classes"):
        attributes(faces, simple(faces), balance="uniform")
