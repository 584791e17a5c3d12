"""Where `keras-gan generate` writes sounds: a folder of WAV files, or one."""

import contextlib
import functools
import pathlib

import numpy as np

from keras_gan import images as image_tools
from keras_gan import sounds as sound_tools
from keras_gan.cli.output import Arrays, Folder, Output, next_free
from keras_gan.cli.own_files import mark
from keras_gan.cli.run_folder import RunFolder
from keras_gan.utils.files import replacing


def rate_of(model: pathlib.Path) -> int | None:
    """Returns the rate of the sounds of a run, or None if it is of others.

    Args:
        model: The file of the model, in the folder of its run or elsewhere.
    """
    with contextlib.suppress(OSError, ValueError):  # It is no run of ours.
        return RunFolder(model.parent).read_config().settings.rate
    return None


class _Sounds(Output):
    """Where sounds of the rate of a run go."""

    is_array = True
    unit = "sounds"

    @functools.cached_property
    def rate(self) -> int:
        """Samples in a second."""
        found = rate_of(self.model)
        assert found is not None
        return found


class _Joined(_Sounds):
    """One WAV file of all sounds, with pauses between them."""

    def write(self, images, labels, seed, folders=()):
        content = sound_tools.encode_wav(
            sound_tools.joined(images, self.rate),
            self.rate,
            software=mark("generate"),
        )
        with replacing(self.path) as aside:
            aside.write_bytes(content)


class _Pictures(_Sounds):
    """A grid of waveforms and spectrograms."""

    def write(self, images, labels, seed, folders=()):
        pictures = np.stack([*map(sound_tools.sound_picture, images)])
        grid = image_tools.image_grid(pictures)
        with replacing(self.path) as aside:
            png = image_tools.encode_png(grid, software=mark("generate"))
            aside.write_bytes(png)


class _Folder(Folder, _Sounds):
    """One WAV file per sound, in one sub-folder per class."""

    suffix = ".wav"

    def encoded(self, image: np.ndarray) -> bytes:
        return sound_tools.encode_wav(image, self.rate)


class _Arrays(Arrays):
    unit = "sounds"


_OUTPUTS: dict[str, type[Output]] = {
    "": _Folder,
    ".npz": _Arrays,
    ".png": _Pictures,
    ".wav": _Joined,
}


def open_sound_output(
    named: str | None, model: pathlib.Path, held: contextlib.ExitStack
) -> Output:
    """Opens what `--out` names, before any work is done.

    Args:
        named: The argument; `None` is the next unused WAV file beside the
            model.
        model: The file of the GAN, in the folder of a run of sounds.
        held: As for `open_output`.

    Raises:
        OSError: If it cannot be written.
        ValueError: If another process holds it, or it is somebody else's.
    """
    if named is None:
        return _Joined(next_free(model, held, ".wav"), model)
    path = pathlib.Path(named)
    kind = "" if path.is_dir() else path.suffix.lower()
    if kind not in _OUTPUTS:
        raise ValueError(
            "`--out` must be a folder, or end in .wav (one file of all "
            "sounds), .png (pictures of them) or .npz (an array), because "
            f"this is a run of sounds. Received: {path}"
        )
    return _OUTPUTS[kind].opened(path, model, held)
