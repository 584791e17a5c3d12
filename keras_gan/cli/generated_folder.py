"""A folder that a command fills with images, and may fill again."""

import contextlib
import dataclasses
import os
import pathlib
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from keras_gan import images as image_tools
from keras_gan.cli.arguments import print_error
from keras_gan.cli.own_files import (
    check_way,
    is_leftover,
    paths_inside,
    remove,
)
from keras_gan.utils.files import replacing
from keras_gan.utils.records import Seed, Text, read_json, to_json


@dataclasses.dataclass(frozen=True)
class Generated:
    """The content of `generate.json` and the like: where images come from."""

    model: str
    seed: Seed | None
    files: list[Text]


class GeneratedFolder:
    """A folder of images, and a record that lists them.

    Args:
        path: The folder, which may not exist yet.
        command: The command that fills it.

    Raises:
        ValueError: If it holds anything that the command did not write.
    """

    def __init__(self, path: pathlib.Path, command: str = "generate") -> None:
        self.path = path
        self.command = command
        self.record_path = path / f"{command}.json"
        self._earlier: list[pathlib.Path] = []
        if os.path.lexists(self.record_path):
            names = read_json(self.record_path, Generated).files
            self._earlier = paths_inside(path, names, self.record_path)
        elif path.is_dir() and not all(map(is_leftover, path.iterdir())):
            raise ValueError(
                f"`{path}` is not empty, and `keras-gan {command}` did not "
                "write it. Choose another --out."
            )

    @property
    def num_earlier(self) -> int:
        """How many images the command wrote there before."""
        return len(self._earlier)

    @contextlib.contextmanager
    def begun(
        self, model: pathlib.Path, seed: int | None, names: Sequence[str]
    ) -> Iterator[None]:
        """Replaces what the command wrote before, or leaves nothing.

        Args:
            model: The file of the model.
            seed: Seed of the images; `None` if none was drawn.
            names: Relative path of each image that will be written.

        Raises:
            ValueError: If a path is taken by somebody else.
        """
        needed = [self.path / name for name in names]
        check_way(self.path, needed, self._earlier, self.command)
        remove(self.path, self._earlier)
        record = Generated(os.path.abspath(model), seed, list(names))
        try:
            with replacing(self.record_path) as aside:
                aside.write_text(to_json(record), encoding="utf-8")
            yield
        except BaseException:
            remove(self.path, [*needed, self.record_path])
            raise

    def write(
        self,
        name: str,
        image: np.ndarray,
        encode: Callable[[np.ndarray], bytes] | None = None,
    ) -> None:
        """Writes an image, or what else there is of the model.

        Args:
            name: One of the names that were begun with.
            image: uint8 array `(height, width, channels)`, or what `encode`
                takes.
            encode: Function to the content of the file. Default: PNG.
        """
        encode = encode or image_tools.encode_png
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path, flush=False) as aside:
            aside.write_bytes(encode(image))

    def note_replaced(self, what: str = "images") -> None:
        """Says how many earlier files were replaced, if there were any.

        Args:
            what: What they are.
        """
        if self._earlier:
            print_error(
                f"the {self.num_earlier} {what} that an earlier "
                f"`{self.command}` wrote in `{self.path}` were replaced",
                "note",
            )
