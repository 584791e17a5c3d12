"""Folders and zips of sounds as data sets."""

import shutil
import zipfile

import numpy as np
import pytest

from keras_gan import sounds as sound_tools
from keras_gan.datasets import Sounds, audio
from keras_gan.datasets.fingerprints import fingerprint
from keras_gan.datasets.sound_files import holds_sounds

pytestmark = pytest.mark.once

RATE = 4_000


def write(path, length=100, *, value=0.5, rate=RATE, channels=1):
    path.parent.mkdir(parents=True, exist_ok=True)
    samples = np.full((length, channels), value, "float32")
    sound_tools.write_wav(path, samples, rate=rate)


@pytest.fixture
def folder(tmp_path):
    """Two classes of two sounds, told apart by their values."""
    for number, name in enumerate(("no/a", "no/b", "yes/c", "yes/d")):
        write(tmp_path / "words" / f"{name}.wav", value=(number + 1) / 8)
    return tmp_path / "words"


def values(batch):
    return np.asarray(batch)[:, 0, 0].tolist()


def test_batches_are_sounds_and_classes(folder):
    data = audio(folder, length=128, batch_size=4, shuffle=False)
    ((batch, labels),) = list(data)
    assert batch.shape == (4, 128, 1) and batch.dtype == "float32"
    assert values(batch) == [0.125, 0.25, 0.375, 0.5]
    assert labels.numpy().tolist() == [0, 0, 1, 1]
    # What is shorter ends in silence.
    assert not np.any(batch[:, 100:])
    again = audio(
        folder, batch_size=3, repeat=True, seed=1, skip_batches=1, labels=False
    )
    whole = audio(folder, batch_size=3, repeat=True, seed=1, labels=False)
    later, first = (iter(one) for one in (again, whole))
    next(first)
    for _ in range(3):
        np.testing.assert_array_equal(next(later), next(first))


def test_a_zip_is_the_same_as_its_folder(folder, tmp_path):
    with zipfile.ZipFile(tmp_path / "words.zip", "w") as archive:
        for path in sorted(folder.rglob("*.wav")):
            archive.write(path, path.relative_to(tmp_path))
        archive.writestr("words/README.txt", "four sounds")
    one, two = Sounds(folder), Sounds(tmp_path / "words.zip")
    assert two.info.class_names == one.info.class_names == ("no", "yes")
    indices = np.array([3, 0])
    np.testing.assert_array_equal(one.read(indices), two.read(indices))
    assert fingerprint(two) == fingerprint(Sounds(tmp_path / "words.zip"))
    assert holds_sounds(folder) and holds_sounds(tmp_path / "words.zip")
    assert not holds_sounds(tmp_path / "none.zip")
    assert holds_sounds("a.WAV") and not holds_sounds("a.png")


def test_the_rate_length_and_channels_of_most(tmp_path):
    for name, length in (("a", 90), ("b", 120)):
        write(tmp_path / f"{name}.wav", length)
    write(tmp_path / "c.wav", 400, rate=2 * RATE, channels=2)
    with pytest.warns(
        UserWarning, match="1 of its sounds have.*8000 Hz.*--rate"
    ):
        found = Sounds(tmp_path)
    assert (found.rate, found.info.image_shape) == (RATE, (200, 1))
    sound = found.read(np.array([2]))[0, :, 0]
    assert np.abs(sound[20:180] - 0.5).max() < 1e-3
    # Who names the rate need not be told.
    stereo = Sounds(tmp_path, rate=2 * RATE, length=400, channels=2)
    both = stereo.read(np.arange(3))
    np.testing.assert_array_equal(both[..., 0], both[..., 1])
    assert np.abs(both).max() <= 1


def test_long_sounds_are_cut_or_become_pieces(tmp_path):
    ramp = np.linspace(0, 1, 250, dtype="float32")[:, None]
    sound_tools.write_wav(tmp_path / "a.wav", ramp, rate=RATE)
    sound_tools.write_wav(tmp_path / "b.wav", ramp[:120], rate=RATE)
    with pytest.warns(
        UserWarning, match="2 of its 2 sounds are longer than 100"
    ):
        cut = Sounds(tmp_path, length=100)
    assert len(cut) == 2
    pieces = Sounds(tmp_path, length=100, pieces=True)
    # A rest of 50 is a piece, one of 20 is not.
    assert len(pieces) == 4
    found = pieces.read(np.arange(4))[..., 0]
    np.testing.assert_allclose(found[:2].ravel(), ramp[:200, 0], atol=1e-4)
    np.testing.assert_allclose(found[2, :50], ramp[200:, 0], atol=1e-4)
    assert not found[2, 50:].any()
    np.testing.assert_allclose(found[3], ramp[:100, 0], atol=1e-4)


def test_all_pieces_of_a_file_are_made_at_once(tmp_path, monkeypatch):
    ramp = np.linspace(0, 1, 300, dtype="float32")[:, None]
    sound_tools.write_wav(tmp_path / "a.wav", ramp, rate=RATE)
    whole, parted = (
        Sounds(tmp_path, length=100, pieces=True, cache=cache)
        for cache in (True, False)
    )
    number, read_wav = [], sound_tools.read_wav
    monkeypatch.setattr(
        sound_tools, "read_wav", lambda file: number.append(1) or read_wav(file)
    )
    found = np.concatenate([whole.read(np.array([n])) for n in (2, 0, 1)])
    assert len(number) == 1
    np.testing.assert_array_equal(found, parted.read(np.array([2, 0, 1])))


@pytest.mark.parametrize("cache", [True, False])
def test_loudness_and_silence(tmp_path, cache):
    write(tmp_path / "a.wav", value=0.1)
    write(tmp_path / "b.wav", value=0.0)
    found = Sounds(tmp_path, normalize=True, cache=cache)
    assert found.resident() is None
    for _ in range(2):
        assert found.read(np.arange(2))[:, 0, 0].tolist() == [1.0, 0.0]
    assert (found.resident() is not None) == cache


def test_files_that_are_no_sounds_are_left_out(folder):
    (folder / "no" / "broken.wav").write_bytes(b"some text")
    (folder / "no" / "other.mp3").write_bytes(b"ID3")
    (folder / "notes.txt").write_text("nothing")
    with (
        pytest.warns(UserWarning, match=r"cannot be read.*broken.wav \(a file"),
        pytest.warns(UserWarning, match="are no WAV files.*other.mp3"),
    ):
        found = Sounds(folder)
    assert len(found) == 4 and found.info.skipped == ("no/broken.wav",)


def test_data_that_is_refused(folder, tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(ValueError, match="must hold WAV files.*0 other files"):
        Sounds(empty)
    (empty / "a.mp3").write_bytes(b"ID3")
    with pytest.raises(ValueError, match="1 sounds of other kinds.*a.mp3"):
        Sounds(empty)
    (empty / "a.mp3").unlink()
    (empty / "a.wav").write_bytes(b"RIFF")
    with pytest.raises(ValueError, match="None of the 1 sounds"):
        Sounds(empty)
    shutil.rmtree(empty)
    write(empty / "a.wav", value=0.0)
    with pytest.raises(ValueError, match="1 sounds, all of them silent"):
        Sounds(empty)
    with pytest.raises(ValueError, match="in a folder of WAV files.*a.wav"):
        audio(empty / "a.wav")
    with pytest.raises(FileNotFoundError, match="There is no"):
        audio(tmp_path / "missing")
    for options in ({"rate": 0}, {"length": 1.5}, {"channels": 3}):
        with pytest.raises(ValueError, match=f"`{next(iter(options))}`.* must"):
            audio(folder, **options)
    with pytest.raises(ValueError, match="have their rate"):
        audio(Sounds(folder), rate=8_000)


def test_a_sound_that_vanishes_is_named(folder):
    found = Sounds(folder)
    (folder / "yes" / "c.wav").unlink()
    with pytest.raises(ValueError, match="yes/c.wav cannot be read any more"):
        found.read(np.array([2]))
    assert found.failure is not None
    assert found.read(np.array([0])).shape == (1, 100, 1)
