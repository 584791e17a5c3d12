"""WAV files, read, written and changed."""

import io
import struct

import numpy as np
import pytest
from scipy.io import wavfile

from keras_gan import sounds

pytestmark = pytest.mark.quickest

RATE = 8_000


def tone(length=400, cycles=10, loud=0.5):
    """A sine, `(length, 1)`."""
    phase = 2 * np.pi * cycles * np.arange(length) / length
    return (loud * np.sin(phase)).astype("float32")[:, None]


def file_of(samples, rate=RATE):
    buffer = io.BytesIO()
    wavfile.write(buffer, rate, samples)
    return buffer.getvalue()


def of_24_bits(samples):
    """A file of three bytes for each sample, which SciPy does not write."""
    numbers = np.round(samples[:, 0] * 2**23).astype("<i4")
    data = b"".join(struct.pack("<i", one)[:3] for one in numbers)
    form = struct.pack("<HHIIHH", 1, 1, RATE, 3 * RATE, 3, 24)
    body = b"WAVEfmt " + struct.pack("<I", 16) + form
    # What is not known is skipped: of odd size, so a byte comes after it.
    body += b"cue " + struct.pack("<I", 3) + b"abc\0"
    body += b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


@pytest.mark.parametrize(
    ("content", "step"),
    [
        (file_of(np.round(tone() * 128 + 128).astype("uint8")), 2**-7),
        (file_of(np.round(tone() * 2**15).astype("int16")), 2**-15),
        (of_24_bits(tone()), 2**-23),
        (file_of(np.round(tone() * 2.0**31).astype("int32")), 2**-23),
        (file_of(tone()), 0),
        (file_of(tone().astype("float64")), 0),
    ],
    ids=["8", "16", "24", "32", "float32", "float64"],
)
def test_every_kind_of_samples_is_read(content, step):
    found, rate = sounds.read_wav(io.BytesIO(content))
    assert (found.dtype, found.shape, rate) == ("float32", (400, 1), RATE)
    np.testing.assert_allclose(found, tone(), rtol=0, atol=step / 2 + 1e-7)


def test_files_of_16_bits_come_back_bit_for_bit(tmp_path):
    numbers = np.array([[-(2**15), 2**15 - 1], [0, 1], [-1, 12_345]], "int16")
    found, _ = sounds.read_wav(io.BytesIO(file_of(numbers)))
    assert found.min() == -1 and found.max() < 1
    sounds.write_wav(tmp_path / "a.wav", found, rate=RATE)
    rate, again = wavfile.read(tmp_path / "a.wav")
    assert rate == RATE
    np.testing.assert_array_equal(again, numbers)
    loud, _ = sounds.read_wav(
        io.BytesIO(sounds.encode_wav(4 * np.ones((3, 1)), RATE))
    )
    assert loud.max() == np.float32(1 - 2**-15)


def test_floats_that_are_too_loud_are_clipped():
    found, _ = sounds.read_wav(io.BytesIO(file_of(np.float32([[-3.0], [0.5]]))))
    assert found.tolist() == [[-1.0], [0.5]]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "of another kind"),
        (b"ID3\x04 an mp3 under a wrong name", "of another kind"),
        (b"RIFF\0\0\0\0WAVE", "without samples"),
        (file_of(np.zeros((0, 1), "int16")), "without samples"),
        (file_of(np.float32([[np.nan]])), "NaN or infinite"),
        (file_of(np.zeros((9, 1), "int16"))[:-4], "cut off"),
        # A-law.
        (
            file_of(np.zeros((9, 1), "uint8")).replace(
                struct.pack("<IH", 16, 1), struct.pack("<IH", 16, 6)
            ),
            "SciPy refuses.*ALAW",
        ),
    ],
    ids=range(7),
)
def test_what_is_no_sound_is_refused(content, message):
    with pytest.raises(ValueError, match=f"must be a WAV file.*{message}"):
        sounds.read_wav(io.BytesIO(content))


def test_a_file_from_a_pipe_has_no_size():
    content = bytearray(file_of(np.round(tone() * 2**15).astype("int16")))
    at = content.index(b"data") + 4
    content[at : at + 4] = b"\xff\xff\xff\xff"
    found, _ = sounds.read_wav(io.BytesIO(bytes(content)))
    assert found.shape == (400, 1)


def test_files_that_cannot_be_written(tmp_path):
    with pytest.raises(ValueError, match=r"must end in \.wav.*a\.mp3"):
        sounds.write_wav(tmp_path / "a.mp3", tone(), rate=RATE)
    with pytest.raises(ValueError, match=r"\(length, channels\).*\(400,\)"):
        sounds.write_wav(tmp_path / "a.wav", tone()[:, 0], rate=RATE)
    with pytest.raises(ValueError, match="training has diverged"):
        sounds.write_wav(tmp_path / "a.wav", tone() * np.nan, rate=RATE)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("rates", [(8_000, 16_000), (16_000, 8_000)])
def test_a_tone_keeps_its_frequency(rates):
    old, new = rates
    seconds = np.arange(old) / old
    samples = np.sin(2 * np.pi * 440 * seconds)[:, None].repeat(2, axis=1)
    found = sounds.resample(samples, old, new)
    assert found.shape == (new, 2) and found.dtype == "float32"
    wanted = np.sin(2 * np.pi * 440 * np.arange(new) / new)
    # The filter is cut off at the ends.
    inside = slice(new // 10, -new // 10)
    assert np.abs(found[inside, 0] - wanted[inside]).max() < 2e-3


def test_what_the_lower_rate_cannot_hold_is_removed():
    seconds = np.arange(16_000) / 16_000
    samples = np.sin(2 * np.pi * 6_000 * seconds)[:, None]
    found = sounds.resample(samples, 16_000, 8_000)
    assert np.abs(found[800:-800]).max() < 0.02


def test_mono_and_stereo():
    stereo = np.array([[0.2, 0.4], [-1.0, 1.0]])
    mono = sounds.convert_channels(stereo, 1)
    np.testing.assert_allclose(mono, [[0.3], [0.0]])
    both = sounds.convert_channels(mono, 2)
    np.testing.assert_array_equal(both[:, 0], both[:, 1])
    assert sounds.convert_channels(np.ones((3, 6)), 2).shape == (3, 2)
    with pytest.raises(ValueError, match=r"1 \(mono\) or 2 \(stereo\)"):
        sounds.convert_channels(stereo, 6)


def test_silence_stays_silence():
    silence = np.zeros((5, 1), "float32")
    np.testing.assert_array_equal(sounds.normalize(silence), silence)
    assert np.abs(sounds.normalize(tone(loud=0.01))).max() == 1


def test_sounds_are_joined_with_pauses():
    found = sounds.joined([np.ones((10, 1)), -np.ones((20, 1))], rate=100)
    assert found[:, 0].tolist() == [1] * 10 + [0] * 15 + [-1] * 20


def test_pictures_show_where_and_how_high_a_tone_is():
    length = 8_192
    silence = np.zeros((length // 2, 1))
    high = tone(length // 2, cycles=length // 8, loud=1.0)
    picture = sounds.sound_picture(np.concatenate([silence, high]))
    gray = picture[33:, :, 0].astype(int)
    # The first half is silent; then a quarter of the rate, half of the height.
    assert (gray[:, :60] == 255).all()
    assert 30 <= gray[:, 96].argmin() <= 33 and gray[:, 96].min() < 5
    wave = picture[:32, :, 0]
    assert (wave[:, :60] == 31).sum(axis=0).max() == 1
    assert (wave[:, 96] == 31).all()


@pytest.mark.parametrize("length", [1, 63, 130, 16_384])
def test_pictures_of_any_length(length):
    assert sounds.sound_picture(np.ones((length, 2))).shape == (97, 128, 3)
    with pytest.raises(ValueError, match="finite numbers"):
        sounds.sound_picture(np.full((length, 1), np.inf))
