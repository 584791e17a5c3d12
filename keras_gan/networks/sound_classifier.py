"""A small classifier of sounds, whose features distances are measured in."""

import math
from collections.abc import Sequence
from typing import Any

import keras

from keras_gan.networks.initialization import CLASSIFIER_STREAM, Initializers
from keras_gan.networks.validation import (
    checked_integer,
    checked_sound_shape,
)

_BANDS = 32
_LAYERS = 3
# Of a window, in seconds: short enough for the sounds of speech.
_WINDOW = 0.032
# What is quieter than a sine that is as loud as can be by this, in decibels,
# counts as silence: hiss must not hide what is heard.
_RANGE = 50.0


def sound_classifier(
    shape: Sequence[int],
    num_classes: int,
    *,
    rate: int,
    width: int = 16,
    seed: int | None = None,
) -> keras.Model:
    """Builds a convolutional classifier of sounds.

    Powers in 32 mel bands, of windows of about 32 ms, describe the sound, down
    to 50 dB below a sine that is as loud as can be. Three convolutions over
    time, of stride 2 and with a channel per band (batch normalization, ReLU),
    and the mean over time make features of them. Train it on real sounds and
    their classes; the layer "features" then is what Fréchet distances of
    generated sounds are measured in.

    Args:
        shape: `(length, channels)` of the sounds.
        num_classes: Number of classes, at least 2.
        rate: Samples in a second.
        width: A quarter of the number of features.
        seed: Integer that determines the initial weights, or None.

    Returns:
        A `keras.Model`: sounds `(batch, *shape)` in [-1, 1] to float32 logits
        `(batch, num_classes)`; it computes in float32 under any policy. Its
        layer "features" has `4 * width` outputs.

    Raises:
        ValueError, TypeError: If an argument is invalid.

    Example:

    >>> classifier = sound_classifier((4000, 1), 10, rate=8000, width=2)
    >>> features = classifier.get_layer("features").output
    >>> extractor = keras.Model(classifier.input, features)
    >>> fid = keras_gan.metrics.FrechetInceptionDistance(extractor)
    """
    shape = checked_sound_shape(shape)
    num_classes = checked_integer("num_classes", num_classes, minimum=2)
    rate = checked_integer("rate", rate, minimum=1)
    width = checked_integer("width", width, minimum=1)
    initializers = Initializers(seed, stream=CLASSIFIER_STREAM)
    sounds = keras.Input(shape, name="sounds")
    x = _mel_bands(keras.ops.mean(sounds, axis=-1), rate)
    for _ in range(_LAYERS):
        x = keras.layers.Conv1D(
            4 * width,
            5,
            strides=2,
            padding="same",
            use_bias=False,
            kernel_initializer=initializers.he_normal(),
            dtype="float32",
        )(x)
        x = keras.layers.BatchNormalization(momentum=0.9, dtype="float32")(x)
        x = keras.layers.ReLU(dtype="float32")(x)
    x = keras.layers.GlobalAveragePooling1D(dtype="float32", name="features")(x)
    logits = keras.layers.Dense(
        num_classes,
        kernel_initializer=initializers.glorot_uniform(),
        dtype="float32",
        name="logits",
    )(x)
    return keras.Model(sounds, logits, name="sound_classifier")


def _mel_bands(mono: Any, rate: int) -> Any:
    """Powers `(windows, bands)` with values near [-1, 1]."""
    # Powers of 2, of which a sound must have at least two.
    wanted = round(math.log2(max(_WINDOW * rate, 2.0)))
    possible = int(math.log2(max(mono.shape[1] / 2, 2.0)))
    size = 2 ** min(wanted, possible)
    # Of that sine, in a Hann window.
    loudest = (size / 4) ** 2
    x = keras.layers.MelSpectrogram(
        fft_length=size,
        sequence_stride=size // 2,
        sampling_rate=rate,
        num_mel_bins=_BANDS,
        ref_power=loudest,
        min_power=loudest * 10 ** (-_RANGE / 10),
        # By itself it is below the loudest sound of a batch, on which the
        # features of the others must not depend.
        top_db=1e3,
        dtype="float32",
        name="mel_bands",
    )(mono)
    # From -1 for silence to about 1.
    x = keras.layers.Rescaling(2 / _RANGE, offset=1.0, dtype="float32")(x)
    return keras.ops.transpose(x, (0, 2, 1))
