"""Where `keras-gan generate` writes: a grid, an array or a folder."""

import abc
import contextlib
import itertools
import os
import pathlib
import zipfile

import numpy as np

from keras_gan import images as image_tools
from keras_gan.cli.generated_folder import GeneratedFolder
from keras_gan.cli.own_files import check_replaceable, mark
from keras_gan.utils.files import replacing
from keras_gan.utils.locks import holding_file, holding_folder

_MOST_COLUMNS = 20
_COMMAND = "generate"


class Output(abc.ABC):
    """A file or folder that this process holds, and will write.

    Args:
        path: The file or folder.
        model: The file of the GAN.

    Attributes:
        is_array: Whether images of any shape can be written.
        unit: What is written.
    """

    is_array = False
    unit = "images"

    def __init__(self, path: pathlib.Path, model: pathlib.Path) -> None:
        self.path = path
        self.model = model

    @classmethod
    def opened(
        cls, path: pathlib.Path, model: pathlib.Path, held: contextlib.ExitStack
    ) -> "Output":
        """Keeps other processes out, and checks what is there."""
        held.enter_context(holding_file(path))
        check_replaceable(path, _COMMAND)
        return cls(path, model)

    @abc.abstractmethod
    def write(self, images, labels, seed: int, folders=()) -> None:
        """Writes images in [-1, 1].

        Args:
            images: The images.
            labels: Their labels; `None` without classes.
            seed: Seed of the images.
            folders: The folder of each class. Default: its number.
        """


class _Grid(Output):
    def write(self, images, labels, seed, folders=()):
        columns = None
        if labels is not None:
            num_labels = len(set(labels.tolist()))
            columns = num_labels if 1 < num_labels <= _MOST_COLUMNS else None
        grid = image_tools.image_grid(images, columns)
        with replacing(self.path) as aside:
            png = image_tools.encode_png(grid, software=mark(_COMMAND))
            aside.write_bytes(png)


class Arrays(Output):
    """All images in one `.npz`."""

    is_array = True

    def write(self, images, labels, seed, folders=()):
        arrays = {"images": images}
        if labels is not None:
            arrays["labels"] = labels
        # As an open file, because NumPy would append its suffix to a path.
        with replacing(self.path) as aside:
            with open(aside, "wb") as file:
                np.savez_compressed(file, **arrays)
            with zipfile.ZipFile(aside, "a") as archive:
                archive.comment = mark(_COMMAND).encode()


class Folder(Output):
    """One file per image, in one sub-folder per class, as `train` reads.

    Attributes:
        suffix: That of the files.
    """

    suffix = ".png"

    def __init__(self, path, model):
        super().__init__(path, model)
        self._folder = GeneratedFolder(path)

    @classmethod
    def opened(cls, path, model, held):
        held.enter_context(holding_folder(path))
        return cls(path, model)

    def write(self, images, labels, seed, folders=()):
        digits = len(str(len(images) - 1))
        names = [
            f"{number:0{digits}d}{self.suffix}" for number in range(len(images))
        ]
        if labels is not None:
            width = len(str(labels.max()))
            folders = folders or [
                f"{label:0{width}d}" for label in range(labels.max() + 1)
            ]
            names = [
                f"{folders[label]}/{name}"
                for label, name in zip(labels, names, strict=True)
            ]
        with self._folder.begun(self.model, seed, names):
            for name, image in zip(names, images, strict=True):
                self._folder.write(name, image, self.encoded)
        self._folder.note_replaced(self.unit)

    def encoded(self, image: np.ndarray) -> bytes:
        """Returns the content of a file.

        Args:
            image: One of those of `write`.
        """
        return image_tools.encode_png(image_tools.to_uint8(image))


_OUTPUTS: dict[str, type[Output]] = {
    "": Folder,
    ".npz": Arrays,
    ".png": _Grid,
}


def open_output(
    named: str | None, model: pathlib.Path, held: contextlib.ExitStack
) -> Output:
    """Opens what `--out` names, before any work is done.

    Args:
        named: The argument; `None` is the next unused grid beside the model.
        model: The file of the GAN.
        held: Keeps other processes out of it, until it is closed.

    Raises:
        OSError: If it cannot be written.
        ValueError: If another process holds it, or it is somebody else's.
    """
    if named is None:
        return _Grid(next_free(model, held), model)
    path = pathlib.Path(named)
    kind = "" if path.is_dir() else path.suffix.lower()
    if kind not in _OUTPUTS:
        raise ValueError(
            "`--out` must end in .png (a grid) or .npz (an array), or be a "
            f"folder. Received: {path}"
        )
    return _OUTPUTS[kind].opened(path, model, held)


def next_free(
    model: pathlib.Path, held: contextlib.ExitStack, suffix: str = ".png"
) -> pathlib.Path:
    """Returns the next unused `generated-N` beside a model, and holds it.

    Args:
        model: The file of the model.
        held: As for `open_output`.
        suffix: That of the file.
    """
    for number in itertools.count(1):
        path = model.with_name(f"generated-{number}{suffix}")
        if os.path.lexists(path):
            continue
        with contextlib.ExitStack() as stack:
            # Another process may be about to write it.
            with contextlib.suppress(ValueError):
                stack.enter_context(holding_file(path))
                if not os.path.lexists(path):
                    held.push(stack.pop_all())
                    break
    return path
