"""Sounds as arrays and as files: reading, resampling, writing, pictures.

Arrays are float32 `(length, channels)` with values in [-1, 1], and 1 channel
(mono) or 2 (stereo). Files are read and resampled with SciPy, which is imported
on first use.
"""

from keras_gan.sounds.changing import (
    convert_channels,
    fit_length,
    normalize,
    resample,
)
from keras_gan.sounds.pictures import sound_picture
from keras_gan.sounds.reading import has_wav_suffix, read_wav
from keras_gan.sounds.writing import encode_wav, joined, write_wav

__all__ = [
    "convert_channels",
    "encode_wav",
    "fit_length",
    "has_wav_suffix",
    "joined",
    "normalize",
    "read_wav",
    "resample",
    "sound_picture",
    "write_wav",
]
