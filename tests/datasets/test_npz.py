"""`.npz` files: names of arrays, splits, damaged files and bombs."""

import io
import zipfile

import numpy as np
import pytest
from lies import arrays_that_lie
from portable import assert_close

from keras_gan.datasets import describe, load

# Another backend would change nothing.
pytestmark = pytest.mark.once

FLOATS = np.linspace(0, 1, 5 * 4 * 6, dtype="float32").reshape(5, 4, 6)


def all_images(source, **options):
    options = {"labels": False, "shuffle": False, **options}
    return np.concatenate(list(load(source, **options).as_numpy_iterator()))


def save(path, **arrays):
    np.savez(path, **arrays)
    return path


@pytest.mark.parametrize(
    "keys",
    [("x_train", "y_train"), ("images", "labels"), ("x", "y"), ()],
)
def test_names_of_arrays(tmp_path, keys):
    path = tmp_path / "a.npz"
    arrays = (FLOATS, np.arange(5))
    if keys:
        np.savez(path, x_test=1, **dict(zip(keys, arrays, strict=True)))
    else:
        np.savez(path, *arrays)
    info = describe(path)
    assert (info.num_images, info.image_shape) == (5, (4, 6, 1))
    assert info.num_classes == 5 and info.name == str(path)


def test_one_array_of_any_name_and_compressed(tmp_path):
    np.savez_compressed(tmp_path / "a.npz", whatever=FLOATS)
    assert_close(
        all_images(tmp_path / "a.npz"), FLOATS[..., None] * 2 - 1, atol=1e-6
    )
    assert describe(tmp_path / "a.npz").num_classes is None


def test_unknown_keys_are_listed(tmp_path):
    path = save(tmp_path / "a.npz", left=FLOATS, right=FLOATS)
    with pytest.raises(ValueError, match=r"\['left', 'right'\]"):
        load(path)


def test_objects_are_not_run(tmp_path):
    path = save(tmp_path / "a.npz", images=np.array([{}], object))
    with pytest.raises(ValueError, match="could run code"):
        load(path)


@pytest.mark.parametrize("data", [b"", b"hello", b"PK\3\4 and no more"])
def test_damaged_file_is_named(tmp_path, data):
    (tmp_path / "a.npz").write_bytes(data)
    with pytest.raises(ValueError, match="a.npz` is not an .npz") as error:
        load(tmp_path / "a.npz")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("names", ["{}_images {}_labels", "x_{} y_{}"])
@pytest.mark.parametrize("split", [None, "train", "val", "test"])
def test_splits(tmp_path, names, split):
    arrays = {}
    for level, part in enumerate(("train", "val", "test")):
        images, labels = names.replace("{}", part).split()
        arrays[images] = np.full((level + 2, 4, 4), level, "uint8")
        arrays[labels] = np.arange(level + 2)[:, None]
    path = save(tmp_path / "a.npz", **arrays)
    info = describe(path, split=split)
    level = ("train", "val", "test").index(split or "train")
    assert info.split == (split or "train")
    assert info.num_images == info.num_classes == level + 2
    levels = all_images(path, split=split, value_range=(0, 255))
    assert (levels == level).all()


def test_a_split_that_is_not_there(tmp_path):
    path = save(tmp_path / "a.npz", images=FLOATS)
    assert describe(path).split is None
    with pytest.raises(ValueError, match=r"'test_images'.*\['images'\]"):
        describe(path, split="test")
    with pytest.raises(ValueError, match="train, val, test.*'dev'"):
        describe(path, split="dev")
    with pytest.raises(ValueError, match="Arrays have no splits"):
        describe(FLOATS, split="train")
    with pytest.raises(ValueError, match="`digits` has no splits"):
        describe("digits", split="train")


def test_an_array_other_than_its_header_says(tmp_path):
    for content in arrays_that_lie():
        with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
            archive.writestr("images.npy", content)
        with pytest.raises(ValueError, match="images.npy. of .*cannot b") as e:
            load(tmp_path / "a.npz")
        assert "\n" not in str(e.value)


@pytest.mark.filterwarnings("ignore:Duplicate name")  # Of `zipfile`.
def test_the_last_array_of_a_name_counts(tmp_path):
    save(tmp_path / "a.npz", images=FLOATS)
    save(tmp_path / "b.npz", images=FLOATS[:2])
    with zipfile.ZipFile(tmp_path / "a.npz", "a") as archive:
        with zipfile.ZipFile(tmp_path / "b.npz") as other:
            archive.writestr("images.npy", other.read("images.npy"))
    with pytest.warns(UserWarning, match="a.npz`: 1 of its names.*: images[.]"):
        assert describe(tmp_path / "a.npz").num_images == 2


def test_a_bomb_is_not_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr("keras_gan.datasets.npz._SMALL_BYTES", 10_000)
    blank = np.zeros((100, 20, 20), "uint8")
    np.savez_compressed(tmp_path / "a.npz", images=blank)
    with pytest.raises(ValueError, match="to 40,128 bytes.*do not compress"):
        load(tmp_path / "a.npz")
    assert describe(save(tmp_path / "b.npz", images=blank)).num_images == 100


@pytest.mark.parametrize(
    "compression", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
)
def test_damaged_members_are_one_line(tmp_path, compression):
    file = io.BytesIO()
    np.save(file, np.random.default_rng(0).random((4, 8, 8)))
    path = tmp_path / "a.npz"
    with zipfile.ZipFile(path, "w", compression) as archive:
        archive.writestr("images.npy", file.getvalue())
    assert describe(path).num_images == 4
    data = bytearray(path.read_bytes())
    data[200:230] = bytes(30)
    path.write_bytes(data)
    with pytest.raises(ValueError, match="a.npz` cannot be read") as error:
        load(path)
    assert "\n" not in str(error.value)
