"""`datasets.pairs`: pairs of images of two folders, or side by side."""

import itertools
import zipfile

import numpy as np
import pytest
from PIL import Image
from portable import assert_equal, to_numpy

from keras_gan.datasets import PairedImages, load, pairs
from keras_gan.datasets.fingerprints import fingerprint

# Another backend would change nothing.
pytestmark = pytest.mark.once


def write(path, array):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(array.astype("uint8")).save(path)


def marked(number, height=6, width=8):
    """An image whose pixels tell which image and place they are."""
    rows, columns = np.indices((height, width))
    return np.stack([0 * rows + 10 * number, 10 * rows, 10 * columns], -1)


@pytest.fixture
def folders(tmp_path):
    """Images, and the same with other red, in two folders."""
    for number in range(5):
        write(tmp_path / "A" / f"{number}.png", marked(number))
        write(tmp_path / "B" / f"{number}.bmp", marked(number + 10))
    return tmp_path


def to_bytes(images):
    return np.round((to_numpy(images) + 1) * 127.5).astype(int)


def examples(dataset, number=None):
    """Source and target of each example, as bytes."""
    return [
        pair
        for batch in itertools.islice(dataset, number)
        for pair in zip(*map(to_bytes, batch), strict=True)
    ]


def assert_partners(found):
    for source, target in found:
        assert_equal(target[..., 0], source[..., 0] + 100)
        assert_equal(target[..., 1:], source[..., 1:])


def zip_of(folder):
    path = folder.with_suffix(".zip")
    with zipfile.ZipFile(path, "w") as archive:
        for file in folder.iterdir():
            archive.write(file, f"{folder.name}/{file.name}")
    return path


@pytest.mark.parametrize("kind", ["folders", "zips", "one"])
def test_files_are_matched_by_name(folders, kind):
    sides = [folders / "A", folders / "B"]
    sides = {"zips": map(zip_of, sides), "one": [folders]}.get(kind, sides)
    found = examples(pairs(*sides, batch_size=2))
    assert sorted(int(s[0, 0, 0]) // 10 for s, _ in found) == list(range(5))
    assert_partners(found)


def test_crops_and_flips_are_joint(folders):
    data = pairs(
        folders / "A", folders / "B", crop=(4, 5), flip=True, seed=1,
        repeat=True, batch_size=5,
    )  # fmt: skip
    found = examples(data, 12)
    assert data.element_spec[0].shape == (5, 4, 5, 3)
    assert_partners(found)
    corners = {tuple(source[0, 0, 1:].tolist()) for source, _ in found}
    flipped = [source[0, 0, 2] > source[0, -1, 2] for source, _ in found]
    # 3 x 4 places, of which a flip shows the other end.
    assert len(corners) > 12 and 15 < sum(flipped) < 45


def test_the_stream_goes_on_where_it_was(folders):
    def batches(skip, number, **options):
        options = {"seed": 3, "crop": 4, "flip": True} | options
        data = pairs(
            folders / "A", folders / "B", batch_size=2, repeat=True,
            skip_batches=skip, **options,
        )  # fmt: skip
        return examples(data, number)

    whole = batches(0, 9)
    assert_equal(whole[8:], batches(4, 5))
    assert_equal(whole, batches(0, 9, num_workers=1, cache=False))
    # Crops and order of passes differ, and those of seeds.
    assert np.any(np.array(whole[:5]) != np.array(whole[5:10]))
    assert np.any(np.array(whole) != np.array(batches(0, 9, seed=4)))


def test_without_shuffle_all_passes_are_the_same(folders):
    options = {"crop": 4, "seed": 3, "batch_size": 2}
    data = pairs(folders / "A", folders / "B", shuffle=False, **options)
    assert_equal(examples(data), examples(data))
    assert data.cardinality() == 3
    data = pairs(folders / "A", folders / "B", **options)
    assert np.any(np.array(examples(data)) != np.array(examples(data)))


def test_parts_of_processes_are_those_of_one(folders):
    opened = PairedImages(folders / "A", folders / "B", crop=4)
    options = {"batch_size": 4, "repeat": True, "seed": 2}
    whole = next(iter(load(opened, **options)))
    parts = [
        next(iter(load(opened, shard=(index, 2), **options)))
        for index in range(2)
    ]
    for side in range(2):
        both = np.concatenate([to_numpy(part[side]) for part in parts])
        assert_equal(both, to_numpy(whole[side]))


@pytest.mark.parametrize("direction", ["left_to_right", "right_to_left"])
def test_halves_of_one_image(tmp_path, direction):
    for number in range(3):
        both = [marked(number), marked(number + 10)]
        write(tmp_path / f"{number}.png", np.concatenate(both, axis=1))
    step = 1 if direction == "left_to_right" else -1
    data = pairs(tmp_path, direction=direction, batch_size=3)
    assert_partners([pair[::step] for pair in examples(data)])
    # Each half is resized, and nothing of it is cut off at one side only.
    small = pairs(tmp_path, image_size=(3, 4), direction=direction)
    assert_partners([pair[::step] for pair in examples(small)])


def test_arrays_are_matched_by_their_order():
    first = np.stack([marked(n) for n in range(4)]).astype("uint8")
    second = first + np.array([100, 0, 0], "uint8")
    assert_partners(examples(pairs(first, second, batch_size=3)))
    floats = pairs(first / 255, second, batch_size=3)
    assert_partners(examples(floats))
    with pytest.raises(ValueError, match="of the same number of images"):
        pairs(first, second[:3])


def test_both_sides_in_one_npz(tmp_path):
    first = np.stack([marked(n) for n in range(4)]).astype("uint8")
    second = first + np.array([100, 0, 0], "uint8")
    path = tmp_path / "pairs.npz"
    np.savez(path, sources=first, targets=second)
    assert_partners(examples(pairs(path, batch_size=3)))
    assert PairedImages(path).info.name == str(path)
    np.savez(path, images=np.concatenate([first, second], axis=2))
    assert_partners(examples(pairs(path, batch_size=3)))
    with pytest.raises(FileNotFoundError, match="no dataset, file or folder"):
        pairs(tmp_path / "nothing.npz")


def test_values_are_those_of_load(folders):
    data = pairs(folders / "A", folders / "B", batch_size=5, shuffle=False)
    alone = load(str(folders / "A"), batch_size=5, shuffle=False)
    assert_equal(next(iter(data))[0], next(iter(alone)))


def test_sides_may_differ_in_channels(folders):
    for number in range(5):
        write(folders / "C" / f"{number}.png", marked(number)[..., 0])
    opened = PairedImages(folders / "C", folders / "B")
    assert opened.shapes == ((6, 8, 1), (6, 8, 3))
    assert opened.info.image_shape == (6, 8, 3)
    source, target = next(iter(load(opened)))
    assert source.shape == (5, 6, 8, 1) and target.shape == (5, 6, 8, 3)


def test_pairs_of_different_sizes(folders):
    write(folders / "A" / "large.png", marked(5, 12, 16))
    write(folders / "B" / "large.png", marked(15, 12, 16))
    sides = folders / "A", folders / "B"
    opened = PairedImages(*sides)
    assert opened.shapes == ((None, None, 3),) * 2
    found = examples(load(opened, batch_size=1))
    assert sorted(s.shape[0] for s, _ in found) == [6] * 5 + [12]
    assert_partners(found)
    with pytest.raises(ValueError, match="a batch can only hold one of them"):
        load(opened, batch_size=2)
    assert examples(pairs(*sides, crop=6, batch_size=6))[0][0].shape[0] == 6
    assert examples(pairs(*sides, image_size=5))[0][0].shape == (5, 5, 3)


def test_sizes_of_a_pair_must_agree(folders):
    write(folders / "B" / "3.bmp", marked(13, 12, 16))
    sides = folders / "A", folders / "B"
    with pytest.raises(ValueError, match=r"1 pairs .* 3.png with 6 x 8 and 3"):
        pairs(*sides)
    # Of the same proportions, they may be resized.
    assert len(PairedImages(*sides, image_size=4)) == 5
    write(folders / "B" / "3.bmp", marked(13, 12, 12))
    with pytest.raises(ValueError, match="must have the same proportions"):
        pairs(*sides, image_size=4)


def test_images_without_a_partner(folders):
    (folders / "B" / "1.bmp").unlink()
    sides = folders / "A", folders / "B"
    with pytest.warns(UserWarning, match="1 of its images have no partner"):
        found = examples(pairs(*sides))
    assert len(found) == 4
    assert_partners(found)
    with pytest.raises(ValueError, match=r"1 without, such as 1.png"):
        pairs(*sides, strict=True)


def test_a_file_that_vanishes_is_named(folders):
    opened = PairedImages(folders / "A", folders / "B", num_workers=1)
    (folders / "B" / "2.bmp").unlink()
    with pytest.raises(Exception, match="2.bmp cannot be read any more"):
        list(load(opened))
    assert "2.bmp cannot be read any more" in str(opened.failure)


def test_fingerprints_are_of_both_sides(folders):
    def mark():
        return fingerprint(PairedImages(folders / "A", folders / "B"))

    before = mark()
    assert before == mark()
    write(folders / "B" / "2.bmp", marked(9))
    assert before != mark()


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"crop": 9}, r"5 of the 5 images of `.*A` are smaller, such as 0.png"),
        ({"crop": 0}, "`crop` must be a number of pixels or"),
        ({"crop": (4, 4, 3)}, "`crop` must be a number of pixels or"),
        ({"flip": "no"}, "`flip` must be one of True, False"),
        ({"direction": "up"}, "`direction` must be one of 'left_to_right'"),
        ({"value_range": (0, 1)}, r"`value_range` of .* must be \(-1, 1\)"),
        ({"labels": True}, "has no labels"),
        ({"balance": "uniform"}, "`balance` needs classes"),
        ({"split": "test"}, "no folders of splits"),
    ],
)
def test_invalid_arguments(folders, arguments, message):
    with pytest.raises(ValueError, match=message):
        pairs(folders / "A", folders / "B", **arguments)


def test_a_seed_is_a_number(folders):
    with pytest.raises(TypeError, match="`seed` must be an integer"):
        pairs(folders / "A", folders / "B", seed="one")


def test_what_is_not_side_by_side(tmp_path):
    write(tmp_path / "odd" / "1.png", marked(1, 6, 7))
    with pytest.raises(ValueError, match="1.png with 6 x 7 .*an odd width"):
        pairs(tmp_path / "odd")
    write(tmp_path / "high" / "1.png", marked(1, 8, 8))
    with pytest.warns(UserWarning, match="are no wider than high"):
        pairs(tmp_path / "high")


def test_reading_gives_the_targets(folders):
    opened = PairedImages(folders / "A", folders / "B", crop=4)
    found = opened.read(np.array([1, 3]))
    assert found.shape == (2, 4, 4, 3)
    assert_equal(found, opened.read(np.array([1, 3])))
    assert_equal(to_bytes(found)[:, 0, 0, 0], [110, 130])
