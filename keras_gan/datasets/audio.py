"""`audio`: sounds as a `tf.data.Dataset`."""

import os
from typing import TYPE_CHECKING, Any

from keras_gan.datasets.loading import load
from keras_gan.datasets.sounds import Sounds

if TYPE_CHECKING:
    import tensorflow as tf


def audio(
    source: str | os.PathLike | Sounds,
    *,
    rate: int | None = None,
    length: int | None = None,
    channels: int | None = None,
    pieces: bool = False,
    normalize: bool = False,
    split: str | None = None,
    **loading: Any,
) -> "tf.data.Dataset":
    """Loads batches of sounds from WAV files.

    All become of one rate, length and number of channels: sounds of other
    rates are resampled, the ends of longer ones are left out and shorter ones
    end in silence, stereo becomes the mean of both sides and mono is the same
    on both. Files that cannot be read are left out with a warning that counts
    and names them.

    Args:
        source: Folder of WAV files of 8 to 64 bits or of floats (subfolders
            are classes), or a zip of one; or `Sounds`.
        rate: Samples in a second. Default: that of most files.
        length: Samples of each sound, as many seconds as `length / rate`.
            Default: that of the longest sound, but at most 16,384.
        channels: 1 (mono) or 2 (stereo). Default: as most files.
        pieces: Whether a longer sound becomes several, one after another, the
            last of which is left out if it has less than half the length.
        normalize: Whether to make each sound as loud as can be; silence stays.
        split: `"train"`, `"val"` or `"test"`, as for `open_source`.
        **loading: As for `load`, such as `batch_size` and `seed`.

    Returns:
        A `tf.data.Dataset` of float32 sounds `(batch, length, channels)` in
        [-1, 1], or of those and int32 labels `(batch,)`.

    Raises:
        FileNotFoundError: If there is no such folder or zip.
        ValueError: If it has no WAV files, or none that can be read and heard,
            or an argument is invalid.

    Example:

    >>> import pathlib
    >>> pathlib.Path("drums").mkdir()
    >>> for name in "abcd":
    ...     tone = np.sin(np.arange(500.0))[:, None]
    ...     keras_gan.sounds.write_wav(f"drums/{name}.wav", tone, rate=8000)
    >>> batches = audio("drums", length=512, batch_size=4)
    >>> next(iter(batches)).shape
    TensorShape([4, 512, 1])
    """
    chosen: dict[str, Any] = {
        "rate": rate,
        "length": length,
        "channels": channels,
        "pieces": pieces,
        "normalize": normalize,
        "split": split,
    }
    if not isinstance(source, Sounds):
        opening = {
            name: loading[name]
            for name in ("num_workers", "cache")
            if name in loading
        }
        return load(Sounds(source, **chosen, **opening), **loading)
    given = {n: value for n, value in chosen.items() if value not in (None, 0)}
    if given:
        raise ValueError(
            "`Sounds` have their rate and length already. Received: also "
            f"{given}. Pass them to `Sounds`."
        )
    return load(source, **loading)
