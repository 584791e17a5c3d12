"""Decoded images in memory, where there is room, and none where not."""

import numpy as np
import pytest
from portable import assert_equal

from keras_gan.datasets import caching, files, load, open_source, pipeline
from keras_gan.images import write_image
from keras_gan.utils import machine

# Another backend would change nothing.
pytestmark = pytest.mark.once

NUM_IMAGES = 23
NUM_BYTES = NUM_IMAGES * 4 * 4 * 3


@pytest.fixture
def folder(tmp_path):
    images = np.random.default_rng(0).integers(
        0, 256, (NUM_IMAGES, 4, 4, 3), "uint8"
    )
    for number, image in enumerate(images):
        kind = tmp_path / "data" / "ab"[number % 2]
        kind.mkdir(parents=True, exist_ok=True)
        write_image(kind / f"{number:02d}.png", image)
    return tmp_path / "data"


@pytest.fixture
def memory(monkeypatch):
    """Function that sets how many bytes are free."""

    def free(num_bytes):
        monkeypatch.setattr(caching, "available_memory", lambda: num_bytes)

    return free


@pytest.fixture
def decoded(monkeypatch):
    """The names of the files that are decoded after they were checked."""
    names, original = [], files.decode

    def decode(open_file, name, info):
        names.append(name)
        return original(open_file, name, info)

    monkeypatch.setattr(files, "decode", decode)
    return names


def batches(source, **options):
    """Images of two passes with labels, as arrays."""
    dataset = load(source, batch_size=5, seed=1, **options)
    return [
        [part.numpy() for part in batch] for _ in range(2) for batch in dataset
    ]


@pytest.mark.parametrize(
    "free, cache, times",
    [(2 * NUM_BYTES, True, 0), (2 * NUM_BYTES - 1, True, 2),
     (2 * NUM_BYTES, False, 2)],
)  # fmt: skip
def test_kept_in_half_of_the_free_memory(
    folder, memory, decoded, free, cache, times
):
    memory(2 * NUM_BYTES)
    expected = batches(folder)
    memory(free)
    for one, other in zip(batches(folder, cache=cache), expected, strict=True):
        assert_equal(one[0], other[0])
        assert_equal(one[1], other[1])
    assert len(decoded) == times * NUM_IMAGES


def test_large_data_is_in_memory_once(folder, monkeypatch):
    """A graph would hold a copy of it."""
    expected = batches(folder)
    copied, copy = [], pipeline._on_cpu
    monkeypatch.setattr(
        pipeline, "_on_cpu", lambda array: copied.append(array) or copy(array)
    )
    monkeypatch.setattr(pipeline, "_MOST_COPIED_BYTES", NUM_BYTES - 1)
    for one, other in zip(batches(folder), expected, strict=True):
        assert_equal(one[0], other[0])
    assert [array.shape for array in copied] == [(NUM_IMAGES,)]  # the labels


def test_where_only_headers_are_read_each_is_decoded_once(
    folder, memory, decoded, monkeypatch
):
    expected = batches(folder)
    assert decoded == []
    memory(2 * NUM_BYTES)
    for name in ("_MOST_DECODED", "_MOST_BYTES"):
        monkeypatch.setattr(f"keras_gan.datasets.checking.{name}", 5)
    opened = open_source(folder, num_workers=1)
    assert decoded == []
    found = batches(opened, num_workers=1)
    for one, other in zip(found, expected, strict=True):
        assert_equal(one[0], other[0])
    assert len(decoded) == len(set(decoded)) == NUM_IMAGES


@pytest.mark.parametrize("first", ["a/00.png", "a/99.png"])
def test_an_image_that_is_unlike_the_others(folder, decoded, first):
    """The first tells what the others should be; it may be wrong."""
    write_image(folder / first, np.full((4, 4, 1), 7, "uint8"))
    images = open_source(folder).read(np.arange(NUM_IMAGES))
    number = sorted(path.name for path in (folder / "a").iterdir()).index(
        first[2:]
    )
    assert_equal(images[number], np.full((4, 4, 3), 7))
    assert images[-1].std() > 10 and images.shape[1:] == (4, 4, 3)


def test_a_broken_image_moves_the_others(folder):
    expected = open_source(folder).read(np.arange(NUM_IMAGES))
    (folder / "a" / "04.png").write_bytes(b"")
    with pytest.warns(UserWarning, match="1 of its images"):
        source = open_source(folder)
    assert_equal(source.resident(), np.delete(expected, 2, axis=0))


@pytest.mark.parametrize("free", [0, 2**20])
@pytest.mark.parametrize("num_workers", [0, 1, 3])
def test_workers_change_no_image_and_no_order(
    folder, memory, monkeypatch, num_workers, free
):
    expected = batches(folder)
    memory(free)
    monkeypatch.setattr(machine, "usable_cores", lambda: 4)
    found = batches(folder, num_workers=num_workers)
    for one, other in zip(found, expected, strict=True):
        assert_equal(one[0], other[0])
        assert_equal(one[1], other[1])


def test_workers_of_load_and_of_the_source(folder):
    with pytest.raises(ValueError, match="num_workers=-1"):
        load(folder, num_workers=-1)
    opened = open_source(folder, num_workers=1)
    assert opened.num_workers == 1
    with pytest.warns(UserWarning, match="99 workers") as warned:
        assert len(batches(opened, num_workers=99)) == 10
    assert len(warned) == 1
